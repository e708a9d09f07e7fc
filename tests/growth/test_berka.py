"""A real bank's feed through the commands comes to the figures worked out apart from any code."""

import json
import lzma
import os
import random
from pathlib import Path

import pytest
from django.conf import settings

from tests.growth import world

BERKA = Path(os.environ.get("BERKA_DIR") or settings.BASE_DIR.parent / "shared/data/berka")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("live_programme"),
    pytest.mark.skipif(not (BERKA / "expected.json").exists(), reason="the feed is not here"),
]


def expected() -> dict:
    return json.loads((BERKA / "expected.json").read_text())


def figures() -> dict:
    """What program_report says of what expected.json names."""
    told = json.loads(world.command("program_report")[-1])
    wanted = expected()["program"]
    tasks = {
        code: {name: told["tasks"][code][name] for name in figures}
        for code, figures in wanted["tasks"].items()
    }
    return {
        "customers": told["customers"],
        "events": told["events"]["accepted"],
        "events_by_type": told["events"]["by_type"],
        "program": {
            "segments": told["segments"],
            "tasks": tasks,
            "levels": {code: number for code, number in told["levels"].items() if number},
            "growth_value": told["growth_value"],
            "points_outstanding": told["points"]["outstanding"],
        },
    }


def assert_as_expected() -> None:
    told, wanted = figures(), expected()
    assert told == {name: wanted[name] for name in told}
    assert world.command("reconcile") == ["no differences"]


def test_the_feed_comes_to_the_expected_figures_and_again_changes_nothing():
    world.command("load_program", BERKA / "program.yaml")
    customers = world.tally("import_customers", BERKA / "customers.csv")
    events = world.tally("import_events", BERKA / "events.jsonl.xz")

    assert customers == {"accepted": 5369, "duplicate": 0, "rejected": 0}
    assert events == {"accepted": 19603, "duplicate": 0, "rejected": 0}
    assert_as_expected()

    before = world.command("program_report")
    again = world.tally("import_events", BERKA / "events.jsonl.xz")
    assert again == {"accepted": 0, "duplicate": 19603, "rejected": 0}
    again = world.tally("import_customers", BERKA / "customers.csv")
    assert again == {"accepted": 0, "duplicate": 5369, "rejected": 0}
    assert world.command("load_program", BERKA / "program.yaml") == ["nothing changes"]
    assert world.command("program_report") == before


def test_shuffled_with_repeats_and_before_its_customers_it_comes_to_the_same(tmp_path):
    lines = lzma.decompress((BERKA / "events.jsonl.xz").read_bytes()).decode().splitlines()
    deliveries = lines + lines[::7]
    random.Random(1993).shuffle(deliveries)
    world.command("load_program", BERKA / "program.yaml")

    events = world.tally("import_events", world.feed(tmp_path / "events.jsonl", *deliveries))
    world.command("import_customers", BERKA / "customers.csv")

    assert events == {"accepted": 19603, "duplicate": len(lines[::7]), "rejected": 0}
    assert_as_expected()
