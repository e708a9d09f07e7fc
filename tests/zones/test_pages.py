"""What a zone's page promises: the same for all who share its facts, and nobody's data in it."""

import gzip
import json
import re

import pytest
from django.urls import reverse

from tests.zones import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def payroll():
    return world.zone(
        "payroll",
        world.stage(
            "attention",
            world.part("level_card"),
            world.quote("For everybody."),
            world.quote("For newcomers.", segment="new"),
        ),
        world.stage("action", world.part("task_list", heading="Tasks", tasks=["payday"], limit=3)),
        segment=world.segment("payroll"),
    )


def body(client, address="/zones/payroll/") -> str:
    return client.get(address).content.decode()


def test_customers_who_share_the_facts_share_the_page(payroll):
    one, other = world.customer("payroll"), world.customer("payroll", "elsewhere")

    assert body(world.browser(one)) == body(world.browser(other))


def test_a_component_is_shown_to_its_segment_only(payroll):
    newcomer, other = world.customer("payroll", "new"), world.customer("payroll")

    assert "For newcomers." in body(world.browser(newcomer))
    assert "For newcomers." not in body(world.browser(other))
    assert "For newcomers." not in body(world.browser())


def test_without_personalisation_a_customer_sees_what_belongs_to_no_segment(payroll):
    newcomer = world.customer("payroll", "new", personalised=False)

    html = body(world.browser(newcomer))

    assert "For newcomers." not in html
    assert "For everybody." in html


def test_no_datum_of_the_customer_is_in_the_page(payroll):
    who = world.customer("payroll", "new", level="gold", attributes={"city": "Atlantis"})

    html = body(world.browser(who))

    for datum in (who.ref, "Atlantis", "gold"):
        assert datum not in html


def test_a_zone_may_be_read_from_outside_its_segment_and_without_a_session(payroll):
    outsider = world.browser(world.customer()).get("/zones/payroll/")
    public = world.browser().get("/zones/payroll/")

    assert outsider.status_code == public.status_code == 200
    assert "data-tasks" in outsider.content.decode()
    assert "data-tasks" not in public.content.decode()


def test_a_warm_page_costs_one_query(payroll, django_assert_num_queries):
    client = world.browser(world.customer("payroll"))
    client.get("/zones/payroll/")

    with django_assert_num_queries(1):
        client.get("/zones/payroll/")


def test_a_page_without_a_session_costs_no_query_once_it_is_warm(
    payroll, django_assert_num_queries
):
    client = world.browser()
    client.get("/zones/payroll/")

    with django_assert_num_queries(0):
        client.get("/zones/payroll/")


def test_the_first_rendering_takes_at_most_twelve_queries(django_assert_max_num_queries):
    from zones import pictures

    full = world.zone("city", hero_image=world.picture("hero"))
    stories = [
        world.article(full, f"story-{n}", image=world.picture(f"story-{n}")) for n in range(3)
    ]
    stages = ("attention", "interest", "trust", "action", "referral")
    full.funnel = [
        (
            name,
            {
                "heading": name,
                "components": [
                    ("banner", {"title": "A", "text": "", "image": world.picture(f"b-{name}")}),
                    ("articles", {"heading": "B", "articles": stories}),
                    ("merchants", {"merchants": [{"name": "M", "offer": "O", "image": None}]}),
                    ("article_note", {"title": "N", "text": "", "image": world.picture("n")}),
                ],
            },
        )
        for name in stages
    ]
    full.save()
    pictures.prepare(full.pk)
    client = world.browser(world.customer())

    with django_assert_max_num_queries(12):
        html = body(client, "/zones/city/")

    assert html.count("<img") >= 20


def test_pictures_are_silent_for_screen_readers_unless_an_article_gives_them_words():
    described = world.picture("described")
    described.description = "English only"
    described.save()
    zone = world.zone("city", hero_image=described)
    plain, told = world.picture("plain"), world.picture("told")
    body_of = [
        {"type": "image", "value": plain.pk},  # as articles held it before
        {"type": "image", "value": {"image": plain.pk, "alt": ""}},
        {"type": "image", "value": {"image": told.pk, "alt": "Rent takes a third."}},
    ]
    world.article(zone, image=described, body=json.dumps(body_of))

    html = body(world.browser(), "/zones/city/") + body(world.browser(), "/zones/city/a-story/")

    alts = re.findall(r'<img [^>]*alt="([^"]*)"', html)
    assert [alt for alt in alts if alt] == ["Rent takes a third."]
    assert html.count("<img") == len(alts) >= 5


def test_publishing_shows_at_once(payroll, django_capture_on_commit_callbacks):
    client = world.browser(world.customer("payroll"))
    assert "Fresh" not in body(client)

    payroll.title = "Fresh title"
    with django_capture_on_commit_callbacks(execute=True):
        payroll.save_revision().publish()

    assert "Fresh title" in body(client)


def test_what_is_unpublished_is_gone_at_once(payroll, django_capture_on_commit_callbacks):
    client = world.browser()
    assert client.get("/zones/payroll/").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        payroll.unpublish()

    assert client.get("/zones/payroll/").status_code == 404


def test_a_page_is_kept_by_nobody_on_the_way_and_says_what_it_depends_on(payroll):
    response = world.browser().get("/zones/payroll/")

    assert response["Cache-Control"] == "private, no-store"
    for header in ("Cookie", "Authorization", "Accept-Encoding", "Accept-Language"):
        assert header in response["Vary"]


def test_a_page_comes_compressed_to_who_takes_it(payroll):
    plain = world.browser().get("/zones/payroll/")
    zipped = world.browser(**{"Accept-Encoding": "gzip, br"}).get("/zones/payroll/")

    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content


def test_the_markup_carries_what_the_tracker_needs(payroll):
    html = body(world.browser(world.customer()))

    for stage in payroll.funnel:
        assert f'data-stage="{stage.block_type}" data-block="{stage.id}"' in html
        for part in stage.value["components"]:
            if not part.value.get("segment"):
                assert f'data-section="{part.block_type}" data-block="{part.id}"' in html
    for tag in re.findall(r"<[^>]*data-block=[^>]*>", html):
        assert "data-track=" in tag


def test_nothing_in_a_page_is_inline(payroll):
    for address in ("/zones/", "/zones/payroll/", "/my/"):
        for client in (world.browser(world.customer()), world.browser()):
            html = body(client, address)
            assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
            assert "<style" not in html
            assert re.findall(r"<[^>]*\s(?:style|on\w+)=", html) == []
            assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", html) == []


def test_editors_text_stays_text():
    attack = "<script>alert(1)</script>{{ 7|add:7 }}"
    world.zone("payroll", world.stage("attention", world.quote(attack)), title=attack)

    html = body(world.browser())

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in html


def test_large_text_is_the_customers_choice_and_the_senior_zones_habit(payroll):
    world.zone("senior", theme="senior")

    assert "data-large" in body(world.browser(world.customer(large_text=True)))
    assert "data-large" in body(world.browser(), "/zones/senior/")
    assert " data-large>" not in body(world.browser(world.customer()))


def test_the_customers_language_goes_before_the_browsers(payroll):
    chinese = world.customer(language="zh-hans")

    assert '<html lang="zh-hans"' in body(world.browser(chinese, **{"Accept-Language": "en"}))
    assert '<html lang="zh-hans"' in body(world.browser(**{"Accept-Language": "zh-CN"}))
    assert '<html lang="en"' in body(world.browser(**{"Accept-Language": "fr"}))


def test_an_article_is_read_below_its_zone_only(payroll):
    world.article(payroll, "a-story", summary="Once.")
    world.zone("city")

    assert "Once." in body(world.browser(), "/zones/payroll/a-story/")
    assert world.browser().get("/zones/city/a-story/").status_code == 404


def test_my_page_needs_a_session():
    assert world.browser().get("/my/").status_code == 403
    assert world.browser(world.customer()).get("/my/").status_code == 200


def test_the_list_holds_the_visitors_zones(payroll):
    world.zone("everybody")
    world.zone("senior", segment=world.segment("senior"))

    mine = body(world.browser(world.customer("payroll")), "/zones/")

    assert "/zones/payroll/" in mine
    assert "/zones/everybody/" in mine
    assert "/zones/senior/" not in mine
    assert "/zones/senior/" in body(world.browser(), "/zones/")


def test_pages_live_on_without_the_shared_cache(payroll, monkeypatch):
    from redis.exceptions import ConnectionError as Down

    from zones import cache

    class Broken:
        def __getattr__(self, _name):
            def refuse(*_args, **_kwargs):
                raise Down

            return refuse

    monkeypatch.setattr(cache, "cache", Broken())

    assert world.browser().get("/zones/payroll/").status_code == 200


def test_the_preview_shows_the_zone_as_each_segment_sees_it(payroll, rf):
    modes = [mode for mode, _label in payroll.preview_modes]

    assert modes == ["customer", "public", "large", "segment:new"]
    shown = payroll.serve_preview(rf.get("/"), "segment:new").content.decode()
    assert "For newcomers." in shown
    assert "data-sample" in shown
    assert "For newcomers." not in payroll.serve_preview(rf.get("/"), "customer").content.decode()


def test_a_zone_knows_its_customers_address(payroll):
    assert payroll.url.endswith(reverse("zone", args=["payroll"]) + "?language=en")
