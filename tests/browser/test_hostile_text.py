"""Whatever is typed into names and texts, a page shows it and never runs it."""

import pytest
from django.utils.html import escape

from benefits.models import Benefit
from growth.models import GrowthTask
from tests.browser import bank
from zones.cache import shells
from zones.models import ZonePage

ZONE = "/zones/city/"
HOSTILE = (
    '<script>window.__xss=1</script><img src=x onerror="window.__xss=1">'
    "\"'><svg onload=window.__xss=1>"
)
LINK = "javascript:window.__xss=1"


@pytest.fixture
def hostile_texts():
    """Hostile words in every kind of place of one zone; they are taken back afterwards."""
    benefit = Benefit.objects.get(code="metro-day")
    task = GrowthTask.objects.get(code="city-rides")
    page = ZonePage.objects.get(slug="city", locale__language_code="en")
    kept = [(benefit, "name", benefit.name), (benefit, "terms", benefit.terms)]
    kept += [(task, "name", task.name), (task, "link", task.link), (page, "title", page.title)]
    kept += [(page, "intro", page.intro), (page, "funnel", page.funnel)]
    funnel = [dict(stage) for stage in page.funnel.raw_data]
    components = [
        {"type": "quote", "value": {"text": HOSTILE, "who": HOSTILE}},
        {
            "type": "banner",
            "value": {"title": HOSTILE, "text": HOSTILE, "link_label": HOSTILE, "link": LINK},
        },
        {"type": "article_note", "value": {"title": HOSTILE, "text": f"<p>{escape(HOSTILE)}</p>"}},
        {
            "type": "faq",
            "value": {"heading": HOSTILE, "items": [{"question": HOSTILE, "answer": HOSTILE}]},
        },
    ]
    funnel[0] = funnel[0] | {"value": {"heading": HOSTILE, "components": components}}
    ZonePage.objects.filter(pk=page.pk).update(title=HOSTILE, intro=HOSTILE, funnel=funnel)
    GrowthTask.objects.filter(pk=task.pk).update(name={"en": HOSTILE}, link=LINK)
    Benefit.objects.filter(pk=benefit.pk).update(name={"en": HOSTILE}, terms={"en": HOSTILE})
    shells.drop()
    yield
    for row, field, value in kept:
        type(row).objects.filter(pk=row.pk).update(**{field: value})
    shells.drop()


def test_hostile_words_are_shown_and_never_run(phone, album, hostile_texts):
    reader = bank.neighbour("victim", like="demo-city", points=300)
    phone.enter(reader, ZONE)
    phone.until(lambda: "<script>" in phone.text("h1"), "the words as words")
    for place in ("[data-tasks]", "[data-shelf]", ".quote", ".banner", ".faq"):
        assert "<script>" in phone.text(place), place
    phone.picture("hostile", album)
    assert not phone.all("main script, main [onerror], main [onload]")

    phone.tap('[data-block="benefit-metro-day"]')
    phone.until(lambda: phone.shown('[data-track="redeem:metro-day"]:enabled'), "the dialog")
    phone.tap('[data-track="redeem:metro-day"]')
    phone.until(lambda: phone.shown(".sheet .code"), "the code")
    phone.open("/my/")
    assert "<script>" in phone.text("[data-vouchers]")

    assert phone.js("return window.__xss ?? null") is None
    # Nothing even had to be stopped by the policy.
    assert phone.complaints() == []


def test_a_link_that_is_a_script_does_nothing(phone, hostile_texts):
    phone.enter("demo-city", ZONE)

    assert not phone.all("[data-tasks] a[href^='javascript:']")
    for link in phone.all(".banner a[href^='javascript:']"):
        phone.js("arguments[0].click()", link)

    assert phone.path == ZONE
    assert phone.js("return window.__xss ?? null") is None
