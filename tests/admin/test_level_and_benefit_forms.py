"""Levels get a next version; benefits keep what belongs to the program and what does not."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from benefits.models import Benefit, BenefitCode
from growth.models import Level, LevelScheme, RejectedRow
from tests.admin.pages import form_values, stream


def step(code, start, en, zh="", brings=""):
    return "step", {
        "code": code,
        "start": str(start),
        "name": {"en": en, "zh_hans": zh},
        "privileges": {"en": brings, "zh_hans": ""},
    }


def steps(*rows):
    return stream("steps", *rows)


def test_levels_are_saved_as_the_next_version(sign_in):
    client = sign_in("Campaign")
    add = reverse("levels:add")
    rows = [
        step("bronze", 0, "Bronze", "青铜", "Free transfers"),
        step("silver", 80, "Silver", "白银"),
        step("gold", 200, "Gold"),
    ]

    response = client.post(add, {**form_values(client.get(add)), **steps(*rows)})

    scheme = LevelScheme.objects.latest("version")
    levels = scheme.levels.order_by("threshold").values_list("code", "threshold")
    assert response.status_code == 302
    assert (scheme.version, list(levels)) == (2, [("bronze", 0), ("silver", 80), ("gold", 200)])
    assert Level.objects.get(scheme=scheme, code="bronze").privileges == {"en": "Free transfers"}


def test_unchanged_levels_make_no_version(sign_in):
    client = sign_in("Campaign")
    add = reverse("levels:add")
    rows = [step("bronze", 0, "Bronze", "青铜"), step("silver", 100, "Silver", "白银")]

    client.post(add, {**form_values(client.get(add)), **steps(*rows)})

    assert LevelScheme.objects.count() == 1


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
