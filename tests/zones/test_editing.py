"""Editors at work, through Wagtail's own screens."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from benefits.models import Benefit
from content.models import ArticlePage
from growth.models import GrowthTask
from tests.zones import world
from zones.models import ZonePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(get_user_model().objects.create_superuser("editor", "e@bank.example", "x"))
    return client


def form(*components, **facts):
    stage = {"heading": "Hello", "components": streamfield(list(components))}
    return nested_form_data(
        {
            "title": "Payday",
            "slug": "payday",
            "intro": "For you.",
            "theme": "payroll",
            "segment": "",
            "hero_image": "",
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
            "funnel": streamfield([("attention", stage)]),
            "action-publish": "1",
        }
        | facts
    )


def create(editor):
    return reverse("wagtailadmin_pages:add", args=["zones", "zonepage", world.index().pk])


def test_an_editor_chooses_tasks_benefits_and_segments_by_name(editor):
    world.segment("new")
    GrowthTask.objects.create(code="payday", name={"en": "The payday task"})
    Benefit.objects.create(
        code="coffee", name={"en": "A cup of coffee"}, kind="voucher", price=1, total=1
    )

    page = editor.get(create(editor)).content.decode()

    for name in ("The payday task", "A cup of coffee", "only shown to"):
        assert name in page


def test_an_editor_publishes_a_zone(editor):
    world.segment("new")
    quote = ("quote", {"text": "Good.", "who": "Ann", "segment": "new"})
    empty = ("level_card", {"segment": ""})

    response = editor.post(create(editor), form(quote, empty))

    assert response.status_code == 302, response.context["form"].errors
    page = ZonePage.objects.get(slug="payday")
    assert page.live
    assert [part.block_type for part in page.funnel[0].value["components"]] == [
        "quote",
        "level_card",
    ]
    assert editor.get("/zones/payday/").status_code == 200
    assert editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


def test_a_wealth_product_without_the_sentence_is_not_published(editor):
    card = {
        "product_class": "wealth",
        "name": "Riverbank",
        "tagline": "",
        "figure": "",
        "figure_label": "",
        "basis": "",
        "risk_level": "R2",
        "risk_text": "Quite safe.",
        "link_label": "",
        "link": "",
        "segment": "",
    }

    response = editor.post(create(editor), form(("product_card", card)))

    assert response.status_code == 200
    assert "must contain this sentence" in response.content.decode()
    assert not ZonePage.objects.filter(slug="payday", live=True).exists()


def test_an_editor_writes_an_article(editor):
    zone = world.zone("city")
    data = nested_form_data(
        {
            "title": "A walk",
            "slug": "a-walk",
            "summary": "By the river.",
            "stage": "trust",
            "image": "",
            "reading_minutes": 3,
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
            "body": streamfield([("paragraph", rich_text("<p>It <b>flows</b>.</p>"))]),
            "action-publish": "1",
        }
    )

    response = editor.post(
        reverse("wagtailadmin_pages:add", args=["content", "articlepage", zone.pk]), data
    )

    assert response.status_code == 302, response.context["form"].errors
    assert ArticlePage.objects.get(slug="a-walk").live
    assert "<b>flows</b>" in editor.get("/zones/city/a-walk/").content.decode()


def test_the_live_preview_is_framed_by_the_admin_only(editor):
    page = world.zone("city")
    address = reverse("wagtailadmin_pages:view_draft", args=[page.pk])

    response = editor.get(address)

    assert response.status_code == 200
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
