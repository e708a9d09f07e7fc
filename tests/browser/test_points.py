"""Points come in by a claim and go out for a benefit, once."""

import json
import threading

import pytest
from selenium.webdriver import ActionChains

from benefits import redemption
from growth import preferences
from growth.models import Customer
from tests.browser import bank

ZONE = "/zones/student/"
CARD = '[data-block="benefit-breakfast"]'
CONFIRM = '[data-track="redeem:breakfast"]'
PRICE = 80


@pytest.fixture
def customer(request) -> str:
    """A student of the test's own, with 300 points and a meal task to claim."""
    name = (
        request.node.name.removeprefix("test_").replace("_", "-").replace("[", "-").strip("]")[:60]
    )
    return bank.neighbour(name, like="demo-student", points=300, meals=4)


@pytest.fixture
def answers_held(monkeypatch):
    """Redemptions are made, but their answers wait until this event is set."""
    released = threading.Event()
    redeem = redemption.redeem

    def slow_redeem(**facts):
        made = redeem(**facts)
        released.wait(20)
        return made

    monkeypatch.setattr(redemption, "redeem", slow_redeem)
    yield released
    released.set()


def confirm_button(phone):
    """The dialog of the benefit, open, its confirmation ready."""
    phone.tap(CARD)
    phone.until(lambda: phone.shown(f"{CONFIRM}:enabled"), "the dialog")
    return phone.find(CONFIRM)


def keys_sent(phone) -> list[str]:
    """The keys of the redemptions that were asked for."""
    asked = [r for r in phone.requests() if r["url"].endswith("/redemptions")]
    return [r["headers"]["Idempotency-Key"] for r in asked if r["method"] == "POST"]


def test_claiming_brings_points_at_once(phone, customer, album):
    phone.enter(customer, ZONE)
    before = phone.number("[data-points-chip]")

    phone.picture("claimable", album)
    phone.tap('[data-track="claim:canteen-week"]')

    phone.until(lambda: phone.number("[data-points-chip]") == before + 25, "the header says it")
    phone.until(lambda: phone.number(".level__number") == before + 25, "the card says it")
    phone.until(lambda: phone.shown(".toast[data-shown]"), "a word about it")
    phone.until(lambda: not phone.all('[data-track="claim:canteen-week"]'), "nothing to claim")
    assert bank.balance(customer) == before + 25
    assert bank.waiting(customer) == 0
    phone.picture("claimed", album)


def test_a_refused_claim_is_told_as_refused(phone, customer):
    phone.enter(customer, ZONE)
    Customer.objects.filter(ref=customer).update(excluded="staff")

    phone.tap('[data-track="claim:canteen-week"]')

    phone.until(lambda: phone.shown(".toast[data-shown]"), "a word about it")
    said = "One reward could not be given. Our service line can tell you more."
    assert phone.text(".toast") == said
    phone.until(lambda: not phone.all('[data-track="claim:canteen-week"]'), "nothing to claim")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "10 points are yours. 2 rewards could not be given. All of them had been given"),
        ("zh-hans", "2 份奖励未能发放。奖励已经全部发完。"),
    ],
    ids=["english", "chinese"],
)
def test_a_claim_that_is_refused_in_part_says_both(phone, customer, language, said):
    preferences.change_settings(
        customer_id=bank.stored(customer).pk, changes={"language": language}
    )
    phone.enter(customer, ZONE)
    given = {"posted": 1, "refused": 2, "held": 0, "points": 10, "reasons": ["used_up"]}
    phone.js(
        """const real = fetch, given = JSON.stringify(arguments[0]);
        window.fetch = (url, ...rest) => url.endsWith("/claim")
            ? Promise.resolve(new Response(given, {status: 200})) : real(url, ...rest);""",
        given,
    )

    phone.tap('[data-track="claim:canteen-week"]')

    phone.until(lambda: said in phone.text(".toast[data-shown]"), "both")


SAID = {
    "used_up": ("today", "Today's rewards are all taken; new ones tomorrow."),
    "paused": (True, "Paused for now. What has counted so far stays."),
}

# What the API tells of every task, and these facts.
WITH_FACTS = """
    const real = fetch;
    window.fetch = async (url, ...rest) => url.endsWith("/me/tasks")
        ? Response.json((await (await real(url, ...rest)).json()).map(
            (task) => ({...task, ...facts})))
        : real(url, ...rest);
"""


def test_a_card_says_that_nothing_is_left_or_that_it_rests(phone, customer, album):
    for name, (value, said) in SAID.items():
        with phone.on_every_page(f"const facts = {json.dumps({name: value})};{WITH_FACTS}"):
            phone.enter(customer, ZONE)
        phone.until(lambda said=said: said in phone.text(".tasks .task--open"), said)
        phone.picture(name, album)


def test_redeeming_shows_the_code_and_takes_the_points(phone, customer, album):
    phone.enter(customer, ZONE)
    before = phone.number("[data-points-chip]")

    confirm_button(phone)
    phone.picture("dialog", album)
    phone.tap(CONFIRM)

    phone.until(lambda: phone.shown(".sheet .code"), "the code")
    code = phone.text(".sheet .code span")
    assert len(code) >= 8
    drawn = "return document.querySelector('.sheet .qr img').naturalWidth"
    phone.until(lambda: phone.js(drawn) > 0, "the QR")
    phone.until(lambda: phone.number("[data-points-chip]") == before - PRICE, "fewer points")
    phone.picture("redeemed", album)

    phone.tap('[data-track="redeemed:vouchers"]')
    phone.until(lambda: phone.path == "/my/", "the customer's own page")
    phone.settle()
    assert "Canteen breakfast" in phone.text("[data-vouchers]")
    assert "80" in phone.text("[data-entries]")
    phone.tap('[data-track="voucher:show"]')
    phone.until(lambda: phone.text(".sheet .code span") == code, "the same code")
    phone.picture("my-voucher", album)


def test_a_double_click_redeems_once(phone, customer):
    phone.enter(customer, ZONE)

    ActionChains(phone.driver).double_click(confirm_button(phone)).perform()

    phone.until(lambda: phone.shown(".sheet .code"), "the code")
    assert bank.spent(customer) == 1
    assert bank.balance(customer) == 300 - PRICE


def test_a_cut_in_the_middle_redeems_once(phone, customer, album, answers_held):
    phone.enter(customer, ZONE)
    confirm_button(phone)
    phone.forget()

    # The bank has paid, its answer is on the way: there the line is cut.
    phone.tap(CONFIRM)
    phone.until(lambda: bank.spent(customer) == 1, "the bank pays")
    with phone.network(offline=True):
        phone.until(lambda: phone.text(CONFIRM) == "Try again", "a way to try again")
        assert not phone.shown(".sheet .code")
        assert "Nothing is lost" in phone.text(".sheet [role=status]")
        phone.picture("cut", album)
    answers_held.set()
    phone.tap(CONFIRM)

    phone.until(lambda: phone.shown(".sheet .code"), "the code")
    keys = keys_sent(phone)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert bank.spent(customer) == 1
    assert bank.balance(customer) == 300 - PRICE


def test_a_reload_after_the_cut_keeps_the_key(phone, customer):
    phone.enter(customer, ZONE)
    confirm_button(phone)
    phone.forget()

    with phone.network(offline=True):
        phone.tap(CONFIRM)
        phone.until(lambda: phone.text(CONFIRM) == "Try again", "a way to try again")
    phone.open(ZONE)
    confirm_button(phone)
    phone.tap(CONFIRM)

    phone.until(lambda: phone.shown(".sheet .code"), "the code")
    assert len(set(keys_sent(phone))) == 1
    assert bank.spent(customer) == 1


def test_a_browser_that_stores_nothing_keeps_the_key_while_the_page_is_open(phone, customer):
    phone.enter(customer, ZONE)
    with phone.on_every_page(
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new Error('none'); }})"
    ):
        phone.open(ZONE)
        confirm_button(phone)
        phone.forget()

        with phone.network(offline=True):
            phone.tap(CONFIRM)
            phone.until(lambda: phone.text(CONFIRM) == "Try again", "a way to try again")
        phone.until(lambda: not phone.shown("[data-notice]"), "the numbers are read again")
        phone.tap(".sheet .button--quiet")
        phone.settle()
        confirm_button(phone)
        phone.tap(CONFIRM)

        phone.until(lambda: phone.shown(".sheet .code"), "the code")
        assert len(set(keys_sent(phone))) == 1


def test_what_is_too_dear_says_how_much_is_missing(phone):
    poor = bank.neighbour("poor", like="demo-student", points=20)
    phone.enter(poor, ZONE)

    assert "60" in phone.text(f"{CARD} .benefit__why")
    phone.tap(CARD)
    phone.until(lambda: phone.shown(f"{CONFIRM}:disabled"), "the dialog refuses")
