"""The people who run the demo bank: one for each group, and an administrator."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

PASSWORD = "willowford"  # noqa: S105  # printed at the start, for a machine of one's own only
ADMIN = "admin"
GROUPS = {
    "editor": "Editors",
    "campaign": "Campaign",
    "reviewer": "Reviewers",
    "auditor": "Auditors",
    "support": "Support",
    "finance": "Finance",
}


def hire() -> None:
    """Make the accounts that are missing; passwords that were changed stay changed."""
    users = get_user_model()
    if not users.objects.filter(username=ADMIN).exists():
        users.objects.create_superuser(ADMIN, "admin@willowford.example", PASSWORD)
    for username, group in GROUPS.items():
        if users.objects.filter(username=username).exists():
            continue
        user = users.objects.create_user(username, f"{username}@willowford.example", PASSWORD)
        user.groups.add(Group.objects.get_or_create(name=group)[0])
