"""What the customer's page tells support of points, growth value and levels."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from growth import bankday, holds, jobs, ledger, levels
from growth.admin import listing
from growth.levels import standing
from growth.levels.schemes import history
from growth.models import PointsTransfer
from tests.growth import world
from tests.growth.world import days_ago, event, reversal, task

GAINS = (20, 30, 100)


@pytest.fixture
def ada(bank):
    """Somebody of a bank whose tasks bring growth value."""
    gains = [
        task(f"g{n}", "cumulative", event=f"g{n}", reward={"growth": n}) for n in (20, 30, 100)
    ]
    world.load(*gains, levels=world.levels("to_earned", window=10))
    world.enrolled("ada")


@pytest.fixture
def page(sign_in, ada):
    """The customer's page as support reads it."""
    client = sign_in("Support")

    def read(**query):
        address = reverse("customers:inspect", args=[world.customer().pk])
        return BeautifulSoup(client.get(address, query).content, "html.parser")

    return read


def tiles(soup):
    return {tile.dt.text: tile.dd.text for tile in soup.select(".gz-tile")}


def table(soup, title):
    """Rows of the card of that title."""
    card = soup.find("h2", string=title).parent
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row("td")]
        for row in card.select("tbody tr")
    ]


def owe(points):
    """Earn as much, spend it, and have the earning reversed."""
    key = world.earn("ada", points)
    world.spend("ada", points)
    ledger.take_back(
        earning_key=key, points=points, key=f"{key}:reversed:0", reason="reversed",
        today=bankday.today(), policy=ledger.ALLOW_NEGATIVE,
    )  # fmt: skip


def test_what_can_be_spent_what_is_held_and_what_is_owed_stand_apart(page):
    world.earn("ada", 100)
    holds.place_hold(customer_id=world.customer().pk, points=30, key="h", reason="review")
    told = tiles(page())
    assert (told["Points to spend"], told["Held"], told["Owed"]) == ("70", "30", "0")

    world.spend("ada", 70)
    owe(500)
    told = tiles(page())
    assert (told["Points to spend"], told["Owed"]) == ("0", "470")


def test_what_repays_is_not_said_to_be_taken_back(page, sign_in):
    owe(60)
    world.earn("ada", 100)

    rows = table(page(), "Points in and out")

    kinds = [row[2] for row in rows]
    assert kinds == ["owed points repaid", "earned", "redeemed", "earned"]
    assert rows[0][1] == "points owed"
    transfers = sign_in("Auditors").get(reverse("transfers:index")).content.decode()
    assert "owed points repaid" in transfers


def test_every_lot_that_holds_points_says_where_they_come_from_and_until_when(page, monkeypatch):
    world.earn("ada", 10, expires=days_ago(-5))
    world.earn("ada", 20)
    world.spend("ada", 13)
    world.earn("ada", 40, expires=days_ago(-9))
    monkeypatch.setattr(listing, "TABLE_ROWS", 1)

    def lots(number):
        return table(page(lots=number), "Points that are left, by when they were earned")

    assert [row[4:] for row in lots(1)] == [["40", "40"]]
    assert [row[3:] for row in lots(2)] == [["never", "20", "17"]]


def test_why_the_growth_value_is_what_it_is(page):
    world.take(event("g100", when=days_ago(10)), event("g100", when=days_ago(9)))
    gone = event("g30", when=days_ago(3))
    world.take(gone, event("g20", when=days_ago(2)))
    world.take(reversal(gone))

    soup = page()

    rows = table(soup, "Growth value in and out")
    assert [(row[1].split()[0], row[3]) for row in rows] == [
        ("g20", "+20"), ("g30", "-30"), ("g30", "+30"), ("g100", "+100"), ("g100", "+100"),
    ]  # fmt: skip
    assert "taken back" in rows[1][1]
    over = [row.get("class") for row in soup.select("#growth tbody tr")]
    assert over == [None] * 4 + [["gz-over"]]
    counting = sum(int(row[3]) for row, past in zip(rows, over, strict=True) if not past)
    assert counting == 120
    assert "What counts today comes to 120" in soup.text


def test_growth_value_counts_up_to_the_day_that_is_named(ada):
    """As levels are judged: the day after it, the value is gone."""
    last = standing.counts_until(days_ago(4), 10)
    world.take(event("g30", when=days_ago(4)))
    versions = levels.schemes()
    earned = levels.earned_by_day([world.customer().pk])[world.customer().pk]

    after = {step.day: step.value for step in history(versions, earned, days_ago(-30))}

    assert after[max(day for day in after if day <= last)] == 30
    assert after[last + timedelta(days=1)] == 0
    assert standing.counts_until(days_ago(4), 0) is None


def test_level_changes_say_why_and_by_which_version(page):
    world.take(event("g100", when=days_ago(0)))
    world.load(levels=world.levels("to_earned", window=10, low=0, mid=50, high=90))
    jobs.regrade_levels()

    rows = table(page(), "Levels over time")

    assert [row[3] for row in rows] == [
        "growth value earned level scheme v3", "growth value earned level scheme v2",
    ]  # fmt: skip


def test_a_repayment_is_named_so_wherever_it_is_listed(ada):
    owe(60)
    world.earn("ada", 60)

    repaid = [row for row in PointsTransfer.objects.filter(kind="reverse") if row.is_repayment]

    assert [str(row.kind_label) for row in repaid] == ["owed points repaid"]
