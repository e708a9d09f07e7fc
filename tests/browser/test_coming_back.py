"""A page that stays open is a visit again when its reader comes back, and not before."""

import pytest

# A clock that tests put forward, a page that they hide and show, and what the page reports.
WATCHED = """
    const now = Date.now;
    window.ahead = 0;
    Date.now = () => now() + window.ahead;
    window.sent = [];
    navigator.sendBeacon = (_, body) => {
        body.text().then((text) => window.sent.push(JSON.parse(text)));
        return true;
    };
    window.turn = (state) => {
        Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    };
"""
AWAY = """
    window.turn("hidden");
    window.ahead += arguments[0] * 1000;
    window.turn("visible");
"""
MINUTE, DAY = 60, 86_400
SEEN = (
    "return window.sent.flatMap(one => one.events.map(e => [one.view, e.kind, e.block, e.track]))"
)


@pytest.fixture
def open_page(phone):
    """A zone that somebody has looked at for a while."""
    with phone.on_every_page(WATCHED):
        phone.enter("demo-student", "/zones/student/")
    phone.until(lambda: impressions(phone), "the first visit is reported")
    return phone


def impressions(phone) -> list[list[str]]:
    """What was seen, by view; whatever waits is sent when the page is hidden."""
    phone.js("window.turn('hidden'); window.turn('visible')")
    return [row for row in phone.js(SEEN) if row[1] == "impression"]


def views(phone) -> list[str]:
    """The views that have reported something, in their order."""
    return list(dict.fromkeys(view for view, *_ in impressions(phone)))


@pytest.mark.parametrize("seconds", [3 * MINUTE, DAY])
def test_who_comes_back_later_makes_another_visit(open_page, seconds):
    (first,) = views(open_page)
    open_page.js(AWAY, seconds)

    open_page.until(lambda: len(views(open_page)) == 2, "another visit")

    told = open_page.js("return window.sent")
    closing = [one["final"] for one in told if one["view"] == first]
    assert closing[-1] is True and True not in closing[:-1]
    assert {one["entry"] for one in told if one["view"] != first} == {"back"}
    before, after = (
        {tuple(row[2:]) for row in impressions(open_page) if (row[0] == first) == of_first}
        for of_first in (True, False)
    )
    assert before & after, "what is in sight is seen again"


def test_who_looks_away_for_a_moment_goes_on_with_the_same_visit(open_page):
    open_page.js(AWAY, MINUTE)
    open_page.until(lambda: len(open_page.js("return window.sent")) > 2, "more is reported")
    views_so_far = open_page.js("return [...new Set(window.sent.map((one) => one.view))]")
    assert len(views_so_far) == 1


def test_a_page_that_the_browser_kept_is_visited_again(open_page):
    (first,) = views(open_page)
    open_page.js("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    open_page.until(lambda: len(views(open_page)) == 2, "another visit")
    assert views(open_page)[0] == first
