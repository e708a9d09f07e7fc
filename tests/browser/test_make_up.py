"""A missed day is made up for in the zone: offered, asked, paid for once."""

from tests.browser import bank

ZONE = "/zones/student/"
OFFER = '[data-track="make-up:seven-days"]'
YES = '[data-track="make-up-yes:seven-days"]'


def test_a_missed_day_is_made_up_for_after_asking(phone, album):
    bank.neighbour("make-up", like="demo-student", points=300, logins=[3, 1])
    phone.enter("make-up", ZONE)
    before = phone.number("[data-points-chip]")

    phone.tap(OFFER)
    phone.until(lambda: "30" in phone.text(".sheet__price"), "the price")
    assert bank.balance("make-up") == before
    phone.picture("asked", album)
    phone.tap(YES)

    phone.until(lambda: phone.number("[data-points-chip]") == before - 30, "the price is taken")
    phone.until(lambda: not phone.all(OFFER), "nothing more to make up for")
    phone.until(lambda: phone.shown(".toast[data-shown]"), "a word about it")
    assert bank.balance("make-up") == before - 30
    assert bank.spent("make-up") == 1
