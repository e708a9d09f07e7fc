"""What the switch "content that fits me" changes, and what it must not touch."""

import pytest

from tests.journeys import program
from tests.signing import Bank, event
from tests.zones import world
from zones import cache

pytestmark = pytest.mark.django_db

ONLY_THEIRS = program.PROGRAM.replace("segment: staff", "segment: gold-cards") + (
    "  - {code: lounge, name: {en: Lounge}, kind: voucher, price: 10, stock: 5,"
    " segment: gold-cards}\n"
)


@pytest.fixture
def bank(client):
    program.load(ONLY_THEIRS)
    return Bank(client)


@pytest.fixture
def me(bank):
    """Headers of a customer who is in the segment gold-cards."""
    bank.send(event(subject="ada"))
    return bank.bearer("ada")


def test_switched_off_the_zone_is_everybodys_and_what_is_owed_stays(client, me):
    world.zone(
        "payroll",
        world.stage(
            "attention",
            world.quote("For everybody."),
            world.quote("For gold cards.", segment="gold-cards"),
        ),
    )

    def sees():
        page = client.get("/zones/payroll/", headers=me).content.decode()
        data = client.get("/api/v1/zones/payroll", headers=me).json()
        quotes = [block["value"]["text"] for part in data["sections"] for block in part["blocks"]]
        assert quotes == [
            text for text in ("For everybody.", "For gold cards.") if f"<p>{text}</p>" in page
        ]
        return quotes

    def has():
        tasks = client.get("/api/v1/me/tasks", headers=me).json()
        benefits = client.get("/api/v1/benefits", headers=me).json()["results"]
        points = client.get("/api/v1/me/points", headers=me).json()["available"]
        return points, tasks, benefits

    before = has()
    assert sees() == ["For everybody.", "For gold cards."]
    assert {"staff-only"} <= {task["code"] for task in before[1]}
    assert {"lounge"} <= {benefit["code"] for benefit in before[2] if benefit["can_redeem"]}

    switch(client, me, on=False)
    assert sees() == ["For everybody."]
    assert has() == before

    switch(client, me, on=True)
    assert sees() == ["For everybody.", "For gold cards."]


def test_switched_off_every_zone_is_listed_and_none_is_anybodys_home(client, me):
    world.zone("theirs", segment=world.segment("gold-cards"))
    world.zone("others", segment=world.segment("staff"))

    def home():
        html = client.get("/my/", headers=me).content.decode()
        return html.split('data-tab="main"')[0].split('href="')[-1].split("#")[0]

    assert home() == "/zones/theirs/"
    assert client.get("/zones/", headers=me).headers["Location"] == "/zones/theirs/"

    switch(client, me, on=False)
    listed = client.get("/zones/", headers=me).content.decode()
    assert "/zones/theirs/" in listed
    assert "/zones/others/" in listed
    assert home() == "/zones/"

    world.zone("everybodys")
    cache.shells.drop()
    assert home() == "/zones/everybodys/"


def test_the_customers_own_pages_look_like_their_zone_and_are_as_large(client, me):
    zone = world.zone("theirs", segment=world.segment("gold-cards"), theme="senior")

    for path in ("/my/", "/my/statements/"):
        html = client.get(path, headers=me).content.decode()
        assert 'data-theme="senior" data-large' in html

    zone.theme = "payroll"
    zone.save()
    cache.shells.drop()
    for path in ("/my/", "/my/statements/"):
        html = client.get(path, headers=me).content.decode()
        assert 'data-theme="payroll">' in html


def test_the_customers_own_page_explains_the_switch(client, me):
    page = client.get("/my/", headers=me).content.decode()

    assert "Switched off, you see what everybody sees, with the same benefits." in page


def switch(client, me, *, on):
    answer = client.patch(
        "/api/v1/me/settings", {"personalised": on}, content_type="application/json", headers=me
    )
    assert answer.json()["personalised"] is on
