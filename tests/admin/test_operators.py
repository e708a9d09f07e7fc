"""Operators and their groups in Wagtail's own pages."""

import pytest
from django.contrib.auth.models import Group

from growth.admin import operators
from growth.admin.groups import RIGHTS, setup_groups

PAGES = ("/admin/groups/", "/admin/users/", "/admin/users/new/", "/admin/users/edit/{pk}/")


@pytest.mark.parametrize("page", PAGES)
def test_groups_go_by_their_names_in_the_readers_language(admin_client, admin_user, page):
    setup_groups()
    Group.objects.create(name="Branch 12")
    address = page.format(pk=admin_user.pk)

    english = admin_client.get(address).content.decode()
    chinese = admin_client.get(address, headers={"Accept-Language": "zh-hans"}).content.decode()

    for name in RIGHTS:
        assert name in english
    for name in ("内容编辑", "活动运营", "审核员", "审计员", "客服", "财务", "Branch 12"):
        assert name in chinese
    assert "Reviewers" not in chinese


def test_every_group_has_a_name():
    assert set(operators.NAMES) == set(RIGHTS)


def test_an_operator_is_given_a_group(admin_client, django_user_model):
    setup_groups()
    support = Group.objects.get(name="Support")
    facts = {"username": "kim", "email": "kim@bank.example", "groups": [support.pk]}
    facts |= {"first_name": "Kim", "last_name": "Li"}
    facts |= {"password1": "a-long-secret-1", "password2": "a-long-secret-1"}

    assert admin_client.post("/admin/users/new/", facts).status_code == 302
    assert list(django_user_model.objects.get(username="kim").groups.all()) == [support]
