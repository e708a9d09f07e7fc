"""On a train: slow, gone, or there without an answer."""

import time

from tests.browser.phone import SLOW_3G

ZONE = "/zones/payroll/"
# Calls of the API are held until the test lets them go; they can be given up as real ones can.
HELD = """
    const real = window.fetch, waiting = [];
    window.letGo = () => { waiting.splice(0).forEach((go) => go()); window.fetch = real; };
    window.fetch = (address, options = {}) => new Promise((resolve, reject) => {
        waiting.push(() => resolve(real(address, options)));
        options.signal?.addEventListener("abort", () => reject(options.signal.reason));
    });
"""


def test_the_content_is_there_before_the_numbers(phone, album):
    phone.enter("demo-payroll", ZONE)

    with phone.on_every_page(HELD):
        phone.open(ZONE, settled=False)
        phone.until(lambda: phone.shown("[data-tasks] .skeleton"), "a place for the tasks")
        assert phone.shown("h1")
        assert phone.shown(".quick a")
        assert phone.shown("[data-points].skeleton")
        phone.picture("waiting", album)
        phone.js("window.letGo()")
        phone.settle()

    assert phone.shown("[data-tasks] .task")


def test_slow_3g_shows_the_zone_within_seconds(phone):
    phone.enter("demo-payroll", ZONE)

    with phone.network(**SLOW_3G):
        began = time.monotonic()
        phone.open(ZONE, settled=False)
        phone.until(lambda: phone.shown("h1"), "the title")
        readable = time.monotonic() - began
        phone.settle()

    assert readable < 8


def test_being_offline_is_said_and_what_was_read_stays(phone, album):
    phone.enter("demo-payroll", ZONE)
    before = phone.text("[data-tasks]")

    with phone.network(offline=True):
        phone.until(lambda: phone.shown("[data-notice]"), "the notice")
        assert phone.text("[data-notice]")
        assert phone.text("[data-tasks]") == before
        phone.picture("offline", album)

    phone.until(lambda: not phone.shown("[data-notice]"), "the notice goes")


def test_after_ten_seconds_there_is_a_way_to_try_again(phone, album):
    phone.enter("demo-payroll", ZONE)

    with phone.on_every_page(HELD):
        phone.open(ZONE, settled=False)
        began = time.monotonic()
        phone.until(lambda: phone.shown("[data-tasks] .trouble button"), "a way to try again")
        waited = time.monotonic() - began
        phone.picture("time-out", album)
        phone.js("window.letGo()")
    phone.tap("[data-tasks] .trouble button")

    phone.until(lambda: phone.shown("[data-tasks] .task"), "the tasks")
    assert 8 < waited < 15
