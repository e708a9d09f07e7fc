"""Every key of a task has its field: what the form shows is what the file says, and back."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.urls import reverse
from wagtail.users.models import UserProfile

from growth import drafts, program
from growth.admin.names import names
from growth.admin.task_sentences import task_lines
from growth.models import Badge, Budget, GrowthTask, TaskDraft
from tests.admin.pages import form_values, stream

NAMED = {"name": {"en": "New", "zh-hans": "新"}}
TASKS = {
    "checkin": {
        "kind": "streak",
        "event": "app.logged_in",
        "target": 7,
        "grace_days": 1,
        "make_up": {"per_month": 2, "points": 20, "days_back": 7},
        "claim": "manual",
        "claim_within_days": 7,
        "hold_days": 3,
        "velocity": {"completions": 5, "within_hours": 1, "then": "deny"},
        "risk": True,
        "budget": "spring",
        "on_reversal": "allow_negative",
        "reward": {"points": 50, "badge": "regular"},
        "points_expire": {"on": "2091-07-01"},
    },
    "payer": {
        "kind": "milestones",
        "event": "bill.paid",
        "sum_of": "amount",
        "milestones": [
            {"target": 99.5, "reward": {"points": 30}},
            {"target": 1000, "reward": {"points": 100, "growth": 5, "badge": "regular"}},
            {"target": 5000},
        ],
        "claim": "auto",
    },
    "explorer": {
        "kind": "choose",
        "choose": {"of": ["verify", "bills"], "at_least": 1},
        "claim": "auto",
        "reward": {"growth": 5},
    },
    "visitor": {
        "kind": "activity",
        "event": "zone.visited",
        "measures": [{"growth": 1}, {"growth": 2, "field": "seconds_visible", "each": 60}],
        "growth_a_day": 10,
        "claim": "auto",
    },
}
BLOCKS = {
    "payer": stream(
        "milestones",
        ("milestone", {"target": "99.5", "points": "30", "growth": "", "benefit": "", "badge": ""}),
        (
            "milestone",
            {"target": "1000", "points": "100", "growth": "5", "benefit": "", "badge": "regular"},
        ),
        ("milestone", {"target": "5000", "points": "", "growth": "", "benefit": "", "badge": ""}),
    ),
    "visitor": stream(
        "measures",
        ("measure", {"growth": "1", "field": "", "each": ""}),
        ("measure", {"growth": "2", "field": "seconds_visible", "each": "60"}),
    ),
}


@pytest.fixture(autouse=True)
def stored(sign_in):
    """All of these tasks, live."""
    Badge.objects.create(code="regular", name={"en": "Regular"})
    Budget.objects.create(code="spring", name={"en": "Spring"}, points=10_000)
    rows = [{"code": code, **NAMED, **facts} for code, facts in TASKS.items()]
    program.load({"version": 1, "tasks": rows})


def url(code):
    return reverse("growth_tasks:edit", args=[GrowthTask.objects.get(code=code).pk])


@pytest.mark.parametrize("code", TASKS)
def test_saving_an_unchanged_form_makes_no_draft(sign_in, code):
    client = sign_in("Campaign")
    response = client.post(
        url(code), {**form_values(client.get(url(code))), **BLOCKS.get(code, {})}
    )

    assert response.status_code == 302, response.context["form"].errors
    assert not TaskDraft.objects.exists()


@pytest.mark.parametrize("code", TASKS)
def test_a_form_says_what_the_file_says(sign_in, code):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url(code))), **BLOCKS.get(code, {}), "starts": "2031-01-01"}
    client.post(url(code), posted)

    task = drafts.of(code).document["task"]
    wanted = program.task_spec({**TASKS[code], "starts": "2031-01-01"})
    assert program.task_spec(task) == wanted


def test_what_another_kind_has_goes_with_the_kind(sign_in):
    client = sign_in("Campaign")
    client.post(url("checkin"), {**form_values(client.get(url("checkin"))), "kind": "once"})

    task = drafts.of("checkin").document["task"]
    assert task["kind"] == "once"
    assert not task.keys() & {"grace_days", "make_up"}


def test_a_fault_in_a_milestone_is_said_at_the_milestone(sign_in):
    client = sign_in("Campaign")
    falling = stream(
        "milestones",
        ("milestone", {"target": "5", "points": "1", "growth": "", "benefit": "", "badge": ""}),
        ("milestone", {"target": "5", "points": "1", "growth": "", "benefit": "", "badge": ""}),
    )
    response = client.post(url("payer"), {**form_values(client.get(url("payer"))), **falling})
    assert response.status_code == 200
    assert "above the one before" in response.content.decode()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("checkin", "Missing 1 day does not break the row"),
        ("checkin", "2 missed days a calendar month can be made up for, up to 7 days later"),
        ("checkin", "What is not claimed within 7 days lapses."),
        ("checkin", "Paid from the budget “Spring”"),
        ("payer", "at 1,000: 100 points, 5 growth value and the badge “Regular”"),
        ("explorer", "Completed once, when 1 of these tasks has been completed"),
        ("visitor", "1 for each visit and 2 for every full 60 of “seconds_visible”"),
        ("visitor", "No more than 10 growth value a day."),
    ],
)
def test_a_task_is_read_back_in_plain_words(code, said):
    lines = " ".join(task_lines(program.task_spec({"code": code, **TASKS[code]}), names()))
    assert said in lines


def choices_of(client) -> dict[str, list]:
    """The options of each choice that has examples, and the examples that are shown."""
    page = BeautifulSoup(client.get(reverse("growth_tasks:add")).content, "html.parser")
    shown = {p["data-gz-example-of"]: p.text for p in page.select("[data-gz-example-of]")}
    options = {name: page.select(f'select[name="{name}"] option') for name in shown}
    assert all(found[0]["data-gz-example"] == shown[name] for name, found in options.items())
    return options


@pytest.mark.parametrize(("language", "begins"), [("en", "Example: "), ("zh-hans", "例如：")])
def test_each_choice_shows_an_example(sign_in, language, begins):
    client = sign_in("Campaign")
    editor = get_user_model().objects.get()
    UserProfile.objects.update_or_create(user=editor, defaults={"preferred_language": language})
    found = choices_of(client)
    assert set(found) == {"kind", "claim", "expiry", "velocity_then", "on_reversal"}
    said = [option["data-gz-example"] for options in found.values() for option in options]
    assert len(set(said)) == len(said) == 20
    assert all(text.startswith(begins) for text in said)


@pytest.mark.parametrize(
    ("event", "field", "said"),
    [
        ("creditcard.repaid", "bill_month", "Counts each repayment once per bill month"),
        ("tram.boarded", "ticket_no", "Counts each “tram.boarded” once per ticket no"),
    ],
)
def test_what_counts_once_is_said_of_the_event_and_its_detail(event, field, said):
    spec = {"kind": "daily", "event": event, "distinct_by": field}
    assert any(line.startswith(said) for line in task_lines(spec, names()))
