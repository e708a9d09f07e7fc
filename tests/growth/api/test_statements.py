"""The customer's statement by API."""

import pytest

from growth import bankday
from tests.growth import world


def address(month=""):
    return f"/api/v1/me/points/statements/{month or f'{bankday.today():%Y-%m}'}"


def test_a_statement_is_told_with_its_sums(client, ada):
    told = client.get(address(), headers=ada)

    assert told["Cache-Control"] == "private, no-store"
    body = told.json()
    assert body["month"] == f"{bankday.today():%Y-%m}"
    assert (body["opening"], body["closing"], body["complete"]) == (0, 100, False)
    assert [entry["points"] for entry in body["entries"]] == [100]
    entry = body["entries"][0]
    assert entry["balance"] == world.balance("ada")
    assert entry["source"]["type"] == "task"
    assert entry["title"]


@pytest.mark.parametrize("month", ["2020-01", "2099-12", "2026-1", "2026-13", "nonsense"])
def test_what_is_no_month_of_theirs_is_not_found(client, ada, month):
    told = client.get(address(month), headers=ada)

    assert (told.status_code, told.json()["code"]) == (404, "not_found")


def test_who_has_no_points_has_no_statement(client, bob):
    assert client.get(address(), headers=bob).status_code == 404


def test_nobody_reads_one_without_a_session(client, db):
    assert client.get(address()).status_code == 401


def test_it_takes_few_queries(client, ada, django_assert_max_num_queries):
    client.get(address(), headers=ada)
    with django_assert_max_num_queries(7):
        client.get(address(), headers=ada)
