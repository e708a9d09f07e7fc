"""One task is paused and let go on from its list and its form, and every process obeys."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse
from wagtail.models import ModelLogEntry

from config import env
from growth.admin.groups import setup_groups
from growth.models import GrowthTask, Wallet
from tests.growth.world import balance, event, load, take, task

OBEYS_WITHIN = 5  # seconds


@pytest.fixture
def running(programme):
    load(task("t", kind="cumulative"), task("u", kind="cumulative", event="b.done"))
    setup_groups()


@pytest.fixture
def programme(db):
    Wallet.objects.get_or_create(customer=None)


def page(code="t") -> str:
    return reverse("pause_task", args=[code])


def paused() -> set[str]:
    return set(GrowthTask.objects.filter(paused=True).values_list("code", flat=True))


def test_the_list_and_the_form_lead_to_the_button_of_one_task(running, sign_in):
    client = sign_in("Campaign")
    form = reverse("growth_tasks:edit", args=[GrowthTask.objects.get(code="t").pk])
    for url in (reverse("growth_tasks:index"), form):
        assert f'href="{page()}"' in client.get(url).content.decode()

    client.post(page(), {"action": "pause", "reason": "double events"})
    take(event(), event("b.done"))
    assert (paused(), balance()) == ({"t"}, 10)  # the other task goes on
    assert "Let it go on" in client.get(reverse("growth_tasks:index")).content.decode()
    assert "double events" in client.get(form).content.decode()
    assert "double events" in client.get(page()).content.decode()

    client.post(page(), {"action": "resume"})
    take(event())
    assert (paused(), balance()) == (set(), 20)
    entries = ModelLogEntry.objects.filter(action__in=["growth.paused", "growth.resumed"])
    assert [entry.action for entry in entries.order_by("pk")] == ["growth.paused", "growth.resumed"]
    assert entries.get(action="growth.paused").data["reason"] == "double events"


def test_a_pause_says_why_and_what_is_not_there_is_not_paused(running, sign_in):
    client = sign_in("Campaign")
    answer = client.post(page(), {"action": "pause", "reason": " "}, follow=True)
    assert "Say why" in answer.content.decode()
    assert client.get(page("none")).status_code == 404
    assert paused() == set()


@pytest.mark.parametrize("group", ["Editors", "Auditors", "Support", "Reviewers"])
def test_who_may_not_change_tasks_neither_sees_the_button_nor_can_press_it(running, sign_in, group):
    client = sign_in(group)
    assert page() not in client.get(reverse("growth_tasks:index")).content.decode()
    for answer in (client.get(page()), client.post(page(), {"action": "pause", "reason": "x"})):
        assert answer.status_code in (302, 403)
    assert paused() == set()


OTHER_PROCESS = """
import django; django.setup()
import sys
from tests.growth import world
{planted}
for line in sys.stdin:
    world.take(world.event(event_id=line.strip(), source="/other"))
    print(world.balance(), flush=True)
"""


# The planted bug: a process that reads the program when it starts, and never again.
DEAF = """
from growth import intake
read, kept = intake.rules_of, []
intake.rules_of = lambda release: (kept or kept.append(read(release)) or kept)[0]
"""


@contextmanager
def another_process(planted: str = "") -> Iterator[subprocess.Popen]:
    """A worker with the rules at hand that takes in one event of ada's for each line."""
    found = connection.settings_dict
    place = f"{quote(found['HOST'], safe='')}:{found['PORT']}/{found['NAME']}"
    url = f"postgresql://{quote(found['USER'])}:{quote(found['PASSWORD'])}@{place}"
    facts = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    worker = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS.format(planted=planted)],
        cwd=env.ROOT,
        env={**os.environ, **facts},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield worker
    finally:
        worker.communicate(timeout=30)


@pytest.mark.parametrize(("planted", "while_paused"), [("", 0), (DEAF, 10)])
def test_another_process_obeys_within_five_seconds(real_commits, client, planted, while_paused):
    Wallet.objects.get_or_create(customer=None)
    load(task("t", kind="cumulative"))
    client.force_login(get_user_model().objects.create_superuser("root"))
    with another_process(planted) as worker:

        def counted(name: str) -> int:
            """What ada has after the other process took in one more event."""
            print(name, file=worker.stdin, flush=True)
            return int(worker.stdout.readline())

        assert [counted("a"), counted("b")] == [10, 20]
        start = time.monotonic()
        client.post(page(), {"action": "pause", "reason": "storm"})
        assert counted("c") == 20 + while_paused
        client.post(page(), {"action": "resume"})
        assert counted("d") == 30 + while_paused
        assert time.monotonic() - start < OBEYS_WITHIN
