"""Who may see and do what; append-only rows offer nothing to add, edit or delete."""

import pytest
from django.urls import NoReverseMatch, reverse
from wagtail.permissions import policy_registry

from growth.models import BankEvent, Customer, GrowthTask, PointsTransfer, TaskCompletion
from tests.admin.pages import form_values, stream

PROGRAM = ["growth_tasks", "task_drafts", "segments", "levels", "budgets", "benefits", "merchants"]
RECORDS = ["completions", "bank_events", "rejected_rows", "transfers", "redemptions"]
PEOPLE = ["customers", "customer_sessions", "api_clients", "operators_log"]
ALL = {*PROGRAM, *RECORDS, *PEOPLE, "code_batches", "changes", "open_items"}
SEES = {
    "Editors": {*PROGRAM},
    "Campaign": {*PROGRAM, *RECORDS, "code_batches", "changes"},
    "Reviewers": {*PROGRAM, *RECORDS, "changes", "open_items"},
    "Auditors": ALL,
    "Support": {
        "customers",
        "completions",
        "bank_events",
        "transfers",
        "benefits",
        "redemptions",
        "changes",
    },  # fmt: skip
    "Finance": {"transfers", "open_items", "changes"},
    "root": ALL,
}


@pytest.mark.parametrize("group", SEES)
def test_each_group_sees_its_lists_only(sign_in, group):
    client = sign_in(group)

    seen = {name for name in ALL if client.get(reverse(f"{name}:index")).status_code == 200}

    assert seen == SEES[group]


@pytest.mark.parametrize("group", ["Editors", "Reviewers", "Auditors", "Support", "Finance"])
def test_only_campaign_changes_the_program(sign_in, group):
    client = sign_in(group)
    task = GrowthTask.objects.get(code="bills")

    for url in (
        reverse("growth_tasks:add"),
        reverse("growth_tasks:edit", args=[task.pk]),
        reverse("segments:add"),
        reverse("levels:add"),
        reverse("benefits:add"),
        reverse("code_batches:add"),
    ):
        assert client.get(url).status_code == 302
        assert client.post(url, {}).status_code == 302
    assert client.post(reverse("growth_tasks:preview"), {}).status_code in (302, 403)


@pytest.mark.parametrize("model", [BankEvent, PointsTransfer, TaskCompletion, Customer])
@pytest.mark.parametrize("action", ["add", "change", "delete"])
def test_records_are_read_only_even_for_a_superuser(sign_in, admin_user, model, action):
    assert not policy_registry.get_by_type(model).user_has_permission(admin_user, action)


@pytest.mark.parametrize("name", [*RECORDS, *PEOPLE])
@pytest.mark.parametrize("page", ["add", "edit", "delete"])
def test_there_is_no_address_to_change_a_record(name, page):
    with pytest.raises(NoReverseMatch):
        reverse(f"{name}:{page}", args=[1] if page != "add" else [])


@pytest.mark.parametrize("group", ["Editors", "Campaign", "Reviewers"])
def test_a_customers_page_is_for_support_and_audit(sign_in, group):
    customer = Customer.objects.create(ref="c-1")

    assert sign_in(group).get(reverse("customers:inspect", args=[customer.pk])).status_code == 302


@pytest.mark.parametrize(("group", "shown"), [("Editors", True), ("Support", False)])
def test_the_zones_menu_is_for_who_works_on_pages(sign_in, group, shown):
    html = sign_in(group).get("/admin/").content.decode()

    assert ("/admin/zones/articles/" in html) is shown


def test_what_operators_did_is_listed_for_audit(sign_in, put_live):
    campaign = sign_in("Campaign")
    task = GrowthTask.objects.get(code="verify")
    url = reverse("growth_tasks:edit", args=[task.pk])
    posted = {**form_values(campaign.get(url)), **stream("where"), "reward_points": "11"}
    campaign.post(url, posted)
    put_live("verify")

    html = sign_in("Auditors").get(reverse("operators_log:index")).content.decode()

    for text in (
        "one-of-Campaign",
        "Save a draft",
        "Ask for a change",
        "Apply a change",
        "because",
        "reward changed",
    ):
        assert text in html
