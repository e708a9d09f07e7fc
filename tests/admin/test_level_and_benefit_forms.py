"""Levels get a next version; benefits keep what belongs to the program and what does not."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from benefits.models import Benefit, BenefitCode
from growth import bankday, changes
from growth.levels import current_scheme
from growth.models import Badge, ChangeRequest, Customer, Level, LevelScheme, RejectedRow
from tests.admin.pages import form_values, stream


def step(code, start, en, zh="", brings="", **rules):
    benefits = [{"type": "item", "value": value} for value in rules.get("benefits", [])]
    value = {
        "code": code,
        "start": str(start),
        "name": {"en": en, "zh_hans": zh},
        "points_percent": rules.get("percent", ""),
        "badge": rules.get("badge", ""),
        "benefits": inline_list(benefits),
        "privileges": {"en": brings, "zh_hans": ""},
    }
    return "step", value


def inline_list(rows):
    """A list of choices, as the form posts it."""
    return {
        "count": str(len(rows)),
        **{str(at): {"order": str(at), "deleted": "", **row} for at, row in enumerate(rows)},
    }


def steps(*rows):
    return stream("steps", *rows)


BRONZE = step("bronze", 0, "Bronze", "青铜", "Free transfers")
RAISED = (BRONZE, step("silver", 80, "Silver", "白银"), step("gold", 200, "Gold"))


def ask(client, *rows, **fields):
    """Send the form, look at the preview, and send it again with a reason."""
    add = reverse("levels:add")
    posted = {**form_values(client.get(add)), **steps(*rows), **fields}
    seen = client.post(add, posted)
    if seen.status_code == 302:
        return seen
    mark = {"confirmed": seen.context["digest"], "reason": "A new year"}
    return client.post(add, {**posted, **mark})


def test_new_levels_count_once_a_second_person_has_approved_them(sign_in, operator):
    response = ask(sign_in("Campaign"), *RAISED)

    change = ChangeRequest.objects.get(kind="levels")
    assert response.url == reverse("changes:inspect", args=[change.pk])
    assert LevelScheme.objects.count() == 1
    changes.approve(change_id=change.pk, checker=operator("lee", "Reviewers"))
    scheme = LevelScheme.objects.latest("version")
    levels = scheme.levels.order_by("threshold").values_list("code", "threshold")
    assert (scheme.version, list(levels)) == (2, [("bronze", 0), ("silver", 80), ("gold", 200)])
    assert Level.objects.get(scheme=scheme, code="bronze").brings == {"en": "Free transfers"}


def test_only_content_whose_preview_was_seen_is_sent(sign_in):
    """The mark of one content does not confirm another."""
    client, add = sign_in("Campaign"), reverse("levels:add")
    posted = {**form_values(client.get(add)), **steps(*RAISED)}
    seen = client.post(add, posted)
    other = steps(*RAISED[:2], step("gold", 150, "Gold"))
    mark = {"confirmed": seen.context["digest"], "reason": "A new year"}

    response = client.post(add, {**posted, **other, **mark})

    assert response.status_code == 200
    assert response.context["impact"].customers == Customer.objects.count()
    assert not ChangeRequest.objects.exists()


def test_a_level_is_given_what_the_form_says(sign_in, operator):
    client = sign_in("Campaign")
    Badge.objects.create(code="top", name={"en": "Top"})
    silver = step("silver", 80, "Silver", percent="150", badge="top", benefits=["umbrella"])
    ask(client, BRONZE, silver)

    change = ChangeRequest.objects.get(kind="levels")
    changes.approve(change_id=change.pk, checker=operator("lee", "Reviewers"))

    rules = {"points_percent": 150, "benefits": ["umbrella"], "badge": "top"}
    assert Level.objects.get(scheme__version=2, code="silver").rules == rules


def test_levels_may_take_effect_on_a_day_to_come(sign_in, operator):
    day = bankday.today() + timedelta(days=40)
    ask(sign_in("Campaign"), *RAISED, effective_on=day.isoformat())
    change = ChangeRequest.objects.get(kind="levels")
    changes.approve(change_id=change.pk, checker=operator("lee", "Reviewers"))

    assert LevelScheme.objects.latest("version").effective_on == day
    assert current_scheme().version == 1


def test_unchanged_levels_are_no_change(sign_in):
    rows = [step("bronze", 0, "Bronze", "青铜"), step("silver", 100, "Silver", "白银")]

    ask(sign_in("Campaign"), *rows)

    assert LevelScheme.objects.count() == 1
    assert not ChangeRequest.objects.exists()


def test_a_level_out_of_order_is_said_at_the_level(sign_in):
    client = sign_in("Campaign")
    add = reverse("levels:add")
    rows = [step("bronze", 5, "Bronze"), step("silver", 4, "Silver")]

    response = client.post(add, {**form_values(client.get(add)), **steps(*rows)})

    error = response.context["form"].errors.as_data()["steps"][0]
    assert "starts from 0" in str(error.block_errors[0].block_errors["start"])
    assert "above the level before" in str(error.block_errors[1].block_errors["start"])


def benefit_url(code):
    return reverse("benefits:edit", args=[Benefit.objects.get(code=code).pk])


def test_a_benefit_is_changed_by_form(sign_in):
    client = sign_in("Campaign")
    posted = form_values(client.get(benefit_url("umbrella")))
    posted |= {"price": "40", "total": "9", "description_en": "Keeps you dry.", "city": "Prague"}

    client.post(benefit_url("umbrella"), posted)

    benefit = Benefit.objects.get(code="umbrella")
    assert (benefit.price, benefit.total, benefit.city) == (40, 9, "Prague")
    assert benefit.description == {"en": "Keeps you dry."}
    assert sum(benefit.shards.values_list("remaining", flat=True)) == 9


def test_a_benefit_without_stock_is_refused_at_its_field(sign_in):
    client = sign_in("Campaign")
    posted = {**form_values(client.get(benefit_url("umbrella"))), "total": ""}

    errors = client.post(benefit_url("umbrella"), posted).context["form"].errors

    assert "Only uploaded codes need no number" in str(errors["total"])


def upload(client, text):
    benefit = Benefit.objects.get(code="coffee")
    file = SimpleUploadedFile("codes.csv", text.encode(), content_type="text/csv")
    return client.post(reverse("code_batches:add"), {"benefit": benefit.pk, "file": file})


def test_codes_are_uploaded_with_a_report(sign_in):
    client = sign_in("Campaign")

    response = upload(client, "code,valid_until\nAAA,2099-01-01\nBBB,\nAAA,\nCCC,soon\n")

    tally = response.context["report"]["tally"]
    assert (tally.accepted, tally.duplicate, tally.rejected) == (2, 1, 1)
    assert BenefitCode.objects.filter(benefit__code="coffee").count() == 2
    assert RejectedRow.objects.get().detail in response.content.decode()


def test_a_file_that_is_none_is_one_clear_fault(sign_in):
    client = sign_in("Campaign")

    response = upload(client, "nothing,here\n1,2\n")

    assert response.status_code == 200
    assert "code" in str(response.context["form"].errors["file"])
