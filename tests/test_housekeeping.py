"""What the project promises about itself: locks, addresses, policies, health."""

import re
import sys
import types

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.core.management import call_command
from django.test import override_settings

from config import celery, checks, env, static, stores
from growth import bankday, intake
from growth.cloudevents import read_line
from growth.models import BankEvent, RejectedRow, Wallet

LOCKS = [env.ROOT / "requirements" / name for name in ("base.txt", "dev.txt")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_dependency_is_locked_with_hashes_and_no_index_is_named(lock):
    text = lock.read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links|--trusted-host", text)


def test_running_and_testing_use_the_same_versions():
    base, dev = (set(re.findall(r"^\S+==\S+", lock.read_text(), re.M)) for lock in LOCKS)
    assert base <= dev


@pytest.mark.parametrize(
    ("address", "broker"),
    [
        ("unix:///run/valkey.sock?db=1", "redis+socket:///run/valkey.sock?virtual_host=1"),
        ("redis://cache.bank.example:6379/2", "redis://cache.bank.example:6379/2"),
    ],
)
def test_a_redis_address_is_a_broker_address_too(monkeypatch, address, broker):
    monkeypatch.setenv("BROKER_URL", address)
    assert stores.broker_url(env.data_dir()) == broker


def test_a_database_address_is_read_as_libpq_reads_it(monkeypatch):
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://ada:p%40ss@db.example:6432/zones?sslmode=verify-full"
    )
    database = stores.database(env.data_dir())
    assert (database["HOST"], database["PORT"]) == ("db.example", "6432")
    assert (database["USER"], database["PASSWORD"]) == ("ada", "p@ss")
    assert database["OPTIONS"]["sslmode"] == "verify-full"
    assert database["ENGINE"] == "django.db.backends.postgresql"


@override_settings(
    WAGTAIL_ENABLE_UPDATE_CHECK=True,
    CONTENT_SECURITY_POLICY={"DIRECTIVES": {"script-src": ["'self'", "'unsafe-inline'"]}},
)
def test_the_system_checks_see_an_open_door():
    found = checks.closed_network(None) + checks.strict_policy(None)
    assert {message.id for message in found} == {"config.E001", "config.E002"}


@pytest.mark.django_db
def test_customers_get_the_strict_policy_and_only_the_admin_may_be_framed(client):
    strict = client.get("/api/schema/")
    admin = client.get("/admin/login/")
    assert "frame-ancestors 'none'" in strict.headers["Content-Security-Policy"]
    assert "unsafe" not in strict.headers["Content-Security-Policy"]
    assert strict.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'self'" in admin.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_readiness_names_what_is_down_and_a_missing_broker_keeps_web_in(client, monkeypatch):
    from config import health

    assert client.get("/readyz").json() == {
        "status": "ok",
        "down": [],
        "parts": dict.fromkeys(("database", "migrations", "cache", "broker"), "ok"),
    }

    def fail() -> None:
        raise ConnectionError

    monkeypatch.setattr(health, "_broker", fail)
    degraded = client.get("/readyz")
    assert degraded.status_code == 200
    assert degraded.json()["down"] == ["broker"]

    monkeypatch.setattr(health, "_database", fail)
    down = client.get("/readyz")
    assert down.status_code == 503
    assert down.json()["down"] == ["database", "broker"]


@pytest.mark.django_db
def test_metrics_are_not_open_to_the_world(client):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 403
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.7"}).status_code == 403
    with override_settings(METRICS_TOKEN="let-me-in"):
        assert client.get("/metrics").status_code == 403
        bearer = {"authorization": "Bearer let-me-in"}
        assert client.get("/metrics", headers=bearer).status_code == 200


@pytest.mark.django_db
def test_metrics_tell_of_the_domain_in_two_statements(client, django_assert_num_queries):
    intake.enrol(["ada"])
    moment = "2026-01-05T09:00:00+08:00"
    lines = [
        f'{{"specversion": "1.0", "source": "/core", "id": "{number}", "type": "bill.paid",'
        f' "subject": "ada", "time": "{moment}", "data": {{}}}}'
        for number in range(3)
    ]
    intake.take_in([read_line(line, now=bankday.now()) for line in lines], settle=False)
    BankEvent.objects.filter(event_id="0").update(next_attempt_at=None)
    RejectedRow.objects.create(feed="f", kind="event", line=1, row="x", code="c", detail="d")
    Wallet.objects.filter(customer__ref="ada").update(balance=70)

    with django_assert_num_queries(2):
        said = client.get("/metrics").content.decode().splitlines()

    for line in (
        "zones_database_up 1.0",
        "zones_events_accepted_total 3.0",
        "zones_events_unsettled 2.0",
        "zones_events_dead_letters 1.0",
        "zones_rejected_rows_open 1.0",
        "zones_points_outstanding 70.0",
        'zones_redemptions{status="used"} 0.0',
    ):
        assert line in said
    (age,) = [line for line in said if line.startswith("zones_events_unsettled_oldest_seconds ")]
    assert 0 <= float(age.split()[1]) < 60


def test_jobs_go_to_our_broker_and_beat_knows_every_apps_timetable(monkeypatch):
    jobs = types.ModuleType("zones.jobs")
    jobs.SCHEDULE = {"zones.sweep": {"task": "zones.sweep", "schedule": 60}}
    monkeypatch.setitem(sys.modules, "zones.jobs", jobs)
    monkeypatch.setattr(celery, "find_spec", lambda name: name == "zones.jobs")

    assert celery.schedules() == jobs.SCHEDULE
    assert current_app.conf.broker_url == settings.CELERY_BROKER_URL


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_modules_import_each_other_by_names_that_may_be_kept_for_ever(tmp_path, settings):
    settings.STATIC_ROOT = str(tmp_path)
    storage = static.HashedModules(location=tmp_path, base_url="/static/")
    found = AppDirectoriesFinder(["zones"])
    paths = {}
    for name, source in found.list([]):
        with source.open(name) as file:
            storage.save(name, file)
        paths[name] = (storage, name)
    problems = [done for *_, done in storage.post_process(paths) if isinstance(done, Exception)]

    assert problems == []
    for name in paths:
        if name.endswith(".js"):
            module = (tmp_path / storage.stored_name(name)).read_text()
            for imported in re.findall(r"""(?:from|import)\s*\(?["']([^"']+)["']""", module):
                hashed = r"\.{1,2}/(?:preview/)?\w+\.[0-9a-f]{12}\.js"
                assert re.fullmatch(hashed, imported), (name, imported)
                assert ((tmp_path / name).parent / imported).exists()
