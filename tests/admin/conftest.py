"""A small bank with operators of every group."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from growth import changes, drafts, program
from growth.admin.groups import setup_groups

PROGRAM = {
    "version": 1,
    "segments": [
        {
            "code": "senior",
            "name": {"en": "Seniors", "zh-hans": "长者"},
            "rule": {"all": [{"age": {"min": 60}}, {"not": {"tag": "staff"}}]},
        },
        {"code": "everyone", "name": {"en": "All"}, "rule": {"not": {"tag": "nobody"}}},
    ],
    "levels": {
        "window_days": 365,
        "steps": [
            {"code": "bronze", "name": {"en": "Bronze", "zh-hans": "青铜"}, "from": 0},
            {"code": "silver", "name": {"en": "Silver", "zh-hans": "白银"}, "from": 100},
        ],
        "downgrade": {"policy": "one_down", "buffer_days": 30},
    },
    "tasks": [
        {
            "code": "verify",
            "name": {"en": "Verify", "zh-hans": "认证"},
            "kind": "once",
            "event": "identity.verified",
            "reward": {"points": 10},
        },
        {
            "code": "bills",
            "name": {"en": "Bills", "zh-hans": "缴费"},
            "kind": "cumulative",
            "event": "bill.paid",
            "where": [
                {"field": "amount", "min": 20, "max": 5000},
                {"field": "kind", "in": ["gas"]},
            ],
            "target": 500,
            "sum_of": "amount",
            "distinct_by": "bill_month",
            "segment": "senior",
            "requires": ["verify"],
            "starts": "2026-01-01",
            "ends": "2027-12-31",
            "claim": "manual",
            "reward": {"points": 100, "growth": 50, "benefit": "coffee"},
            "points_expire": {"after_days": 365},
            "limit": {"completions": 1000, "per_customer": 3},
        },
    ],
    "benefits": [
        {
            "code": "coffee",
            "name": {"en": "Coffee", "zh-hans": "咖啡"},
            "kind": "code",
            "price": 300,
            "per_customer": 1,
            "segment": "senior",
            "level": "silver",
        },
        {
            "code": "umbrella",
            "name": {"en": "Umbrella"},
            "kind": "voucher",
            "price": 30,
            "stock": 5,
        },
    ],
}


@pytest.fixture
def bank(db):
    """The program above, and the groups."""
    program.load(PROGRAM)
    setup_groups()


@pytest.fixture
def sign_in(bank, client):
    """Sign in as somebody of a group (``root``: a superuser); returns the client."""

    def as_group(name):
        users = get_user_model()
        if name == "root":
            user = users.objects.create_superuser("root", "root@bank.example", "secret")
        else:
            user = users.objects.create_user(f"one-of-{name}")
            user.groups.add(Group.objects.get(name=name))
        client.force_login(user)
        return client

    return as_group


@pytest.fixture
def operator(bank):
    """Somebody of these groups."""

    def of_groups(name, *groups):
        user = get_user_model().objects.create_user(name)
        user.groups.set(Group.objects.filter(name__in=groups))
        return get_user_model().objects.get(pk=user.pk)

    return of_groups


@pytest.fixture
def put_live(operator):
    """Send a task's draft for review and have it approved, as two people would."""

    def through(code):
        maker, checker = operator(f"maker-{code}", "Campaign"), operator(f"ck-{code}", "Reviewers")
        change = drafts.send_for_review(code=code, reason="because", maker=maker)
        return changes.approve(change_id=change.pk, checker=checker)

    return through
