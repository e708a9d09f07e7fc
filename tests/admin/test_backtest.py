"""Back-tests in the admin: asked for, worked off, read."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError
from django.urls import reverse

from growth import backtest, bankday
from growth.admin import backtest_figures
from growth.backtest import runs
from growth.models import BacktestRun
from tests.admin.conftest import PROGRAM
from tests.growth.world import command, event, take


def asked(client, code="verify"):
    """The run that a post of the form has made."""
    today = bankday.today()
    days = {"first_day": str(today - timedelta(days=30)), "last_day": str(today)}
    answer = client.post(f"{reverse('backtests:add')}?draft={code}", days)
    assert answer.status_code == 302, answer.content
    return BacktestRun.objects.latest("pk")


def test_a_task_is_tried_and_read(sign_in):
    yesterday = bankday.today() - timedelta(days=1)
    take(event("identity.verified", who="ada", when=yesterday))
    client = sign_in("Campaign")
    run = asked(client)
    page, state = (reverse(f"backtests:{name}", args=[run.pk]) for name in ("inspect", "state"))

    assert "data-gz-backtest" in client.get(page).content.decode()
    assert client.get(state).json()["state"] == "waiting"
    assert runs.work() == 1 and runs.work() == 0

    told = client.get(state).json()
    assert told["state"] == "done"
    html = client.get(page).content.decode()
    assert "Customers reached" in html and "backtest-points" in html
    assert client.get(reverse("backtests:index")).status_code == 200


def test_benefits_are_a_cost_with_their_price_in_points(sign_in):
    take(event("identity.verified", when="2026-01-01"))
    take(event("bill.paid", data={"amount": 500, "kind": "gas"}, when="2026-01-02"))
    document = {"version": 1, "tasks": [{**PROGRAM["tasks"][0], "reward": {"benefit": "coffee"}}]}
    found = backtest.run(document)
    client = sign_in("Campaign")
    day = bankday.today()
    run = BacktestRun.objects.create(
        document=document, first_day=day, last_day=day, state="done", result=found
    )

    page = client.get(reverse("backtests:inspect", args=[run.pk]))

    assert [
        (row.name, row.times, row.live, row.price, row.points)
        for row in page.context["found"]["benefits"]
    ] == [("Coffee", 1, 0, 300, 300)]
    assert "Coffee" in page.content.decode()


def test_a_result_from_before_benefits_were_counted_is_still_shown(sign_in):
    found = backtest.run({"version": 1, "tasks": [PROGRAM["tasks"][0]]})
    for world in ("draft", "live"):
        del found[world]["benefits"]
    for group in ("winners", "losers"):
        del found[group]["growth"]
    client, day = sign_in("Campaign"), bankday.today()
    run = BacktestRun.objects.create(
        document={}, first_day=day, last_day=day, state="done", result=found
    )
    assert client.get(reverse("backtests:inspect", args=[run.pk])).status_code == 200


def test_a_run_that_fails_says_so_and_stops_nobody(sign_in, monkeypatch):
    client = sign_in("Campaign")
    broken, good = asked(client), asked(client)
    honest, faults = backtest.run, iter([RuntimeError("broken")])

    def run(document, **options):
        for fault in faults:
            raise fault
        return honest(document, **options)

    monkeypatch.setattr(backtest, "run", run)
    assert runs.work() == 2
    states = dict(BacktestRun.objects.values_list("pk", "state"))
    assert states == {broken.pk: "failed", good.pk: "done"}
    page = client.get(reverse("backtests:inspect", args=[broken.pk]))
    assert "This back-test failed." in page.content.decode()


def test_a_run_that_waited_long_is_not_lost_and_one_without_a_worker_is(sign_in, monkeypatch):
    client = sign_in("Campaign")
    slow, gone = asked(client), asked(client)
    long_ago = bankday.now() - timedelta(hours=9)
    BacktestRun.objects.update(asked_at=long_ago)
    BacktestRun.objects.filter(pk=gone.pk).update(state="running", started_at=long_ago)
    honest = backtest.run

    def run(document, **options):
        """Another worker comes round meanwhile."""
        monkeypatch.setattr(backtest, "run", honest)
        runs.work()
        return honest(document, **options)

    monkeypatch.setattr(backtest, "run", run)
    assert runs.work() == 1
    states = dict(BacktestRun.objects.values_list("pk", "state"))
    assert states == {slow.pk: "done", gone.pk: "failed"}


def test_who_may_not_ask_does_not_and_an_unknown_task_is_not_found(sign_in):
    assert sign_in("Editors").get(f"{reverse('backtests:add')}?draft=verify").status_code == 302
    assert sign_in("Campaign").get(f"{reverse('backtests:add')}?draft=x").status_code == 404


def test_the_last_day_is_not_before_the_first(sign_in):
    days = {"first_day": "2026-02-02", "last_day": "2026-02-01"}
    answer = sign_in("Campaign").post(f"{reverse('backtests:add')}?draft=verify", days)
    assert answer.status_code == 200
    assert not BacktestRun.objects.exists()


@pytest.mark.parametrize("span", [1, 59, 60, 61, 400])
def test_the_chart_has_room_for_every_bar(span):
    first = date(2025, 1, 1)
    days = [{"day": first + timedelta(days=n), "points": 1, "completions": 1} for n in range(span)]
    points, _completions = backtest_figures.charts(days)
    assert points.total == span
    assert all(float(bar.width) > 0 for bar in points.bars)


def test_the_command_refuses_days_that_run_backwards(tmp_path):
    file = tmp_path / "draft.yaml"
    file.write_text("{}")
    with pytest.raises(CommandError, match="--to is before --from"):
        command("backtest", file, first="2026-02-01", last="2026-01-01")
