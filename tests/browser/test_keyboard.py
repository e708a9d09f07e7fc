"""Everything can be done without a finger."""

import pytest
from selenium.webdriver import ActionChains, Keys

from tests.browser import bank
from tests.browser.places import MY

ZONE = "/zones/student/"
FOCUS = "return document.activeElement"
# What is on top in the middle of the focused element must be itself, or it is covered.
COVERED = """
    const one = document.activeElement, box = one.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height, 40) / 2];
    const top = document.elementFromPoint(x, y);
    const itself = !top || one.contains(top) || top.closest("label")?.contains(one);
    return itself ? "" : one.outerHTML.slice(0, 90);
"""
REACHABLE = """
    return [...document.querySelectorAll("a[href], button:enabled, summary, input:enabled, select")]
        .filter((one) => one.checkVisibility({visibilityProperty: true})
            && !one.closest("dialog:not([open])"));
"""


def press(phone, *keys: str) -> None:
    ActionChains(phone.driver).send_keys(*keys).perform()


def focused(phone, selector: str) -> bool:
    return phone.js("return document.activeElement.matches(arguments[0])", selector)


@pytest.fixture
def student() -> str:
    return bank.neighbour("keyboard", like="demo-student", points=300, meals=4)


def test_the_first_tab_leads_to_the_content(phone, student):
    phone.enter(student, ZONE)

    press(phone, Keys.TAB)
    assert focused(phone, ".skip")
    assert phone.js("return document.activeElement.getBoundingClientRect().top") >= 0
    press(phone, Keys.ENTER)

    phone.until(lambda: focused(phone, "main"), "the content")


@pytest.mark.parametrize("path", [ZONE, MY])
def test_tab_reaches_every_action_and_none_is_covered(phone, student, path):
    phone.enter(student, path)
    phone.settle()
    missing = {one.id for one in phone.js(REACHABLE)}
    covered = []

    for _ in range(len(missing) + 2):
        press(phone, Keys.TAB)
        missing.discard(phone.js(FOCUS).id)
        covered += filter(None, [phone.js(COVERED)])

    assert len(missing) == 0
    assert covered == []


def test_the_dialog_holds_the_focus_and_gives_it_back(phone, student):
    phone.enter(student, ZONE)
    card = '[data-block="benefit-breakfast"]'
    phone.js("arguments[0].focus()", phone.find(card))

    press(phone, Keys.ENTER)
    phone.until(lambda: phone.shown("dialog[open] .sheet__price"), "the dialog")
    seen = set()
    for _ in range(8):
        press(phone, Keys.TAB)
        # Between the last and the first, the browser's own bars have their turn.
        assert not focused(phone, "main *")
        seen.add(phone.text("dialog :focus"))
    assert {"Redeem", "Not now"} <= seen
    press(phone, Keys.ESCAPE)

    phone.until(lambda: not phone.shown("dialog[open]"), "it closes")
    assert focused(phone, card)


def test_after_redeeming_the_focus_is_where_it_was(phone, student):
    phone.enter(student, ZONE)
    card = '[data-block="benefit-breakfast"]'
    phone.js("arguments[0].focus()", phone.find(card))
    press(phone, Keys.ENTER)
    phone.until(lambda: phone.shown('[data-track="redeem:breakfast"]:enabled'), "the dialog")
    phone.js("arguments[0].focus()", phone.find('[data-track="redeem:breakfast"]'))

    press(phone, Keys.ENTER)
    phone.until(lambda: phone.shown(".sheet .code"), "the code")
    phone.until(lambda: phone.number("[data-points-chip]") == 220, "fewer points")
    press(phone, Keys.ESCAPE)

    phone.until(lambda: focused(phone, card), "the card again")


def test_after_claiming_the_focus_stays_at_the_task(phone, student):
    phone.enter(student, ZONE)
    phone.js("arguments[0].focus()", phone.find('[data-track="claim:canteen-week"]'))

    press(phone, Keys.ENTER)

    phone.until(lambda: phone.shown(".toast[data-shown]"), "a word about it")
    task = '[data-block="task-canteen-week"], [data-block="task-canteen-week"] *'
    phone.until(lambda: focused(phone, task), "the task")
