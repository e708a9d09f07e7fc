"""The catalogue: what a customer sees, filtered, ordered, and with few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from benefits.models import Merchant
from tests.benefits import world

pytestmark = pytest.mark.django_db


def codes_of(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


@pytest.fixture
def shelf():
    world.benefit(
        "coffee",
        price=100,
        city="Chengzhou",
        name={"en": "Coffee voucher", "zh-hans": "半页咖啡中杯一杯"},
        description={"en": "Oat milk costs nothing extra"},
        position=2,
    )
    world.benefit("tea", price=300, kind="pickup", city="Prague", position=1)
    world.benefit("umbrella", price=200, kind="physical", city="prague", position=3)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["tea", "coffee", "umbrella"]),
        ("kind=pickup", ["tea"]),
        ("city=PRAGUE", ["tea", "umbrella"]),
        ("max_price=200", ["coffee", "umbrella"]),
        ("affordable=true", ["coffee", "umbrella"]),
        ("affordable=false", ["tea"]),
        ("search=COFF", ["coffee"]),
        ("search=咖啡", ["coffee"]),
        ("search=oat milk", ["coffee"]),
        ("search=zh-hans", []),
        ("search=%25", []),
        ("search=_____", []),
        ("ordering=price", ["coffee", "umbrella", "tea"]),
        ("ordering=-price", ["tea", "umbrella", "coffee"]),
        ("ordering=-id", ["umbrella", "tea", "coffee"]),
        ("kind=physical&max_price=100", []),
    ],
)
def test_it_is_filtered_and_ordered(shelf, query, found):
    assert codes_of(world.api(world.customer(250)).get(f"/api/v1/benefits?{query}")) == found


@pytest.mark.parametrize(
    "query",
    ["kind=magic", "max_price=x", "max_price=-1", "max_price=1e999", "search=%00", "cursor=x"],
)
def test_a_filter_that_means_nothing_is_refused(shelf, query):
    assert 400 <= world.api(world.customer()).get(f"/api/v1/benefits?{query}").status_code < 500


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("kind=nope", "kind"),
        ("ordering=nope", "ordering"),
        ("ordering=price,--id", "ordering"),
        ("affordable=maybe", "affordable"),
        ("page_size=x", "page_size"),
        ("page_size=0", "page_size"),
        ("page_size=", "page_size"),
        ("page_size=１０", "page_size"),
        ("afordable=true", "afordable"),
        ("limit=5", "limit"),
    ],
)
def test_a_refusal_names_the_parameter(shelf, query, name):
    answer = world.api(world.customer()).get(f"/api/v1/benefits?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer["Content-Type"] == "application/problem+json"
    assert [fault["field"] for fault in answer.json()["errors"]] == [name]


def test_names_come_in_the_language_asked_for(shelf):
    answer = world.api(world.customer()).get(
        "/api/v1/benefits?search=coffee", headers={"Accept-Language": "zh-hans"}
    )

    assert answer.json()["results"][0]["name"] == "半页咖啡中杯一杯"


def test_it_shows_what_is_for_everybody_and_for_the_customers_segments():
    who = world.customer()
    world.benefit("mine", segment=world.segment("mine", who))
    world.benefit("others", segment=world.segment("others"))
    world.benefit("over", ends=world.days(-1))
    world.benefit("withdrawn", on_sale=False)
    world.benefit("soon", starts=world.days(1))

    assert codes_of(world.api(who).get("/api/v1/benefits")) == ["mine", "soon"]


def test_pages_follow_each_other_without_gaps_or_repeats():
    for number in range(45):
        world.benefit(f"b{number}", price=100 + number % 3)
    client, found, address = world.api(world.customer()), [], "/api/v1/benefits?ordering=price"
    while address:
        page = client.get(address).json()
        found += [row["code"] for row in page["results"]]
        address = page["next"]

    assert len(found) == len(set(found)) == 45


def test_the_queries_do_not_grow_with_the_page(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    image = get_image_model().objects.create(title="cup", file=get_test_image_file())
    world.levels("bronze", "silver")
    who = world.customer(500)
    client = world.api(who)
    counts = []
    for number in range(12):
        kind = "code" if number % 2 else "voucher"
        world.benefit(
            f"b{number}",
            kind=kind,
            codes=number % 2,
            level="silver",
            segment=world.segment(f"s{number}", who),
            picture=image,
        )
        if number in (1, 11):
            client = world.api(who)
            client.get("/api/v1/benefits")  # makes the picture's rendition, once
            with CaptureQueriesContext(
                connection,
            ) as captured:
                client.get("/api/v1/benefits")
            counts.append(len(captured))

    assert counts[0] == counts[1] <= 7


def test_search_can_use_the_trigram_index(shelf):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM benefits_benefit"
            " WHERE UPPER(search_text::text) LIKE UPPER('%半页咖啡%')"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "benefit_search_text" in plan


def test_an_offer_says_what_it_is_and_whether_it_can_be_had():
    merchant = Merchant.objects.create(code="halfpage", name={"en": "Halfpage"}, city="Chengzhou")
    world.benefit(merchant=merchant, per_customer=2, valid_days=30)

    offer = world.api(world.customer(100)).get("/api/v1/benefits").json()["results"][0]

    assert offer == {
        "code": "coffee",
        "name": "Coffee",
        "description": "",
        "terms": "",
        "kind": "voucher",
        "price": 100,
        "per_customer": 2,
        "level": "",
        "starts": None,
        "ends": None,
        "valid_days": 30,
        "city": "",
        "merchant": {"code": "halfpage", "name": "Halfpage", "city": "Chengzhou", "address": ""},
        "picture": None,
        "can_redeem": True,
        "why_not": None,
    }
