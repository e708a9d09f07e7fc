"""The task form says what the program file says, as a draft that counts for nobody yet."""

import pytest
from django.urls import reverse

from growth import drafts, program
from growth.models import GrowthTask, TaskDraft, TaskVersion
from tests.admin.conftest import PROGRAM
from tests.admin.pages import condition, form_values, stream

BILLS = PROGRAM["tasks"][1]
WHERE = [
    condition("amount", "min", "20"),
    condition("amount", "max", "5000"),
    condition("kind", "in", "gas"),
]


def url(name="bills"):
    return reverse("growth_tasks:edit", args=[GrowthTask.objects.get(code=name).pk])


def test_saving_an_unchanged_form_makes_no_draft(sign_in):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE)}

    response = client.post(url(), posted)

    assert response.status_code == 302
    assert not TaskDraft.objects.exists()


def test_a_draft_counts_for_nobody_until_a_second_person_approves_it(sign_in, put_live):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "600"}
    client.post(url(), posted)
    assert TaskVersion.objects.get(task__code="bills").spec["target"] == 500

    put_live("bills")

    assert TaskVersion.objects.get(task__code="bills", end_release=None).spec["target"] == 600
    assert not TaskDraft.objects.exists()


def test_a_link_that_no_page_would_open_is_refused_at_its_field(sign_in):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "600"}

    answer = client.post(url(), {**posted, "link": "javascript:alert(1)"})

    assert "Begin with /" in answer.context["form"].errors["link"][0]
    assert answer.context["form"]["target"].value() == "600"
    assert not TaskDraft.objects.exists()
    assert client.post(url(), {**posted, "link": "app://bills"}).status_code == 302


def test_a_draft_that_says_what_is_live_is_none(sign_in):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "600"}
    client.post(url(), posted)
    again = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "500"}

    client.post(url(), again)

    assert not TaskDraft.objects.exists()


def test_a_form_makes_the_version_that_the_file_makes(sign_in, put_live):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE)}
    posted |= {"target": "600", "reward_points": "120", "expiry": "end_of_month_after"}
    posted |= {"expiry_after": "12", "name_zh_hans": "缴费 600"}

    client.post(url(), posted)
    put_live("bills")

    by_form = TaskVersion.objects.get(task__code="bills", end_release=None)
    changed = {
        **BILLS,
        "name": {"en": "Bills", "zh-hans": "缴费 600"},
        "target": 600,
        "reward": {**BILLS["reward"], "points": 120},
        "points_expire": {"end_of_month_after": 12},
    }
    assert by_form.number == 2
    assert by_form.spec == program.task_spec(changed)
    assert program.load({"version": 1, "tasks": [changed]}).lines == []


def test_texts_of_the_customer_make_no_version(sign_in, put_live):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE)}
    posted |= {"description_en": "Pay a bill.", "icon": "receipt", "position": "3"}

    client.post(url(), posted)
    put_live("bills")

    task = GrowthTask.objects.get(code="bills")
    assert (task.description, task.icon, task.position) == ({"en": "Pay a bill."}, "receipt", 3)
    assert task.versions.count() == 1


def test_a_new_task_is_added_by_form(sign_in, put_live):
    client = sign_in("Campaign")
    add = reverse("growth_tasks:add")
    posted = {**form_values(client.get(add)), **stream("where")}
    posted |= {"name_en": "Log in", "code": "log-in", "kind": "daily", "event": "app.logged_in"}
    posted |= {"reward_points": "1"}

    page = client.post(add, posted)["Location"]
    assert not GrowthTask.objects.filter(code="log-in").exists()
    assert client.get(page).status_code == 200
    edit = reverse("task_drafts:edit", args=["log-in"])
    mended = {**form_values(client.get(edit)), **stream("where"), "reward_points": "2"}
    assert client.post(edit, mended).status_code == 302
    put_live("log-in")

    spec = TaskVersion.objects.get(task__code="log-in").spec
    assert spec == {
        "kind": "daily",
        "event": "app.logged_in",
        "target": 1,
        "claim": "auto",
        "reward": {"points": 2},
    }


FAULTS = [
    ({"ends": "2025-01-01"}, "ends", "before the first day"),
    ({"claim": "auto", "claim_within_days": "7"}, "claim_within_days", "can lapse"),
    ({"velocity_completions": "5"}, "velocity_within_hours", "needed"),
    ({"kind": "choose"}, "choose_of", "needed"),
    ({"target": "0"}, "target", "above 0"),
    ({"expiry_after": ""}, "expiry_after", "after how many"),
    ({"name_en": "", "name_zh_hans": ""}, "name", "one language"),
    ({"limit_points": "-1"}, "limit_points", "greater than or equal"),
]


@pytest.mark.parametrize(("change", "field", "text"), FAULTS)
def test_a_fault_is_said_at_its_field(sign_in, change, field, text):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), **change}

    response = client.post(url(), posted)

    assert response.status_code == 200
    assert text in str(response.context["form"].errors[field])
    assert TaskVersion.objects.filter(task__code="bills").count() == 1


def test_several_faults_are_said_at_once(sign_in):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE)}
    posted |= {"ends": "2025-01-01", "event": "", "target": "0"}

    errors = client.post(url(), posted).context["form"].errors

    assert {"ends", "event", "target"} <= set(errors)


def test_a_task_cannot_require_itself_in_a_circle(sign_in):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url("verify"))), **stream("where"), "requires": "bills"}

    errors = client.post(url("verify"), posted).context["form"].errors

    assert "circle" in str(errors["requires"])


def test_a_condition_without_a_value_is_said_at_the_condition(sign_in):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", condition("amount", "min", "x"))}

    errors = client.post(url(), posted).context["form"].errors.as_data()["where"]

    assert "value" in errors[0].block_errors[0].block_errors


def test_a_form_that_is_out_of_date_overwrites_nothing(sign_in):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "700"}
    program.load({"version": 1, "tasks": [{**BILLS, "target": 900}]})

    response = client.post(url(), posted)

    assert "Somebody else" in response.content.decode()
    assert not TaskDraft.objects.exists()


def test_of_two_tabs_the_second_to_save_is_refused(sign_in):
    client = sign_in("Campaign")
    first, second = ({**form_values(client.get(url())), **stream("where", *WHERE)} for _tab in "ab")

    client.post(url(), first | {"target": "700"})
    response = client.post(url(), second | {"target": "800"})

    assert "Somebody else" in response.content.decode()
    assert TaskDraft.objects.get().document["task"]["target"] == 700


def test_a_draft_under_review_stays_as_it_is(sign_in, operator):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "700"}
    client.post(url(), posted)
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "800"}
    drafts.send_for_review(code="bills", reason="r", maker=operator("kim", "Campaign"))

    assert client.get(url()).status_code == 302
    assert client.post(url(), posted).status_code == 200
    assert TaskDraft.objects.get().document["task"]["target"] == 700


def test_what_has_no_field_in_the_form_stays(sign_in):
    program.load({"version": 1, "tasks": [{**BILLS, "hold_days": 3}]})
    client = sign_in("Campaign")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "700"}

    client.post(url(), posted)

    assert TaskDraft.objects.get().document["task"]["hold_days"] == 3


def test_the_form_is_read_back_in_words(sign_in):
    client = sign_in("Campaign")
    task = GrowthTask.objects.get(code="bills")
    posted = {**form_values(client.get(url())), **stream("where", *WHERE), "target": "700"}

    html = client.post(reverse("growth_tasks:preview_one", args=[task.pk]), posted).content.decode()

    assert "another full 700" in html
    assert "Counts each bill payment once per bill month, for ever" in html
    assert TaskVersion.objects.filter(task=task).count() == 1


def test_the_admin_speaks_chinese(sign_in, client):
    from django.contrib.auth import get_user_model
    from wagtail.users.models import UserProfile

    sign_in("Campaign")
    profile = UserProfile.get_for_user(get_user_model().objects.get())
    profile.preferred_language = "zh-hans"
    profile.save()

    form = client.get(url()).content.decode()
    home = client.get("/admin/").content.decode()

    for text in ("达标周期", "累计每满 500 达标一次", "仅限事件到达时属于“长者”的客户", "缴纳账单"):
        assert text in form
    for text in ("最近 14 天", "未使用积分"):
        assert text in home
    for menu in ("专区", "成长", "权益"):
        assert menu.encode("unicode_escape").decode() in home
