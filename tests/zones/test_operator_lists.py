"""The operators' lists of pages: as many queries for many pages as for few."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PagePermissionTester

from growth.admin.groups import setup_groups
from zones.page_lists import RowPermissions

from . import world


@pytest.mark.parametrize("group", ["Editors", "Reviewers", ""])
@pytest.mark.parametrize("name", ["zone_pages", "articles"])
@pytest.mark.django_db
def test_a_list_of_pages_takes_as_many_queries_for_many_as_for_few(client, name, group):
    setup_groups()
    user = get_user_model().objects.create_user("ed", is_superuser=not group)
    if group:
        user.groups.add(Group.objects.get(name=group))
    client.force_login(user)

    def make(first, end):
        for number in range(first, end):
            zone = world.zone(f"zone-{number}")
            world.article(zone, f"news-{number}")

    def queries():
        with CaptureQueriesContext(connection) as caught:
            html = client.get(reverse(f"{name}:index")).content.decode()
        return len(caught), html

    make(0, 2)
    queries()
    few, _ = queries()
    make(2, 12)
    many, html = queries()

    assert ("News 11" if name == "articles" else "zone-11") in html.replace("Zone-", "zone-")
    assert many == few


@pytest.mark.parametrize("group", ["Editors", "Reviewers"])
@pytest.mark.django_db
def test_who_may_delete_a_page_is_as_wagtail_has_it(group):
    setup_groups()
    user = get_user_model().objects.create_user("ed")
    user.groups.add(Group.objects.get(name=group))
    pages = [
        world.zone("live-leaf"),
        world.zone("draft-leaf", live=False),
        world.zone("live-with-child"),
        world.zone("draft-with-child", live=False),
    ]
    for page in pages[2:]:
        world.article(page)
    for page in pages:
        page.refresh_from_db()
        plain = PagePermissionTester(user, page)
        assert RowPermissions(user, page).can_delete() == plain.can_delete(), page.slug
