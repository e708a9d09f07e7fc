"""The segment form builds contract rules, shows their size, and keeps what it cannot show."""

from django.urls import reverse

from growth import program
from growth.customers import Description, describe_all
from growth.models import Segment
from tests.admin.pages import form_values, stream

SENIOR = [
    ("age", {"least": "60", "most": ""}),
    ("tag", {"tag": "staff", "negate": "on"}),
]


def url(code="senior"):
    return reverse("segments:edit", args=[Segment.objects.get(code=code).pk])


def test_an_unchanged_rule_stays_as_it_was_written(sign_in):
    client = sign_in("Campaign")
    before = Segment.objects.get(code="everyone").rule
    posted = {
        **form_values(client.get(url("everyone"))),
        **stream("conditions", ("tag", {"tag": "nobody", "negate": "on"})),
        "name_en": "Everybody",
    }

    response = client.post(url("everyone"), posted)

    stored = Segment.objects.get(code="everyone")
    assert response.status_code == 302
    assert (stored.name["en"], stored.rule) == ("Everybody", before)


def test_blocks_become_the_rule(sign_in):
    client = sign_in("Campaign")
    inner = stream("x", ("tag", {"tag": "vip"}), ("level", {"least": "silver", "most": ""}))
    group = {key.removeprefix("x-"): value for key, value in inner.items()}
    posted = {
        **form_values(client.get(url())),
        **stream("conditions", SENIOR[0], ("group", {"match": "none"})),
        **{f"conditions-1-value-conditions-{key}": value for key, value in group.items()},
    }

    client.post(url(), posted)

    assert Segment.objects.get(code="senior").rule == {
        "all": [
            {"age": {"min": 60}},
            {"not": {"any": [{"tag": "vip"}, {"level": {"min": "silver"}}]}},
        ]
    }


def test_a_segment_cannot_refer_to_itself(sign_in):
    client = sign_in("Campaign")
    posted = {
        **form_values(client.get(url())),
        **stream("conditions", ("segment", {"segment": "senior"})),
    }

    errors = client.post(url(), posted).context["form"].errors.as_data()

    assert "refers to itself" in str(errors["conditions"][0].non_block_errors)
    assert "age" in str(Segment.objects.get(code="senior").rule)


def test_bounds_without_a_number_are_said_at_their_block(sign_in):
    client = sign_in("Campaign")
    posted = {
        **form_values(client.get(url())),
        **stream("conditions", ("age", {"least": "", "most": ""})),
    }

    error = client.post(url(), posted).context["form"].errors.as_data()["conditions"][0]

    assert "at least one of the two" in str(error.block_errors[0].non_block_errors)


def test_small_sizes_are_not_told(sign_in):
    client = sign_in("Campaign")
    describe_all([Description(f"c{n}", {"age": 70}, [], ["age"]) for n in range(12)])
    preview = reverse("segments:preview_one", args=[Segment.objects.get(code="senior").pk])
    values = form_values(client.get(url()))

    many = client.post(preview, {**values, **stream("conditions", *SENIOR)}).content.decode()
    few = [("attribute", {"name": "age", "operator": "is", "value": "71"})]
    none = client.post(preview, {**values, **stream("conditions", *few)}).content.decode()

    assert "12 customers" in many
    assert "no customer" in none
    describe_all([Description("c1", {"age": 71}, [], ["age"])])
    assert (
        "fewer than 10"
        in client.post(preview, {**values, **stream("conditions", *few)}).content.decode()
    )


def test_a_deep_rule_is_shown_in_words_and_kept(sign_in):
    deep = {"tag": "x"}
    for match in ("all", "any", "all", "any"):
        deep = {match: [deep, {"tag": "y"}]}
    client = sign_in("Campaign")
    program.load(
        {"version": 1, "segments": [{"code": "deep", "name": {"en": "Deep"}, "rule": deep}]}
    )
    page = client.get(url("deep"))

    client.post(url("deep"), {**form_values(page), "name_en": "Deeper"})

    assert "Has the tag “x”" in page.content.decode()
    stored = Segment.objects.get(code="deep")
    assert (stored.name["en"], stored.rule) == ("Deeper", deep)
