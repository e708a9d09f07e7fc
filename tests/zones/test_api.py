"""Zones as data, and what their pages report."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from growth.models import BankEvent
from tests.zones import world
from zones import tracking
from zones.models import TrackingEvent, ZoneVisit

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def city():
    return world.zone(
        "city",
        world.stage("attention", world.quote("All."), world.quote("New.", segment="new")),
        intro="Here.",
    )


def texts(client):
    sections = client.get("/api/v1/zones/city").json()["sections"]
    return [block["value"]["text"] for section in sections for block in section["blocks"]]


def test_the_data_follow_the_same_choice_as_the_page(city):
    assert texts(world.browser(world.customer("new"))) == ["All.", "New."]
    assert texts(world.browser(world.customer())) == ["All."]


def test_a_zone_as_data(city):
    story = world.article(city, "a-story", image=world.picture())
    city.funnel = [
        (
            "trust",
            {
                "heading": "H",
                "components": [
                    ("articles", {"heading": "", "articles": [story]}),
                    ("article_note", {"title": "T", "text": "<p>Hi</p>", "image": None}),
                ],
            },
        )
    ]
    city.save()

    found = world.browser().get("/api/v1/zones/city").json()

    assert (found["slug"], found["title"], found["intro"]) == ("city", "City", "Here.")
    (section,) = found["sections"]
    assert section["stage"] == "trust"
    articles, note = section["blocks"]
    assert articles["value"]["articles"][0]["url"] == "/zones/city/a-story/"
    assert articles["value"]["articles"][0]["image"]["width"] == 720
    assert note["value"]["text"] == "<p>Hi</p>"


def test_the_list_is_the_visitors(city):
    world.zone("senior", segment=world.segment("senior"))

    mine = world.browser(world.customer()).get("/api/v1/zones").json()

    assert [zone["slug"] for zone in mine] == ["city"]


def test_what_is_not_there_is_a_problem(city):
    response = world.browser().get("/api/v1/zones/nowhere")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def report(*events, view=None, **more):
    now = timezone.now().isoformat()
    return {
        "batch": str(uuid.uuid4()),
        "view": str(view or uuid.uuid4()),
        "zone": "city",
        "sent_at": now,
        "events": [{"at": now, **event} for event in events],
    } | more


def send(client, data, **more):
    return client.post("/api/v1/track", data, content_type=JSON, **more)


SEEN = {"kind": "impression", "stage": "attention", "block": "b1", "track": "quote"}
LOOKED = {"kind": "visible_seconds", "seconds": 5}


def test_a_batch_is_stored_once(city):
    who = world.customer()
    data = report(SEEN, {"kind": "click", "block": "b1", "track": "quote"})

    answers = [send(world.browser(who), data).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert sorted(TrackingEvent.objects.values_list("kind", flat=True)) == ["click", "impression"]
    assert set(TrackingEvent.objects.values_list("customer", flat=True)) == {who.pk}


def test_a_visit_becomes_one_event(city):
    who, view = world.customer(), uuid.uuid4()
    client = world.browser(who)

    for _ in range(3):
        assert send(client, report(SEEN, LOOKED, view=view)).status_code == 204

    (event,) = BankEvent.objects.filter(type="zone.visited")
    assert (event.source, event.event_id, event.customer_id) == ("/zones", str(view), who.pk)
    assert event.data == {
        "zone": "city",
        "seconds_visible": 5,
        "blocks_seen": 1,
        "interactions": 0,
        "entry": "direct",
    }


def test_a_glance_is_a_visit_only_when_it_is_over(city):
    client, view = world.browser(world.customer()), uuid.uuid4()
    glance = {"kind": "visible_seconds", "seconds": 2}

    send(client, report(glance, view=view))
    assert not BankEvent.objects.filter(type="zone.visited").exists()

    ZoneVisit.objects.update(last_at=timezone.now() - timedelta(minutes=5))
    tracking.report_finished()
    tracking.report_finished()

    assert BankEvent.objects.get(type="zone.visited").data["seconds_visible"] == 2


def test_nobody_has_looked_for_longer_than_the_page_was_open(city):
    client, view = world.browser(world.customer()), uuid.uuid4()

    send(client, report(*[{"kind": "visible_seconds", "seconds": 60}] * 50, view=view))

    assert ZoneVisit.objects.get(view=view).seconds <= 61


def test_without_a_session_nothing_is_a_visit(city):
    assert send(world.browser(), report(SEEN, LOOKED)).status_code == 204

    assert TrackingEvent.objects.filter(customer=None).count() == 2
    assert not ZoneVisit.objects.exists()
    assert not BankEvent.objects.exists()


def test_another_customers_view_cannot_be_added_to(city):
    view = uuid.uuid4()
    first, second = world.customer(), world.customer()
    send(world.browser(first), report({"kind": "visible_seconds", "seconds": 1}, view=view))

    send(world.browser(second), report(LOOKED, view=view))

    visit = ZoneVisit.objects.get(view=view)
    assert (visit.customer_id, visit.seconds) == (first.pk, 1)


def test_a_phones_wrong_clock_is_corrected(city):
    ahead = timezone.now() + timedelta(days=400)
    data = report(sent_at=ahead.isoformat())
    data["events"] = [{**SEEN, "at": (ahead - timedelta(seconds=10)).isoformat()}]

    send(world.browser(), data)

    age = timezone.now() - TrackingEvent.objects.get().at
    assert timedelta(seconds=9) < age < timedelta(seconds=20)


def test_a_zone_that_is_not_there_is_not_stored(city):
    assert send(world.browser(), report(SEEN, zone="nowhere")).status_code == 204
    assert not TrackingEvent.objects.exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"batch": "x"}, 400),
        ({"zone": "a b"}, 400),
        ({"events": [{"kind": "theft", "at": "2026-01-01T00:00:00Z"}]}, 400),
        ({"events": [{**SEEN, "at": "yesterday"}]}, 400),
        ({"events": [{**LOOKED, "at": "2026-01-01T00:00:00Z", "seconds": 61}]}, 400),
        ({"events": [{**SEEN, "at": "2026-01-01T00:00:00Z", "block": "x\x00"}]}, 400),
        ({"events": [{**SEEN, "at": "2026-01-01T00:00:00Z"}] * 101}, 400),
        ({"sent_at": "0001-01-01T00:00:00+14:00"}, 400),
        ({"entry": "x" * 70_000}, 413),
    ],
)
def test_bad_reports_are_refused_and_leave_nothing(city, change, status):
    response = send(world.browser(), report(SEEN) | change)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert not TrackingEvent.objects.exists()


def test_another_site_cannot_report_in_a_customers_name(city):
    client = world.browser(world.customer(), **{"Sec-Fetch-Site": "cross-site"})

    assert send(client, report(SEEN)).status_code == 403
    assert not TrackingEvent.objects.exists()
