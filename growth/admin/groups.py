"""Groups of operators and what each may do. Run after every migrate; safe to run again.

Permissions of models that a room above owns are given by label, so that nothing is imported
upwards.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
)

EDITORS, CAMPAIGN, REVIEWERS = "Editors", "Campaign", "Reviewers"
AUDITORS, SUPPORT, FINANCE = "Auditors", "Support", "Finance"

# Models by what their rows are.
PROGRAM = (
    "growth.growthtask",
    "growth.taskdraft",
    "growth.segment",
    "growth.levelscheme",
    "growth.badge",
    "growth.budget",
    "benefits.benefit",
    "benefits.merchant",
)
RECORDS = (
    "growth.taskcompletion",
    "growth.bankevent",
    "growth.rejectedrow",
    "growth.pointstransfer",
    "benefits.redemption",
)
PEOPLE = ("growth.customer", "growth.customersession")
# What is kept of the points as a liability, and what stands for the report on it.
LIABILITY = ("growth.liabilityflow",)
# Asking for changes, and deciding on what others ask for.
CHANGES = ("growth.changerequest",)
# To pay, cancel or take back awards; to exclude customers from them, change_customer.
AWARDS = ("growth.taskcompletion",)
# To have events tried again that settling has given up on.
DEAD_LETTERS = ("growth.bankevent",)
# Drafts tried on the events of the past.
BACKTESTS = ("growth.backtestrun",)
SYSTEMS = ("growth.apiclient", "wagtailcore.modellogentry")

VIEW, EDIT = ("view",), ("view", "add", "change")
ASK, DECIDE = ("view", "add"), ("view", "change")
RIGHTS: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {
    EDITORS: [(PROGRAM, VIEW), (BACKTESTS, VIEW)],
    CAMPAIGN: [
        (PROGRAM, EDIT),
        (RECORDS, VIEW),
        (("benefits.codebatch",), ("view", "add")),
        (CHANGES, ASK),
        (BACKTESTS, ASK),
        (AWARDS, ("change",)),
    ],
    REVIEWERS: [
        (AWARDS, ("change",)),
        (("growth.customer",), ("change",)),
        (PROGRAM + RECORDS, VIEW),
        (BACKTESTS, ASK),
        (CHANGES, DECIDE),
        (("growth.openitem",), ("view", "change")),
        (DEAD_LETTERS, ("change",)),
    ],
    AUDITORS: [
        (PROGRAM + RECORDS + PEOPLE + SYSTEMS + CHANGES + LIABILITY + BACKTESTS, VIEW),
        (("benefits.codebatch", "growth.openitem"), VIEW),
    ],
    FINANCE: [(("growth.pointstransfer", "growth.openitem") + LIABILITY + CHANGES, VIEW)],
    SUPPORT: [
        (("growth.customer", "growth.taskcompletion", "growth.bankevent"), VIEW),
        (("growth.pointstransfer", "benefits.benefit"), VIEW),
        (("benefits.redemption",), ("view", "change")),
        (CHANGES, ASK),
    ],
}
PAGES = {
    EDITORS: ("add_page", "change_page"),
    CAMPAIGN: ("add_page", "change_page"),
    REVIEWERS: ("change_page", "publish_page", "lock_page", "unlock_page"),
}
FILES = {
    EDITORS: ("add_image", "change_image", "choose_image", "add_document", "choose_document"),
    CAMPAIGN: ("add_image", "change_image", "choose_image"),
    REVIEWERS: ("choose_image", "choose_document"),
}


def setup_groups(**kwargs: Any) -> None:
    """Make the groups and give them what ``RIGHTS`` says; what else they were given stays."""
    if not _ready():
        return
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in RIGHTS}
    access = Permission.objects.filter(codename="access_admin")
    for name, group in groups.items():
        wanted = [*access, *_permissions(RIGHTS[name])]
        group.permissions.add(*wanted)
        _give_pages(group, PAGES.get(name, ()))
        _give_files(group, FILES.get(name, ()))
    _let_approve(groups[REVIEWERS])
    _drop_unused("Moderators")


def _ready() -> bool:
    """Whether the permissions of all rooms have been made by now."""
    rooms = [label for label in ("growth", "benefits") if installed.is_installed(label)]
    found = Permission.objects.filter(content_type__app_label__in=rooms)
    known = set(found.values_list("content_type__app_label", flat=True))
    return set(rooms) <= known and Page.objects.filter(depth=1).exists()


def _permissions(
    rights: Iterable[tuple[tuple[str, ...], tuple[str, ...]]],
) -> Iterable[Permission]:
    query = Q(pk__in=[])
    for labels, actions in rights:
        for label in labels:
            app, model = label.split(".")
            codes = [f"{action}_{model}" for action in actions]
            query |= Q(content_type__app_label=app, codename__in=codes)
    return Permission.objects.filter(query)


def _give_pages(group: Group, codes: Iterable[str]) -> None:
    root = Page.objects.filter(depth=1).first()
    wanted = Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codes)
    for permission in wanted:
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    extra = GroupPagePermission.objects.filter(group=group, page=root)
    extra.exclude(permission__in=wanted).delete()


def _give_files(group: Group, codes: Iterable[str]) -> None:
    root = Collection.get_first_root_node()
    wanted = Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"), codename__in=codes
    )
    for permission in wanted:
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=root, permission=permission
        )


def _let_approve(group: Group) -> None:
    """Reviewers approve in every step that some group approves in."""
    for task in GroupApprovalTask.objects.all():
        task.groups.add(group)


def _drop_unused(name: str) -> None:
    """Wagtail makes a group that has no part here."""
    group = Group.objects.filter(name=name, user=None).first()
    if group is not None:
        group.delete()
