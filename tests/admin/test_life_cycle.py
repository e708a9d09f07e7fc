"""Every state in the life of a task is listed, can be filtered for, and can be reached."""

from datetime import timedelta

import pytest
from django.urls import reverse

from growth import bankday, changes, drafts, pauses
from growth.models import ChangeRequest, GrowthTask
from tests.growth import world

pytestmark = pytest.mark.django_db
OWN = {"description": {}, "link": "", "icon": "", "position": 0}


@pytest.fixture
def campaign(sign_in):
    """Somebody who works on tasks: verify and bills are there, "new" is only a draft."""
    return sign_in("Campaign")


@pytest.fixture
def maker(campaign, operator):
    return operator("maker", "Campaign")


def draft(maker, code="new", **facts):
    row = drafts.live(code).get("task") or world.task(code)
    drafts.save(row={**row, **facts}, own=OWN, editor=maker, seen=drafts.token(code))


def listed(client, **asked) -> set[str]:
    """Codes of tasks and drafts that the list shows."""
    answer = client.get(reverse("growth_tasks:index_results"), asked)
    assert answer.status_code == 200
    context = answer.context
    codes = {task.code for task in context["object_list"]}
    html = answer.content.decode()
    return codes | {row.code for row in context["new_drafts"] if row.url in html}


def test_each_state_is_found_by_its_filter(campaign, maker):
    today = bankday.today()
    spring = {"starts": str(today + timedelta(days=9))}
    over = {"ends": str(today - timedelta(days=1))}
    world.load(world.task("spring", **spring), world.task("over", **over))
    pauses.pause_task(code="bills", reason="fraud")
    draft(maker)
    draft(maker, "sent")
    drafts.send_for_review(code="sent", reason="r", maker=maker)
    draft(maker, "verify", reward={"points": 9})

    assert {state: listed(campaign, state=state) for state in STATES} == STATES
    assert listed(campaign) == set().union(*STATES.values())
    assert listed(campaign, q="new") == {"new"}
    assert listed(campaign, event="identity") == {"verify"}


STATES = {
    "draft": {"new", "verify"},
    "in_review": {"sent"},
    "scheduled": {"spring"},
    "live": {"verify"},
    "paused": {"bills"},
    "ended": {"over"},
}


def test_a_second_person_ends_a_task(campaign, maker, operator):
    page = reverse("end_task", args=["verify"])
    form = reverse("growth_tasks:edit", args=[GrowthTask.objects.get(code="verify").pk])
    assert page in campaign.get(form).content.decode()
    assert page in campaign.get(reverse("growth_tasks:index")).content.decode()
    today = bankday.today()
    said = {"last": str(today - timedelta(days=1)), "reason": "Over"}
    assert "today at the earliest" in campaign.post(page, said).content.decode()

    campaign.post(page, said | {"last": str(today)})
    change = ChangeRequest.objects.get()
    assert (listed(campaign, state="in_review"), change.state) == ({"verify"}, "waiting")
    changes.approve(change_id=change.pk, checker=operator("lee", "Reviewers"))

    world.take(world.event("identity.verified", "today", today))
    assert world.balance("today") == 10
    assert drafts.live("verify")["task"]["ends"] == str(today)
    assert (
        "It ends by then anyway."
        in campaign.post(page, said | {"last": str(today)}).content.decode()
    )


def test_a_task_is_not_ended_over_somebody_elses_draft(campaign, maker):
    draft(maker, "verify", reward={"points": 9})
    said = {"last": str(bankday.today()), "reason": "Over"}
    answer = campaign.post(reverse("end_task", args=["verify"]), said)
    assert "Somebody is working on a draft" in answer.content.decode()
    assert drafts.of("verify").document["task"]["reward"] == {"points": 9}


def test_who_may_not_change_tasks_ends_none(sign_in):
    client = sign_in("Support")
    page = reverse("end_task", args=["verify"])
    said = {"last": str(bankday.today()), "reason": "Over"}
    assert client.post(page, said).status_code in (302, 403)
    assert not ChangeRequest.objects.exists()


def test_a_draft_of_a_new_task_can_be_back_tested_from_its_form(campaign, maker):
    draft(maker)
    form = campaign.get(reverse("task_drafts:edit", args=["new"])).content.decode()
    assert f"{reverse('backtests:add')}?draft=new" in form
