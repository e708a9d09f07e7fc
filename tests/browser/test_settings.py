"""What customers choose for themselves works at once and stays."""

from selenium.webdriver.support.ui import Select

from tests.browser import bank
from tests.browser.places import MY

ZONE = "/zones/city/"
LARGE = "return document.documentElement.hasAttribute('data-large')"
SIZE = "return parseFloat(getComputedStyle(document.body).fontSize)"
LANGUAGE = "return document.documentElement.lang"


def test_large_text_is_there_at_once_and_stays(phone, album):
    reader = bank.neighbour("reader", like="demo-city")
    phone.enter(reader, MY)
    before = phone.js(SIZE)

    phone.tap("[name=large_text]")
    phone.until(lambda: phone.js(LARGE), "large text")
    phone.settle()
    assert phone.js(SIZE) > before
    phone.picture("my-large", album)
    phone.open(ZONE)
    assert phone.js(LARGE)

    phone.leave()
    phone.enter(reader, MY)
    assert phone.js(LARGE)
    phone.until(lambda: phone.shown("[name=large_text]:checked"), "it says so")
    phone.tap("[name=large_text]")
    phone.until(lambda: not phone.js(LARGE), "as before")


def test_the_text_grows_step_by_step_and_is_remembered(phone):
    reader = bank.neighbour("grower", like="demo-city")
    bank.large_text(reader)
    phone.enter(reader, ZONE)

    sizes = [phone.js(SIZE)]
    for _ in range(3):
        phone.tap("[data-larger]")
        sizes.append(phone.js(SIZE))
    phone.open(ZONE)

    assert sizes == sorted(sizes)
    assert sizes[-1] >= 30
    assert phone.js(SIZE) == sizes[-1]


def test_the_language_changes_at_once_and_stays(phone, album):
    reader = bank.neighbour("translator", like="demo-city")
    phone.enter(reader, MY)
    assert phone.js(LANGUAGE) == "en"

    phone.until(lambda: phone.shown("[name=language]:enabled"), "the settings")
    Select(phone.find("[name=language]")).select_by_value("zh-hans")
    phone.until(lambda: phone.js(LANGUAGE) == "zh-hans", "Chinese")
    phone.settle()
    assert "设置" in phone.text("main")
    phone.picture("my-zh", album)

    phone.leave()
    phone.enter(reader, ZONE)
    assert phone.js(LANGUAGE) == "zh-hans"
    assert phone.text("h1") == "澄州"
    phone.tap("a[data-language=en]")
    phone.until(lambda: phone.js(LANGUAGE) == "en", "English by the footer")
    phone.until(lambda: bank.stored(reader).language == "en", "kept too")


def test_personalised_content_can_be_switched_off(phone):
    reader = bank.neighbour("private", like="demo-city")
    phone.enter(reader, MY)

    phone.until(lambda: phone.shown("[name=personalised]:enabled:checked"), "the settings")
    phone.tap("[name=personalised]")

    phone.until(lambda: not bank.stored(reader).personalised, "kept")
    phone.until(lambda: phone.shown(".toast[data-shown]"), "a word about it")
