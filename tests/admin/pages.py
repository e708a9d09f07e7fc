"""Forms as a browser would post them."""

from bs4 import BeautifulSoup
from wagtail.test.utils.form_data import nested_form_data, streamfield


def form_values(response):
    """What the page's form would post unchanged; streams are posted without a block."""
    soup = BeautifulSoup(response.content, "html.parser")
    form = soup.find("form", id="w-editor-form")
    values = {}
    for box in form.select("[data-block]"):
        values |= stream(box["id"])
    for field in form.select("input[name], textarea[name]"):
        kind = field.get("type")
        if kind in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        if field.has_attr("disabled"):
            continue
        value = field.get("value", "on" if kind == "checkbox" else "")
        value = field.text.lstrip("\n") if field.name == "textarea" else value
        values.setdefault(field["name"], []).append(value)
    for field in form.select("select[name]"):
        chosen = [option["value"] for option in field.select("option[selected]")]
        values[field["name"]] = chosen or [field.find("option")["value"]]
    return values


def stream(name, *blocks):
    """A stream's part of a post."""
    return nested_form_data({name: streamfield(list(blocks))})


def condition(name, operator="is", value="", **more):
    """A condition on a field of an event."""
    return "field", {"name": name, "operator": operator, "value": value, **more}
