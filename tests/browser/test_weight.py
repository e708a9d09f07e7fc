"""Nothing from elsewhere, nothing refused by the policy, nothing heavy."""

import gzip
import urllib.request
from urllib.parse import urlsplit

import pytest

from tests.browser.places import LANGUAGES, ZONES, pages

KB = 1000
SCRIPTS = 50 * KB
STYLES = 20 * KB
PAGE = 300 * KB
MISSING = """
    const one = [...document.images].find((one) => one.checkVisibility() && !one.naturalWidth);
    one?.scrollIntoView({block: "center", behavior: "instant"});
    return one?.src;
"""


def look_at_everything(phone) -> None:
    """Scroll through the page and to each picture, so that all of it loads and has been seen."""
    phone.js("for (const one of document.querySelectorAll('details')) one.open = true")
    height = phone.js("return document.documentElement.scrollHeight")
    for top in range(0, height, 800):
        phone.js("window.scrollTo({top: arguments[0], behavior: 'instant'})", top)
    phone.until(lambda: not phone.js(MISSING), "every picture is there")


def fetched(phone) -> set[str]:
    """Addresses that were asked for since the last call."""
    urls = {request["url"].partition("#")[0] for request in phone.requests()}
    return {url for url in urls if urlsplit(url).scheme in ("http", "https")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_asks_elsewhere_or_complains(phone, language):
    hosts, complaints = set(), {}
    for path, ref in pages():
        phone.enter(ref, path, settled=False)
        phone.open(f"{path}?language={language}")
        assert phone.js("return document.documentElement.lang") == language
        look_at_everything(phone)
        if found := phone.complaints():
            complaints[path] = found
        hosts |= {urlsplit(url).netloc for url in fetched(phone)}

    assert complaints == {}
    assert hosts == {urlsplit(phone.site).netloc}


def test_public_pages_and_refusals_do_not_complain(phone):
    for path in ("/zones/", "/zones/city/", "/handoff/"):
        phone.open(path)
        look_at_everything(phone)

    assert phone.complaints() == []


@pytest.mark.parametrize(("path", "ref"), ZONES.items())
def test_a_zone_is_light(phone, path, ref):
    phone.enter(ref, path)
    phone.cdp("Network.clearBrowserCache")
    phone.forget()
    phone.open(path)
    phone.until(
        lambda: phone.js("return performance.getEntriesByType('navigation')[0].loadEventEnd > 0"),
        "the page is loaded",
    )
    weights = {url: weight(url) for url in fetched(phone) if "/api/" not in url}

    def total(ending: str) -> int:
        return sum(size for url, size in weights.items() if url.endswith(ending))

    assert 0 < total(".js") <= SCRIPTS
    assert 0 < total(".css") <= STYLES
    assert sum(weights.values()) <= PAGE, weights


def weight(url: str) -> int:
    """Its bytes on the line: what is text travels compressed."""
    with urllib.request.urlopen(url) as answer:
        body = answer.read()
        is_picture = answer.headers["Content-Type"].startswith(("image/webp", "image/jpeg"))
    return len(body) if is_picture else len(gzip.compress(body))
