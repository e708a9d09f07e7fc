"""The growth program as a file: every fault is named with its path, and nothing is half applied."""

import re
from datetime import date, datetime

import pytest
import yaml
from django.conf import settings
from django.core.management.base import CommandError

from growth import program
from growth.errors import ProgramFaults
from tests.growth import world
from tests.growth.world import levels, segment, task

pytestmark = pytest.mark.usefixtures("programme")


def refusal(tmp_path, text: str) -> list[str]:
    """The lines with which the command refuses a file, after the one that names it."""
    path = tmp_path / "program.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        world.command("load_program", path)
    first, *rest = str(refused.value).splitlines()
    assert first == f"{path}: nothing was applied."
    return rest


def faults(*tasks: dict, **sections) -> set[str]:
    """Paths of the faults of a program."""
    with pytest.raises(ProgramFaults) as refused:
        world.load(*tasks, **sections)
    return {path for path, _ in refused.value.faults}


FIVE_FAULTS = """
version: 1
segments:
  - code: seniors
    name: {en: Seniors}
    rule: {all: [{age: {min: sixty}}]}
levels:
  steps:
    - {code: bronze, name: {en: Bronze}, from: 0}
    - {code: silver, name: {en: Silver}, from: 0}
tasks:
  - code: good
    name: {en: Good}
    kind: once
    event: a.done
  - code: bind-card
    name: {en: Bind a card}
    kind: twice
    event: card.bound
    segment: nobody-knows
    requires: [bind-the-card]
"""


def test_five_faults_in_one_file_are_all_named_and_nothing_of_it_is_applied(tmp_path):
    lines = refusal(tmp_path, FIVE_FAULTS)

    assert {line.split(": ")[0] for line in lines} == {
        "segments[0].rule.all[0].age.min",
        "levels.steps[1].from",
        "tasks[1].kind",
        "tasks[1].segment",
        "tasks[1].requires[0]",
    }
    assert yaml.safe_load("\n".join(world.command("dump_program"))) == {"version": 1}


def test_tasks_may_not_require_each_other_in_a_circle():
    a, b, c = task("a", requires=["c"]), task("b", requires=["a"]), task("c", requires=["b"])

    assert faults(a, b, c) == {f"tasks[{n}].requires" for n in range(3)}
    assert faults(task("self", requires=["self"])) == {"tasks[0].requires"}


def test_a_circle_by_way_of_what_is_stored_is_found_too():
    world.load(task("a"), task("b", requires=["a"]))
    assert faults(task("a", requires=["b"])) == {"tasks[0].requires"}


def test_segments_may_not_refer_to_each_other_in_a_circle():
    world.load(segments=[segment("a", {"tag": "x"}), segment("b", {"segment": "a"})])
    circle = [segment("a", {"any": [{"tag": "x"}, {"not": {"segment": "b"}}]})]
    assert faults(segments=circle) == {"segments[0].rule"}


def test_unknown_keys_are_named_at_every_depth():
    assert faults(
        task(targt=2, where=[{"field": "x", "equals": 5}], limit={"per_day": 1}),
        segments=[segment("s", {"event": "a", "withindays": 5}) | {"color": "red"}],
        levels={**levels(), "window": 5},
        taks=[],
    ) == {
        "taks",
        "tasks[0].targt",
        "tasks[0].where[0].equals",
        "tasks[0].where[0]",  # and so it has no operator
        "tasks[0].limit.per_day",
        "segments[0].rule.withindays",
        "segments[0].color",
        "levels.window",
    }


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"target": 0}, "target"),
        ({"target": 1.5}, "target"),
        ({"target": True}, "target"),
        ({"kind": "cumulative", "sum_of": "x", "target": float("nan")}, "target"),
        ({"kind": "cumulative", "sum_of": "x", "target": float("inf")}, "target"),
        ({"sum_of": "amount"}, "sum_of"),
        ({"where": [{"field": "x", "min": float("nan")}]}, "where[0].min"),
        ({"where": [{"field": "x", "max": float("-inf")}]}, "where[0].max"),
        ({"where": [{"field": "x", "is": float("inf")}]}, "where[0].is"),
        ({"where": [{"field": "x", "in": []}]}, "where[0].in"),
        ({"where": [{"field": "x", "exists": False}]}, "where[0].exists"),
        ({"segment": ["nobody"]}, "segment"),
        ({"requires": 5}, "requires"),
        ({"requires": [["a"]]}, "requires[0]"),
        ({"reward": {"benefit": {"code": "tea"}}}, "reward.benefit"),
        ({"reward": {"points": -1}}, "reward.points"),
        ({"reward": {"points": 1.5}}, "reward.points"),
        ({"starts": "2026-02-30"}, "starts"),
        ({"starts": "2026-02-01", "ends": "2026-01-31"}, "ends"),
        ({"points_expire": {"after_days": 3, "end_of_month_after": 3}}, "points_expire"),
        ({"points_expire": {}}, "points_expire"),
        ({"claim": "maybe"}, "claim"),
        ({"name": {"en": "a\0b"}}, "name.en"),
        ({"name": {"en": "\ud800"}}, "name.en"),
        ({"name": "Plain"}, "name"),
        ({"event": "a\0b"}, "event"),
        ({"code": "two words"}, "code"),
        ({"code": 5}, "code"),
    ],
)
def test_a_value_that_cannot_be_is_a_fault_at_its_place(changes, path):
    assert faults(task() | changes) == {f"tasks[0].{path}"}


def test_a_time_of_day_is_not_a_date():
    times = {"starts": datetime(2026, 1, 1, 10), "ends": date(2026, 2, 1)}
    assert faults(task(**times)) == {"tasks[0].starts"}


def test_a_rule_may_not_refer_to_what_is_no_code():
    rule = {"any": [{"segment": ["a"]}, {"level": {"min": ["low"]}}]}
    assert faults(segments=[segment("s", rule)]) == {
        "segments[0].rule.any[0].segment",
        "segments[0].rule.any[1].level.min",
    }


def test_a_level_that_a_stored_segment_asks_for_cannot_be_dropped():
    """Else everybody, or nobody, would be in the segment from then on."""
    world.load(levels=levels(), segments=[segment("vip", {"level": {"min": "high"}})])

    assert faults(levels=levels(low=0, mid=100)) == {"levels.steps"}


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\ntasks: [",
        "a: &a [x, x]\nb: [*a, *a]\n",
        "version: 1\nversion: 1\n",
        "version: 1\ntasks:\n- {code: a, code: b}\n",
        "version: !!python/object/apply:os.system [true]",
        "? [a, b]\n: 1\n",
        "version: 2026-13-45",
        "- " * 20_000,
        "[" * 100_000,
        "%YAML 9.9\n---\nversion: 1",
        "version: 1\x07",
        "version: 1\n---\nversion: 1",
    ],
    ids=lambda text: text[:20],
)
def test_what_is_not_plain_yaml_is_one_clear_fault(tmp_path, text):
    lines = refusal(tmp_path, text)
    assert len(lines) == 1
    assert lines[0].startswith("program: is not YAML: ")
    assert len(lines[0]) < 1000


def test_a_bomb_of_aliases_is_refused_before_it_grows(tmp_path):
    rows = ["a0: &a0 [x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (line,) = refusal(tmp_path, "\n".join(rows))
    assert "line 2" in line


def test_a_bomb_of_segments_is_refused_before_it_grows():
    """Each asks twice for the one before: the last would be a million conditions."""
    bomb = [segment("s0", {"tag": "x"})]
    bomb += [
        segment(f"s{n}", {"any": [{"segment": f"s{n - 1}"}, {"not": {"segment": f"s{n - 1}"}}]})
        for n in range(1, 21)
    ]
    assert faults(segments=bomb) == {"segments"}
    chain = [segment("s0", {"tag": "x"})]
    chain += [segment(f"s{n}", {"segment": f"s{n - 1}"}) for n in range(1, 500)]
    assert faults(segments=chain) == {"segments"}


@pytest.mark.parametrize("text", ["", "null", "[]", "5", "program"])
def test_a_file_without_a_program_is_one_fault(tmp_path, text):
    assert refusal(tmp_path, text) == ["program: must be a mapping of keys to values"]


def test_a_file_of_more_than_5_mib_is_refused_unread(tmp_path):
    assert refusal(tmp_path, "# " + "x" * 5 * 2**20) == ["program: is longer than 5 MiB"]


@pytest.mark.parametrize("raw", [b"\xd6\xd0", b"\xff\xfe\x00"])
def test_a_file_that_is_not_utf_8_is_one_line(tmp_path, raw):
    path = tmp_path / "program.yaml"
    path.write_bytes(b"version: 1 # " + raw)
    with pytest.raises(CommandError, match="cannot be read"):
        world.command("load_program", path)
    with pytest.raises(CommandError, match="cannot be read"):
        world.command("load_program", tmp_path / "missing.yaml")


EVERYTHING = """
version: 1
segments:
  - code: seniors
    name: {en: Seniors, zh-hans: 长者}
    rule:
      all:
        - {attribute: city, is: Hl.m. Praha}
        - {attribute: since, min: 1990-01-31, max: 2020-12-31}
        - {attribute: kind, in: [a, 5, true, 2.5]}
        - {age: {min: 60}}
        - {not: {tag: staff}}
        - any:
            - {event: card.bound, times: {min: 1}, within_days: 365}
            - {level: {min: silver}}
            - {segment: vip}
  - {code: vip, name: {en: VIP}, rule: {attribute: vip, exists: true}}
levels:
  window_days: 365
  steps: [{code: bronze, name: {en: Bronze}, from: 0}, {code: silver, name: {en: Silver}, from: 9}]
  downgrade: {policy: one_down, buffer_days: 30}
tasks:
  - code: spend
    name: {en: Spend, zh-hans: 消费}
    kind: cumulative
    event: payment.completed
    where: [{field: card_type, in: [gold, classic]}, {field: amount, min: 0.5}]
    sum_of: amount
    target: 12.50
    distinct_by: bill_month
    segment: seniors
    requires: [bind]
    starts: 1993-01-01
    ends: "1999-12-31"
    claim: manual
    reward: {points: 100, growth: 50, benefit: coffee}
    points_expire: {end_of_month_after: 12}
    limit: {completions: 1000, points: 100000, per_customer: 1, completions_a_day: 50}
  - {code: bind, name: {en: Bind}, kind: once, event: card.bound, points_expire: {after_days: 9}}
benefits:
  - code: coffee
    name: {en: Coffee, zh-hans: 咖啡券}
    kind: voucher
    price: 300
    stock: 1000
    per_customer: 1
    segment: seniors
    level: silver
    starts: 2026-01-01
    ends: 2027-12-31
"""


def test_loading_twice_changes_nothing_and_neither_does_what_is_dumped(tmp_path):
    path = tmp_path / "program.yaml"
    path.write_text(EVERYTHING, encoding="utf-8")
    told = world.command("load_program", path)
    assert len(told) >= 6
    assert world.command("load_program", path) == ["nothing changes"]

    dumped = world.command("dump_program")
    path.write_text("\n".join(dumped), encoding="utf-8")

    assert world.command("load_program", path) == ["nothing changes"]
    assert world.command("dump_program") == dumped
    for fact in ("布拉格", "长者", "target: 12.5", "end_of_month_after: 12", "within_days: 365"):
        assert (fact in "\n".join(dumped)) == (fact != "布拉格")


def test_a_dry_run_says_what_would_change_and_applies_nothing(tmp_path):
    path = tmp_path / "program.yaml"
    path.write_text(EVERYTHING, encoding="utf-8")

    rehearsed = world.command("load_program", path, dry_run=True)

    assert yaml.safe_load("\n".join(world.command("dump_program"))) == {"version": 1}
    world.take(world.event("card.bound"))
    assert world.outcome()["tasks"] == {}
    assert world.command("load_program", path) == rehearsed


def test_what_a_file_does_not_name_stays_as_it_is():
    world.load_text(EVERYTHING)
    before = yaml.safe_load("\n".join(world.command("dump_program")))

    world.load(task("bind", event="card.bound", points_expire={"after_days": 10}))

    after = yaml.safe_load("\n".join(world.command("dump_program")))
    assert [row["code"] for row in after["tasks"]] == ["bind", "spend"]
    assert after["tasks"][1] == before["tasks"][1]
    assert {key: after[key] for key in ("segments", "levels", "benefits")} == {
        key: before[key] for key in ("segments", "levels", "benefits")
    }


def test_the_example_of_the_howto_is_read_as_it_stands():
    text = (settings.BASE_DIR / "docs/howto/program.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.S)
    with pytest.raises(ProgramFaults) as refused:
        world.load_text(example)
    # It shows what is more than the contract's own example has: names and other tasks stand there.
    others = {path: text for path, text in refused.value.faults if not path.endswith(".name")}
    assert [text for text in others.values() if not text.startswith("there is no ")] == []


def test_only_true_and_false_are_truth_values():
    document = program.read("{on: no, yes: off, a: [true, False, Yes], b: truely}")
    assert document == {"on": "no", "yes": "off", "a": [True, False, "Yes"], "b": "truely"}


def test_any_top_level_key_may_be_left_out_or_empty():
    assert world.load_text("{}").lines == []
    assert world.load_text("version: 1").lines == []
    assert world.load_text("version: 1\ntasks:\nsegments: []\nlevels:\n").lines == []
