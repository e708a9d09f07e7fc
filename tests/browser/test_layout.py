"""Fits every reader: light and dark, twice the text, the senior theme; axe finds nothing grave."""

from pathlib import Path

import axe_core_python
import pytest

from tests.browser import bank
from tests.browser.places import LANGUAGES, MY, pages

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
TARGET, LARGE_TARGET = 44, 60
LARGE_TEXT = 18
WIDER = """
    const width = document.documentElement.clientWidth;
    const sideways = (one) => one.closest("[hidden], dialog:not([open]), .skip, .visually-hidden");
    const out = [...document.querySelectorAll("body *")].filter((one) => !sideways(one)
        && one.getBoundingClientRect().right > width + 1 && one.checkVisibility());
    const wide = document.documentElement.scrollWidth > width;
    return wide ? [`${document.documentElement.scrollWidth} > ${width}`,
        ...out.slice(0, 5).map((one) => one.outerHTML.slice(0, 120))] : [];
"""
CUT_OFF = """
    const cut = (one) => one.scrollWidth > one.clientWidth + 1
        && getComputedStyle(one).overflowX !== "visible" && one.clientWidth > 1;
    return [...document.querySelectorAll("main *, .tabs *")]
        .filter((one) => one.checkVisibility() && !one.closest("svg, .visually-hidden") && cut(one))
        .map((one) => one.outerHTML.slice(0, 120));
"""
SMALL = """
    const inText = (one) => one.closest(".prose") && getComputedStyle(one).display === "inline";
    const found = [];
    for (const one of document.querySelectorAll("a, button, summary, input, select")) {
        if (!one.checkVisibility({visibilityProperty: true}) || inText(one)) continue;
        if (one.closest(".skip, [data-sheet]:not([open])")) continue;
        const box = (one.closest("label") || one).getBoundingClientRect();
        if (box.width < arguments[0] - .5 || box.height < arguments[0] - .5)
            found.push(`${box.width} x ${box.height} ${one.outerHTML.slice(0, 90)}`);
    }
    return found;
"""
TYPE = """
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const one = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim()) continue;
        if (!one.checkVisibility({visibilityProperty: true})) continue;
        if (one.closest(".visually-hidden, .skip, option, dialog:not([open])")) continue;
        const style = getComputedStyle(one), size = parseFloat(style.fontSize);
        const line = parseFloat(style.lineHeight) / size;
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const lines = range.getClientRects().length;
        if (size < arguments[0]) found.push(`${size}px ${one.outerHTML.slice(0, 90)}`);
        if (lines > 1 && line < 1.3) found.push(`line ${line} ${one.outerHTML.slice(0, 90)}`);
    }
    return found;
"""


@pytest.fixture
def large_readers():
    """Everybody has switched large text on."""
    for ref in dict(pages()).values():
        bank.large_text(ref)
    yield
    for ref in dict(pages()).values():
        bank.large_text(ref, False)


def each_page(phone, language: str):
    """Opens each page as its customer; yields a short name."""
    inside = ""
    for path, ref in pages():
        if ref != inside:
            phone.enter(ref, path, settled=False)
            inside = ref
        phone.open(f"{path}?language={language}")
        yield path.strip("/").split("/")[-1]


def note(faults: dict, name: str, found: list[str]) -> None:
    """Keep what was found, if anything."""
    if found:
        faults[name] = found


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_fit_a_phone_and_can_be_read_by_everybody(phone, album, language):
    faults: dict[str, list[str]] = {}
    for page in each_page(phone, language):
        phone.picture(f"light-{language}-{page}", album)
        note(faults, f"{page}, width", phone.js(WIDER))
        note(faults, f"{page}, targets", phone.js(SMALL, TARGET))
        note(faults, f"{page}, axe", grave(phone))
        phone.dark()
        note(faults, f"{page}, axe in the dark", grave(phone, "color-contrast"))
        phone.picture(f"dark-{language}-{page}", album)
        phone.dark(False)
        phone.js("document.documentElement.style.fontSize = '200%'")
        note(faults, f"{page}, text at 200 %", phone.js(WIDER) + phone.js(CUT_OFF))
        phone.picture(f"twice-{language}-{page}", album)

    none(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_text_is_large_everywhere(phone, album, large_readers, language):
    faults: dict[str, list[str]] = {}
    for page in each_page(phone, language):
        phone.picture(f"large-{language}-{page}", album)
        note(faults, f"{page}, width", phone.js(WIDER) + phone.js(CUT_OFF))
        note(faults, f"{page}, targets", phone.js(SMALL, LARGE_TARGET))
        note(faults, f"{page}, type", phone.js(TYPE, LARGE_TEXT))
        note(faults, f"{page}, axe", grave(phone))
        phone.dark()
        note(faults, f"{page}, axe in the dark", grave(phone, "color-contrast"))
        phone.dark(False)

    none(faults)


def test_the_largest_text_still_fits_a_small_phone(phone, album, large_readers):
    phone.window(360, 740)
    faults: dict[str, list[str]] = {}
    phone.enter("demo-senior", "/zones/senior/")
    for _ in range(3):
        phone.js("document.querySelector('[data-larger]').click()")
    for path in ("/zones/senior/", MY):
        phone.open(path)
        assert float(phone.js("return parseFloat(getComputedStyle(document.body).fontSize)")) >= 30
        note(faults, path, phone.js(WIDER) + phone.js(CUT_OFF))
        phone.picture(f"largest-{path.strip('/').split('/')[-1]}", album)

    none(faults)


@pytest.mark.parametrize("least", [TARGET, LARGE_TARGET])
def test_the_dialog_can_be_read_by_everybody(phone, album, least, request):
    if least == LARGE_TARGET:
        request.getfixturevalue("large_readers")
    phone.enter("demo-city", "/zones/city/")
    phone.tap(".benefit")
    phone.until(lambda: phone.shown("dialog[open] .sheet__price"), "the dialog")

    assert phone.js(SMALL, least) == []
    assert grave(phone) == []
    phone.picture(f"dialog-{least}", album)
    phone.dark()
    assert grave(phone, "color-contrast") == []
    phone.picture(f"dialog-dark-{least}", album)


def test_public_pages_can_be_read_by_everybody(phone):
    faults: dict[str, list[str]] = {}
    for path in ("/zones/", "/zones/city/", "/handoff/", MY, "/zones/nowhere/"):
        phone.open(path)
        note(faults, path, grave(phone) + phone.js(WIDER) + phone.js(SMALL, TARGET))

    none(faults)


def none(faults: dict[str, list[str]]) -> None:
    """Nothing was found, or everything is told."""
    lines = [f"{where}: {fault}" for where, found in faults.items() for fault in found]
    assert not lines, "\n".join(["", *lines])


def grave(phone, *rules: str) -> list[str]:
    """What axe calls serious or critical, by all of its rules or by these."""
    if phone.js("return !window.axe"):
        phone.js(AXE)
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found = phone.driver.execute_async_script(
        """const done = arguments[arguments.length - 1];
           axe.run(document, arguments[0]).then((all) => done(all.violations))""",
        options,
    )
    return [
        f"{one['id']}: {node['html'][:120]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:4]
    ]
