"""What may be sent: the refusals of events, and what is taken in."""

import io
import json

import pytest
from django.db import OperationalError

from growth import bodies, intake, ratelimits
from growth.models import BankEvent, Customer, PointsTransfer
from tests.signing import Bank, event

BATCH = "application/cloudevents-batch+json"
ONE = "application/cloudevents+json"


def raw(bank, body, content_type=ONE, **headers):
    return bank.post("/api/v1/events", body, content_type=content_type, **headers)


def problem(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = json.loads(answer.content)
    assert (told["status"], told["code"]) == (status, code)
    assert set(told) >= {"type", "title", "detail"}
    assert not BankEvent.objects.exists()


def rejection(answer):
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert (told["accepted"], told["duplicate"]) == (0, 0)
    (row,) = told["rejected"]
    assert set(row) == {"index", "id", "code", "detail"}
    return row["code"]


def test_the_same_event_again_is_a_duplicate_and_pays_once(bank):
    sent = event()
    bank.send(sent)
    moved = sent | {"time": "2026-01-05T16:00:00+08:00", "data": {"card_type": "gold"}}

    answer = bank.send(moved)

    assert answer.json() == {"accepted": 0, "duplicate": 1, "rejected": []}
    assert PointsTransfer.objects.count() == 1


def test_the_same_identity_with_other_content_is_a_conflict(bank):
    sent = event()
    bank.send(sent)
    assert rejection(bank.send(sent | {"data": {"card_type": "classic"}})) == "conflict"
    assert PointsTransfer.objects.count() == 1


def test_a_batch_says_of_each_event_what_became_of_it(bank):
    good, late = event(), event(time="2999-01-01T00:00:00Z")
    twin = good | {"type": "bill.paid"}

    answer = bank.send(late, good, good, 5, twin, event(id=...))

    told = answer.json()
    assert (answer.status_code, told["accepted"], told["duplicate"]) == (202, 1, 1)
    rows = [(row["index"], row["id"], row["code"]) for row in told["rejected"]]
    assert rows == [
        (0, late["id"], "future"),
        (3, None, "invalid"),
        (4, good["id"], "conflict"),
        (5, None, "invalid"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"specversion": "0.3"},
        {"specversion": ...},
        {"id": ""},
        {"id": 5},
        {"id": "x" * 257},
        {"id": "a\u0000b"},
        {"id": "\ud800"},
        {"source": ...},
        {"subject": ...},
        {"subject": "   "},
        {"type": ["card.bound"]},
        {"time": "2026-01-05T08:00:00"},
        {"time": "2026-02-30T08:00:00Z"},
        {"time": "0001-01-01T00:00:00Z"},
        {"time": "9999-12-31T23:59:59-14:00"},
        {"time": 1767600000},
        {"time": ...},
        {"data": [1]},
        {"data": "text"},
        {"data": {"a": "\u0000"}},
        {"data": {"a": "\udfff"}},
        {"type": "event.reversed", "data": {}},
        {"type": "event.reversed", "data": {"source": "/bank/core", "id": 7}},
    ],
)
def test_what_is_not_a_good_event_is_rejected(bank, changes):
    assert rejection(bank.send(event(**changes))) in ("invalid", "future")
    assert not BankEvent.objects.exists()


def test_a_time_ahead_of_our_clock_is_rejected(bank):
    assert rejection(bank.send(event(time="2999-01-01T00:00:00Z"))) == "future"


@pytest.mark.parametrize(
    "data",
    [
        {"card": "4111111111111111"},
        {"card": "4111 1111 1111 1111"},
        {"who": {"id": "11010519491231002X"}},
        {"list": ["13812345678"]},
    ],
)
def test_personal_numbers_are_rejected_and_not_repeated(bank, data):
    answer = bank.send(event(data=data))
    assert rejection(answer) == "personal_data"
    digits = json.dumps(data).split('"')[-2]
    assert digits not in answer.content.decode()


def test_data_nested_too_deep_is_rejected(bank):
    data = json.loads('{"a":' * 30 + "1" + "}" * 30)
    assert rejection(bank.send(event(data=data))) == "invalid"


@pytest.mark.parametrize("text", ["\u202etxt.exe", "e" + "\u0301" * 10_000, "🧧", "<script>"])
def test_odd_but_harmless_text_is_kept_as_it_is(bank, text):
    assert bank.send(event(data={"memo": text})).json()["accepted"] == 1
    stored = BankEvent.objects.get()
    whole = bodies.whole(stored.source, stored.event_id)
    assert (json.loads(whole) if whole else stored.data)["memo"] == text


@pytest.mark.parametrize("amount", ["9223372036854775808", "-1", "0", "1.5", '"10"', "1e30"])
def test_amounts_of_every_kind_are_taken_in(bank, amount):
    body = json.dumps(event(data={"amount": 0})).replace('"amount": 0', f'"amount": {amount}')
    assert raw(bank, body.encode()).json()["accepted"] == 1


@pytest.mark.parametrize("amount", ["1e400", "1" * 5000, "1e-400", "1e99999999999999999999"])
def test_a_number_without_measure_refuses_its_own_event_only(bank, amount):
    good, bad = event(), json.dumps(event(data={"x": 0})).replace('"x": 0', f'"x": {amount}')
    body = f"[{json.dumps(good)}, {bad}]".encode()
    answer = raw(bank, body, content_type="application/cloudevents-batch+json").json()
    assert answer["accepted"] == 1
    assert [(row["index"], row["code"]) for row in answer["rejected"]] == [(1, "invalid")]


@pytest.mark.parametrize("field", [b"NaN", b"-Infinity", b"01", b"'a'"])
def test_what_is_not_strict_json_is_malformed(bank, field):
    body = (
        json.dumps(event(data={"amount": 0}))
        .encode()
        .replace(b'"amount": 0', b'"amount": ' + field)
    )
    problem(raw(bank, body), 400, "malformed")


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b"null",
        b"5",
        b'{"a": 1, "a": 2}',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"{} {}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(bank, body):
    problem(raw(bank, body), 400, "malformed")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[]", 400, "malformed"),
        (b"{}", 400, "malformed"),
        (b"[" + b",".join([b"{}"] * 1001) + b"]", 413, "too_large"),
        (b"[" + b" " * 2**20 + b"]", 413, "too_large"),
    ],
)
def test_a_batch_has_its_bounds(bank, body, status, code):
    problem(raw(bank, body, BATCH), status, code)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "", "application/cloudevents+json; charset=gbk", "x" * 500],
)
def test_another_content_type_is_refused(bank, content_type):
    problem(raw(bank, event(), content_type), 415, "unsupported_media_type")


def test_a_packed_body_is_refused_unopened(bank):
    problem(raw(bank, b"\x1f\x8b", **{"Content-Encoding": "gzip"}), 415, "unsupported_media_type")


def test_a_body_without_a_length_is_refused(bank, rf):
    from growth.api.events import EventsView

    request = rf.generic("POST", "/api/v1/events", b"{}", content_type=ONE)
    request.META |= {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    problem(EventsView.as_view()(request), 411, "length_required")


@pytest.mark.parametrize("length", ["1048577", "9" * 30, "9" * 5000])
def test_a_long_body_is_refused_before_it_is_read(bank, rf, length):
    from growth.api.events import EventsView

    request = rf.generic("POST", "/api/v1/events", b"{}", content_type=ONE)
    request.META["CONTENT_LENGTH"] = length
    problem(EventsView.as_view()(request), 413, "too_large")


class Body(io.BytesIO):
    """A body as it comes in: says how much was read at once, at most."""

    most = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.most = max(self.most, len(piece))
        return piece


@pytest.mark.parametrize(("size", "left"), [(3 * 2**20, 0), (20 * 2**20, 4 * 2**20)])
def test_what_is_too_large_is_read_before_the_answer_and_not_kept(bank, client, size, left):
    body = Body(b" " * size)
    sent = {"wsgi.input": body, "CONTENT_LENGTH": str(size), "CONTENT_TYPE": ONE}
    problem(client.generic("POST", "/api/v1/events", **sent), 413, "too_large")
    assert size - body.tell() == left
    assert body.most <= 2**16


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_refused(bank, client, method):
    answer = getattr(client, method)("/api/v1/events")
    assert answer["Allow"] == "POST"
    problem(answer, 405, "method_not_allowed")


def test_an_unknown_type_is_kept_and_an_unknown_customer_enrolled(bank):
    assert bank.send(event(type="moon.landed", subject="new-one")).json()["accepted"] == 1
    assert Customer.objects.filter(ref="new-one").exists()


def test_a_client_sends_for_its_own_sources_only(bank, client):
    cards = Bank(client, sources=("/bank/cards",))

    answer = cards.send(event(source="/bank/cards"), event(), event(source="/bank/cards/x"))

    assert answer.json()["accepted"] == 1
    assert [row["code"] for row in answer.json()["rejected"]] == ["source", "source"]


def test_a_client_takes_back_events_of_its_own_sources_only(bank, client):
    first = event()
    bank.send(first)
    cards = Bank(client, sources=("/bank/cards",))

    answer = cards.send(
        event(
            source="/bank/cards",
            type="event.reversed",
            data={"source": first["source"], "id": first["id"]},
        )
    )

    assert rejection(answer) == "source"
    assert BankEvent.objects.get().counts


def test_too_many_events_of_one_client_are_refused_and_others_go_on(bank, client, settings):
    settings.RATE_LIMITS = {"events": "3/minute"}
    other = Bank(client)

    assert bank.send(event(), event()).status_code == 202
    refused = bank.send(event(), event())

    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(refused["Retry-After"]) <= 120
    assert other.send(event()).status_code == 202


def test_without_the_cache_nothing_is_limited(bank, settings, monkeypatch):
    settings.RATE_LIMITS = {"events": "1/minute"}

    monkeypatch.setattr(ratelimits, "_paused_until", 0.0)

    class Broken:
        def hit(self, *args, **kwargs):
            raise OSError("no server")

    monkeypatch.setattr(ratelimits, "_limiter", Broken)
    assert [bank.send(event()).status_code for _ in range(3)] == [202, 202, 202]


def test_a_database_that_is_down_is_a_503_to_be_tried_again(bank, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(intake, "take_in", fail)
    answer = bank.send(event())
    assert answer["Retry-After"]
    problem(answer, 503, "unavailable")


def test_one_event_takes_few_queries(bank, django_assert_max_num_queries):
    """Intake and settling included, the client's look-up remembered."""
    bank.send(event(subject="ada", type="app.logged_in"))
    bank.send(event(subject="bob"))
    with django_assert_max_num_queries(30):
        bank.send(event(subject="ada"))


def test_a_part_of_a_large_limit_is_taken_in_advance_and_no_more_of_it_used(db, settings):
    settings.RATE_LIMITS = {"events": "2000/hour"}
    ratelimits.hit("events", "busy")
    taken = [count_down("busy") for _ in range(2010)]
    assert taken.count(True) == 1999


def count_down(who):
    try:
        ratelimits.hit("events", who)
    except ratelimits.RateLimited:
        return False
    return True
