"""Badges: given with their cause, gone with it, and drawn so that they can be kept for ever."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from growth import badge_images, badges, claims, icon_shapes, program
from growth.errors import ProgramFaults
from growth.models import Badge
from tests.growth import world
from tests.growth.world import event, reversal, task

pytestmark = pytest.mark.usefixtures("programme")

TOP = {"code": "top", "name": {"en": "Top", "zh-hans": "顶"}, "icon": "crown", "colour": "#336699"}


def held(who="ada"):
    return [badge.code for badge in badges.held(world.customer(who).pk)]


def test_a_task_gives_its_badge_and_a_reversal_takes_it_back():
    world.load(task(reward={"badge": "top"}), badges=[TOP])
    done = event()
    world.take(done)
    world.take(done)
    assert held() == ["top"]
    world.take(reversal(done))
    assert held() == []
    world.take(event())
    assert held() == ["top"]


def test_a_badge_given_twice_is_held_until_both_causes_are_gone():
    given = [
        task("a", event="a.done", reward={"badge": "top"}),
        task("b", event="b.done", reward={"badge": "top"}),
    ]
    world.load(*given, badges=[TOP])
    first, second = event("a.done"), event("b.done")
    world.take(first, second)
    world.take(reversal(first))
    assert held() == ["top"]
    world.take(reversal(second))
    assert held() == []


def test_badges_come_from_the_file_and_go_back_into_it():
    assert world.load(badges=[TOP]).lines == ["badge top: new"]
    assert world.load(badges=[TOP]).lines == []
    assert program.dump()["badges"] == [TOP]
    with pytest.raises(ProgramFaults) as refusal:
        world.load(badges=[TOP | {"icon": "none", "colour": "red"}])
    assert {path for path, _ in refusal.value.faults} == {"badges[0].icon", "badges[0].colour"}


@pytest.mark.parametrize("scale", badge_images.SCALES)
def test_the_picture_is_a_png_of_its_size_with_nothing_around_the_medal(scale):
    badge = Badge.objects.create(**TOP)
    url = reverse("badge-image", args=["top", badge_images.digest(badge), scale])

    response = Client().get(url)

    picture = Image.open(io.BytesIO(response.content))
    assert picture.size == (72 * scale, 72 * scale)
    assert picture.getpixel((0, 0))[3] == 0
    assert picture.getpixel((36 * scale, 12 * scale))[3] == 255
    assert "immutable" in response["Cache-Control"]


def test_another_look_has_another_address():
    badge = Badge.objects.create(**TOP)
    old = badge_images.image_of(badge).src
    badge.colour = "#000000"
    badge.save()
    assert badge_images.image_of(badge).src != old
    assert Client().get(old).status_code == 404


@pytest.mark.parametrize("icon", badge_images.ICONS)
def test_every_icon_has_lines_within_its_grid(icon):
    points = [point for line in icon_shapes.icon_lines(icon) for point in line]
    assert len(points) > 5
    assert all(0 <= x <= 24 and 0 <= y <= 24 for x, y in points)


def test_what_waits_brings_the_badge_that_it_was_promised_whatever_the_list_becomes():
    def steps(*targets: int) -> dict:
        rows = [{"target": n, "reward": {"badge": f"b{n}", "points": n}} for n in targets]
        found = task("m", "milestones", milestones=rows, claim="manual")
        del found["reward"]
        return found

    rows = [TOP | {"code": f"b{n}", "name": {"en": f"B{n}"}} for n in (1, 2, 3)]
    world.load(steps(2), badges=rows)
    world.take(event(), event())
    world.load(steps(1, 2, 3))
    world.take(event())
    claims.claim_task(customer_id=world.customer().pk, code="m")
    assert sorted(held()) == ["b2", "b3"]
