"""Lists, exports, the customer's page and the home page: what they show, in how many queries."""

import json

import pytest
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import ModelLogEntry

from growth import bankday, intake, open_items, seals
from growth.admin.customers import VIEWED
from growth.admin.exports import harmless
from growth.cloudevents import read_line
from growth.difference import Difference
from growth.models import BankEvent, Customer, OpenItem


def send(*events):
    now = bankday.now()
    lines = [
        json.dumps(
            {
                "specversion": "1.0",
                "source": "/core",
                "id": str(number),
                "type": kind,
                "subject": ref,
                "time": now.isoformat(),
                "data": data,
            }
        )
        for number, (ref, kind, data) in enumerate(events)
    ]
    intake.take_in([read_line(line, now=now) for line in lines], settle=True)


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-2", "'-2"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("|x", "'|x"),
        ("a=1", "a=1"),
        (-5, -5),
    ],
)
def test_no_cell_of_an_export_is_a_formula(cell, safe):
    assert harmless(cell) == safe


def test_an_export_escapes_what_the_bank_sent(sign_in):
    client = sign_in("Auditors")
    send(("=cmd()", "identity.verified", {}))

    csv = b"".join(client.get(reverse("completions:index") + "?export=csv").streaming_content)

    assert "'=cmd()" in csv.decode()
    xlsx = client.get(reverse("completions:index") + "?export=xlsx")
    assert xlsx.status_code == 200


@pytest.mark.parametrize("name", ["completions", "bank_events", "transfers", "customers"])
def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(
    sign_in, django_assert_max_num_queries, name
):
    client = sign_in("Auditors")
    send(*((f"c{number}", "identity.verified", {}) for number in range(25)))
    client.get(reverse(f"{name}:index"))

    with django_assert_max_num_queries(16):
        response = client.get(reverse(f"{name}:index"))

    assert "c24" in response.content.decode()


def test_lists_are_searched_and_filtered(sign_in):
    client = sign_in("Auditors")
    send(("anna", "identity.verified", {}), ("bert", "card.bound", {}))

    found = client.get(reverse("customers:index"), {"q": "ann"}).content.decode()
    events = client.get(reverse("bank_events:index"), {"type": "card.bound"}).content.decode()

    assert "anna" in found
    assert "bert" not in found
    assert "bert" in events
    assert "anna" not in events


def test_the_customers_page_tells_all_and_is_logged(sign_in, django_assert_max_num_queries):
    client = sign_in("Support")
    send(("anna", "identity.verified", {"method": "face"}), ("anna", "bill.paid", {"amount": 5}))
    customer = Customer.objects.get(ref="anna")
    url = reverse("customers:inspect", args=[customer.pk])
    client.get(url)

    with django_assert_max_num_queries(40):
        html = client.get(url).content.decode()

    for text in ("anna", "Bronze", "Verify", "the identity is verified", "amount: 5", "+10"):
        assert text in html
    assert "Redemptions" in html
    log = ModelLogEntry.objects.filter(action=VIEWED, object_id=str(customer.pk))
    assert log.count() == 2


def test_the_home_page_shows_the_last_days(sign_in, django_assert_max_num_queries):
    client = sign_in("Auditors")
    send(("anna", "identity.verified", {}), ("bert", "card.bound", {}))
    BankEvent.objects.count()
    client.get("/admin/")
    cache.clear()

    with django_assert_max_num_queries(40):
        html = client.get("/admin/").content.decode()

    assert "The last 14 days" in html
    assert 'role="img"' in html
    assert "2 in all" in html
    with django_assert_max_num_queries(24):
        client.get("/admin/")


def test_the_home_page_of_support_has_no_campaign_figures_but_finds_a_customer(sign_in):
    html = sign_in("Support").get("/admin/").content.decode()

    assert "The last 14 days" not in html
    assert f'action="{reverse("customers:index")}"' in html


def test_the_home_page_of_finance_has_the_figures(sign_in):
    html = sign_in("Finance").get("/admin/").content.decode()

    assert "The last 14 days" in html
    assert "Search all pages" not in html
    assert reverse("customers:index") not in html


def test_who_may_not_see_customers_gets_no_links_to_them(sign_in):
    send(("anna", "identity.verified", {}))
    url = reverse("bank_events:inspect", args=[BankEvent.objects.get().pk])
    page = reverse("customers:inspect", args=[Customer.objects.get(ref="anna").pk])

    assert page in sign_in("Auditors").get(url).content.decode()
    assert page not in sign_in("Campaign").get(url).content.decode()


def test_who_answers_for_the_books_is_warned_of_open_items(sign_in):
    warned = "2 differences from the records are open"
    open_items.keep([Difference(f"{seals.BROKEN} 3", "seal 3 is missing"), "a difference"])
    for group in ("Reviewers", "Auditors", "Finance"):
        html = sign_in(group).get("/admin/").content.decode()
        assert warned in html and "hash chain over the points is broken" in html
    assert warned not in sign_in("Campaign").get("/admin/").content.decode()
    open_items.keep([])
    assert "hash chain" not in sign_in("root").get("/admin/").content.decode()


def test_a_reviewer_writes_what_is_known_about_a_difference_and_closes_it(sign_in):
    item = OpenItem.objects.create(text="customer 7: balance 105, transfers 100, lots 100")
    reviewer = sign_in("Reviewers")
    listed = reviewer.get(reverse("open_items:index"))
    assert "balance 105" in listed.content.decode()

    url = reverse("open_items:edit", args=[item.pk])
    said = {"note": "A restored backup; corrected.", "close": "on", "text": "forged"}
    assert reviewer.post(url, said).status_code == 302

    item.refresh_from_db()
    assert (item.note, bool(item.closed_at)) == ("A restored backup; corrected.", True)
    assert item.closed_by is not None
    assert item.text.startswith("customer 7")
    assert sign_in("Auditors").post(url, said | {"note": "mine"}).status_code == 302
    item.refresh_from_db()
    assert item.note == "A restored backup; corrected."
