"""Operators decide on awards, pause tasks, exclude customers and keep budgets."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from growth import budget_changes, budgets, changes, exclusions, jobs
from growth.admin import award_views
from growth.errors import NotAllowed
from growth.models import (
    Budget,
    ChangeRequest,
    GrowthTask,
    ProgramRelease,
    TaskCompletion,
    Wallet,
)
from tests.admin.pages import form_values
from tests.growth import world
from tests.growth.test_changes import person
from tests.growth.world import balance, event, load, take, task


@pytest.fixture
def awards(bank):
    """Awards of Ada held back, of Bob paid, by a task that has all but used its budget up."""
    Wallet.objects.get_or_create(customer=None)
    budget = {"code": "spring", "name": {"en": "Spring"}, "points": 35, "alert_percent": 50}
    paced = {"completions": 1, "within_hours": 24, "then": "hold"}
    load(
        task("t", "cumulative", velocity=paced, budget="spring"),
        segments=[world.segment("all", {"not": {"tag": "x"}})],
        budgets=[budget],
    )
    take(event(who="ada"), event(who="ada"), event(who="bob", source="/other"))
    budgets.raise_alerts()


def decide(client, what, query, reason="checked"):
    url = f"{reverse('award_decide', args=[what])}?{query}"
    page = client.get(url)
    newest = page.context["form"]["newest"].value()
    return page.content.decode(), client.post(url, {"reason": reason, "newest": newest})


@pytest.mark.parametrize(("what", "points", "status"), [
    ("release", 20, "posted"), ("cancel", 10, "refused"), ("revoke", 10, "refused"),
])  # fmt: skip
def test_one_award_is_decided_on_with_a_reason(sign_in, awards, what, points, status):
    row = TaskCompletion.objects.get(status="pending")
    shown, answer = decide(sign_in("Campaign"), what, f"id={row.pk}")
    row.refresh_from_db()

    assert "Awards: 1" in shown and "too many in too short a time" in shown
    assert (answer.status_code, row.status, balance()) == (302, status, points)
    kept = ModelLogEntry.objects.get(action=f"growth.award_{what}")
    assert (kept.data["reason"], kept.data["ids"]) == ("checked", [row.pk])
    assert world.differences() == []


@pytest.mark.parametrize(
    "query", ["task={task}&source=/other", "customer=bob", "status=posted&customer=bob"]
)
def test_all_that_a_filter_shows_is_taken_back_at_once(sign_in, awards, query):
    code = GrowthTask.objects.get(code="t").pk
    decide(sign_in("Reviewers"), "revoke", query.format(task=code))
    assert (balance("bob"), balance("ada")) == (0, 10)
    assert TaskCompletion.objects.filter(status="pending").count() == 1


def test_what_came_in_after_the_page_was_shown_is_left_alone(sign_in, awards):
    client, url = sign_in("Reviewers"), reverse("award_decide", args=["revoke"])
    decide(client, "revoke", "customer=bob")  # the budget has room again
    newest = client.get(url).context["form"]["newest"].value()
    take(event(who="cyd"))
    client.post(url, {"reason": "checked", "newest": newest})
    assert (balance("bob"), balance("ada"), balance("cyd")) == (0, 0, 10)
    assert client.post(url, {"reason": "checked"}).status_code == 200  # nobody knows what was shown
    assert balance("cyd") == 10


def test_each_part_is_logged_with_its_reason_or_not_done(sign_in, awards, monkeypatch):
    """The planted bug: logged after all parts, what was done before a crash has no reason."""
    monkeypatch.setattr(award_views, "PART", 1)
    revoke = award_views.ACTS["revoke"]

    def crashes(ids):
        done = revoke(ids)
        if TaskCompletion.objects.filter(status="refused").count() > 1:
            raise RuntimeError("the machine")
        return done

    monkeypatch.setitem(award_views.ACTS, "revoke", crashes)
    with pytest.raises(RuntimeError):
        decide(sign_in("Reviewers"), "revoke", "")
    refused = TaskCompletion.objects.filter(status="refused").values_list("pk", flat=True)
    entries = ModelLogEntry.objects.filter(action="growth.award_revoke")
    assert [(e.data["ids"], e.data["reason"]) for e in entries] == [(list(refused), "checked")]


def test_a_decision_on_many_points_waits_for_two_others(sign_in, awards, settings):
    settings.TWO_APPROVALS_ABOVE_POINTS = 29
    _, answer = decide(sign_in("Campaign"), "revoke", "")
    change = ChangeRequest.objects.get()
    assert answer.url == reverse("changes:inspect", args=[change.pk])
    assert (balance(), balance("bob"), change.approvals_needed) == (10, 10, 2)
    assert not ModelLogEntry.objects.filter(action="growth.award_revoke").exists()

    shown = sign_in("Auditors").get(answer.url).content.decode()
    for text in ("Take back for good", "Awards: 3, 30 points in all", "ada: t, 10 points"):
        assert text in shown
    for name in ("lee", "ann"):
        changes.approve(change_id=change.pk, checker=person(name, "Reviewers"))
        assert balance("bob") == 10
    jobs.apply_changes()
    assert (balance(), balance("bob"), world.differences()) == (0, 0, [])
    change.refresh_from_db()
    assert (change.state, change.outcome) == ("applied", {"done": 3, "decided": 3})


def test_who_may_not_ask_for_changes_asks_for_no_large_decision(sign_in, awards, settings):
    settings.TWO_APPROVALS_ABOVE_POINTS = 29
    decide(sign_in("Reviewers"), "revoke", "")
    assert not ChangeRequest.objects.exists()
    assert (balance(), balance("bob")) == (10, 10)


def test_nothing_is_decided_without_a_reason_or_a_right(sign_in, awards):
    _, answer = decide(sign_in("Campaign"), "revoke", "", reason=" ")
    assert (answer.status_code, balance("bob")) == (200, 10)


@pytest.mark.parametrize("group", ["Editors", "Auditors", "Support"])
def test_who_may_not_decide_pause_or_exclude(sign_in, awards, group):
    client = sign_in(group)
    addresses = [reverse("award_decide", args=["revoke"]), reverse("pauses"), reverse("exclusions")]
    for url in addresses:
        assert client.get(url).status_code in (302, 403)
        assert client.post(url, {"reason": "x", "action": "pause"}).status_code in (302, 403)
    assert balance("bob") == 10
    assert not GrowthTask.objects.filter(paused=True).exists()


def test_the_list_of_completions_leads_to_the_decisions_for_who_may(sign_in, awards):
    url = reverse("completions:index") + "?status=pending"
    html = sign_in("Campaign").get(url).content.decode()
    row = TaskCompletion.objects.get(status="pending")
    assert f"{reverse('award_decide', args=['release'])}?id={row.pk}" in html
    assert f"{reverse('award_decide', args=['revoke'])}?status=pending" in html


def test_a_task_and_everything_can_be_paused_and_go_on(sign_in, awards):
    client, url = sign_in("Campaign"), reverse("pauses")
    client.post(url, {"action": "pause", "task": "t", "reason": ""})
    assert not GrowthTask.objects.filter(paused=True).exists()
    client.post(url, {"action": "pause", "task": "t", "reason": "too many"})
    assert "too many" in client.get(url).content.decode()
    client.post(url, {"action": "pause", "reason": "storm"})
    assert not GrowthTask.objects.filter(paused=False).exists()
    client.post(url, {"action": "resume"})
    assert set(GrowthTask.objects.filter(paused=True).values_list("code", flat=True)) == {"t"}
    client.post(url, {"action": "resume", "task": "t"})
    assert not GrowthTask.objects.filter(paused=True).exists()
    assert ModelLogEntry.objects.filter(action="growth.paused").count() == 1 + 2
    assert ProgramRelease.objects.latest("pk").origin.startswith("resume t (admin:")


def test_customers_are_excluded_and_readmitted(sign_in, awards):
    client, url = sign_in("Reviewers"), reverse("exclusions")
    answer = client.post(url, {"customer": "nobody", "reason": "staff"})
    assert "There is no such customer." in answer.content.decode()
    client.post(url, {"customer": "ada", "reason": "staff"})
    assert world.customer().excluded == "staff"
    assert "staff" in client.get(url).content.decode()
    client.post(url, {"readmit": "ada"})
    assert world.customer().excluded == ""
    assert not exclusions.readmit(customer_id=world.customer().pk)


def test_a_budget_is_raised_and_shows_how_it_stands(sign_in, awards):
    client = sign_in("Campaign")
    assert "nearly used up" in client.get(reverse("budgets:index")).content.decode()
    assert (
        "Budget “Spring” is nearly used up: 5 points are left."
        in client.get("/admin/").content.decode()
    )
    assert "Awards that wait for somebody to decide: 1." in client.get("/admin/").content.decode()
    url = reverse("budgets:edit", args=[Budget.objects.get().pk])
    page = client.get(url)
    assert "30 of 35 points are given, 5 are left." in page.content.decode()
    values = form_values(page) | {"points": ["1000"]}
    assert client.post(url, values).status_code == 200  # not without a reason
    answer = client.post(url, values | {"reason": ["A feast"]})
    assert answer.status_code == 302
    assert Budget.objects.get().points == 35  # a second person decides
    lee = person("lee", "Reviewers")
    shown = client.get(answer.url).content.decode()
    assert "It may give 35 points" in shown and "It may give 1,000 points" in shown
    changes.approve(change_id=ChangeRequest.objects.get().pk, checker=lee)
    found = Budget.objects.get()
    assert (found.points, found.alerted_at) == (1000, None)
    assert "in order" in client.get(reverse("budgets:index")).content.decode()
    second = form_values(client.get(reverse("budgets:add")))
    second |= {"code": ["all"], "points": ["5"], "name_0": ["All"], "programme": ["on"]}
    names = [key for key in second if key.startswith("name")]
    second |= {names[0]: ["All"], "reason": ["All"]}
    client.post(reverse("budgets:add"), second)
    assert not Budget.objects.filter(programme=True).exists()
    changes.approve(change_id=ChangeRequest.objects.latest("pk").pk, checker=lee)
    assert Budget.objects.filter(programme=True).get().code == "all"


def test_a_budget_that_changed_meanwhile_is_not_overwritten(sign_in, awards):
    row = {"code": "spring", "name": {"en": "Spring"}, "points": 90, "alert_percent": 50}
    kim = person("kim", "Campaign")
    change = budget_changes.propose(row=row, reason="more", maker=kim)
    load(budgets=[row | {"points": 60}])  # the deployment's way is direct
    found = changes.approve(change_id=change.pk, checker=person("lee", "Reviewers"))
    assert (found.state, Budget.objects.get().points) == ("failed", 60)


def test_who_may_not_change_budgets_may_not_ask_for_it(sign_in, awards):
    row = {"code": "spring", "name": {"en": "Spring"}, "points": 90}
    with pytest.raises(NotAllowed):
        budget_changes.propose(row=row, reason="more", maker=person("sup", "Support"))


def test_reasons_of_the_banks_own_check_can_be_filtered_for(sign_in, awards):
    TaskCompletion.objects.filter(customer__ref="bob").update(status="refused", reason="mule")
    client = sign_in("Support")

    page = client.get(reverse("completions:index")).content.decode()
    assert page.count('value="mule"') == 1 and page.count('value="velocity"') == 1
    found = client.get(reverse("completions:index"), {"reason": "mule"})
    assert [row.customer.ref for row in found.context["object_list"]] == ["bob"]
