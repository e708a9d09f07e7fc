"""Who is in a segment: by what the bank told us, what they did, their level, and the bank's day."""

from datetime import UTC, date, datetime

import pytest

from growth import jobs, segments
from tests.growth import world
from tests.growth.world import days_ago, event, load, members, reversal, segment, take, task

pytestmark = pytest.mark.usefixtures("programme")


def describe(tmp_path, *rows: str) -> None:
    world.command("import_customers", world.feed(tmp_path / "customers.csv", *rows))


def who(rule: dict) -> set[str]:
    """Members of a segment with this rule, also as its size is told before it is saved."""
    load(segments=[segment("s", rule)])
    assert "s" in world.command("rebuild_segments", "s")[-1]
    assert segments.size_of(rule) == len(members("s"))
    return members("s")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"attribute": "city", "is": "Praha"}, "a"),
        ({"attribute": "city", "is_not": "Praha"}, "b"),
        ({"not": {"attribute": "city", "is": "Praha"}}, "bc"),
        ({"attribute": "city", "in": ["Praha", "Brno"]}, "ab"),
        ({"attribute": "city", "exists": True}, "ab"),
        ({"attribute": "city", "min": 1}, ""),
        ({"attribute": "score", "is": 5}, "a"),
        ({"attribute": "score", "is": 5.0}, "a"),
        ({"attribute": "score", "min": 5, "max": 7.5}, "ab"),
        ({"attribute": "score", "max": "5.0"}, "a"),
        ({"attribute": "score", "min": 5.01}, "b"),
        ({"attribute": "gold", "is": True}, "a"),
        ({"attribute": "gold", "is": 1}, ""),
        ({"attribute": "since", "min": date(2020, 2, 29)}, "ab"),
        ({"attribute": "since", "max": "2020-02-29"}, "a"),
        ({"attribute": "since", "is": date(2021, 1, 1)}, "b"),
        ({"tag": "vip"}, "ab"),
        ({"all": [{"tag": "vip"}, {"not": {"tag": "staff"}}]}, "a"),
        ({"any": [{"attribute": "gold", "is": True}, {"tag": "staff"}]}, "ab"),
        ({"not": {"any": [{"tag": "vip"}, {"tag": "staff"}]}}, "c"),
    ],
)
def test_conditions_on_what_the_bank_told_us(tmp_path, rule, expected):
    describe(
        tmp_path,
        "customer_id,city,score,gold,since,tags",
        "a,Praha,5.0,true,2020-02-29,vip",
        "b,Brno,7.5,false,2021-01-01,vip staff",
        "c,,,,,",
    )
    assert who(rule) == set(expected)


def test_a_rule_is_data_and_never_sql(tmp_path):
    evil = "'); DROP TABLE growth_customer; -- %s %% \\ \" { } é"
    describe(tmp_path, "customer_id,city", f'a,"{evil.replace(chr(34), chr(34) * 2)}"')
    for rule in (
        {"attribute": "city", "is": evil},
        {"not": {"attribute": evil, "is": 5}},
        {"not": {"attribute": evil, "min": 5}},
        {"not": {"tag": evil}},
        {"not": {"event": evil, "within_days": 3}},
    ):
        assert who(rule) == {"a"}


def test_an_age_is_of_the_bank_s_day(tmp_path, settings):
    """Wherever the server stands: in one of these zones it is always another day than in UTC."""
    tried = 0
    for zone in ("Etc/GMT-14", "Etc/GMT+12"):
        settings.BANK_TIME_ZONE = zone
        if world.days_ago(0) == datetime.now(UTC).date():
            continue
        tried += 1
        load(segments=[segment("old", {"age": {"min": 60}})])
        today, tomorrow = (day.replace(year=day.year - 60) for day in (days_ago(0), days_ago(-1)))
        describe(tmp_path, "customer_id,birth_date", f"old,{today}", f"young,{tomorrow}")
        assert members("old") == {"old"}
        take(event("b.done", who="old"), event("b.done", who="young"))
        assert members("old") == {"old"}
        segments.rebuild()
        assert members("old") == {"old"}
    assert tried


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        ("1964-02-29", "2024-02-28", 59),
        ("1964-02-29", "2024-02-29", 60),
        ("1963-02-28", "2023-02-28", 60),
        ("1963-12-31", "2023-12-30", 59),
        ("1964-02-29", "2025-03-01", 61),
    ],
)
def test_an_age_is_reached_on_the_birthday(tmp_path, monkeypatch, born, today, age):
    describe(tmp_path, "customer_id,birth_date", f"a,{born}")
    monkeypatch.setattr("growth.bankday.today", lambda: date.fromisoformat(today))
    assert who({"age": {"min": age, "max": age}}) == {"a"}


def test_an_age_may_be_told_and_what_is_no_date_is_none(tmp_path):
    describe(
        tmp_path, "customer_id,birth_date,age", "a,,60", "b,1950-02-30,", "c,soon,61", "d,,old"
    )
    assert who({"age": {"min": 60}}) == {"a", "c"}
    assert who({"not": {"age": {"max": 150}}}) == {"b", "d"}


class TestEvents:
    def test_what_a_customer_did_counts_at_once_and_without_what_is_reversed(self):
        load(segments=[segment("twice", {"event": "a.done", "times": {"min": 2, "max": 3}})])
        done = [event() for _ in range(4)]
        sizes = []
        for found in (*done, reversal(done[0]), reversal(done[1]), reversal(done[2])):
            take(found)
            sizes.append(len(members("twice")))
        assert sizes == [0, 1, 1, 0, 1, 1, 0]

    def test_who_never_did_it_is_found_too(self):
        load(segments=[segment("never", {"event": "a.done", "times": {"max": 0}})])
        take(event("b.done"), event(who="bob"))
        assert members("never") == {"ada"}

    def test_a_window_of_days_is_of_the_bank_s_days(self):
        load(segments=[segment("recent", {"event": "a.done", "within_days": 30})])
        take(
            event(who="in", when=f"{days_ago(29)}T00:00:00"),
            event(who="out", when=f"{days_ago(30)}T23:59:59.999999"),
        )
        assert members("recent") == {"in"}

    def test_segments_that_refer_to_others_move_with_them(self):
        load(
            segments=[
                segment("doers", {"event": "a.done"}),
                segment("others", {"not": {"segment": "doers"}}),
            ]
        )
        take(event("b.done"))
        assert (members("doers"), members("others")) == (set(), {"ada"})
        take(event())
        assert (members("doers"), members("others")) == ({"ada"}, set())


def test_levels_decide_in_both_directions():
    load(
        task(event="g", kind="cumulative", reward={"growth": 100}),
        levels=world.levels(),
        segments=[
            segment("risen", {"level": {"min": "mid"}}),
            segment("low", {"level": {"max": "low"}}),
            segment("mid", {"level": {"min": "mid", "max": "mid"}}),
        ],
    )
    take(
        event("b.done", who="new"),
        gained := event("g"),
        event("g", who="top"),
        event("g", who="top"),
    )
    assert (members("risen"), members("low")) == ({"ada", "top"}, {"new"})
    assert members("mid") == {"ada"}
    take(event("g", who="new"))
    assert (members("risen"), members("low")) == ({"ada", "top", "new"}, set())
    take(reversal(gained))
    assert (members("risen"), members("low")) == ({"top", "new"}, {"ada"})


def test_a_changed_rule_moves_everybody(tmp_path):
    describe(tmp_path, "customer_id,city", "a,Praha", "b,Brno")
    path = tmp_path / "program.yaml"
    for city, expected in (("Praha", {"a"}), ("Brno", {"b"})):
        path.write_text(
            "version: 1\nsegments: [{code: s, name: {en: S}, rule:"
            f" {{attribute: city, is: {city}}}}}]"
        )
        world.command("load_program", path)
        assert members("s") == expected


def test_the_nightly_job_finds_what_only_time_has_changed():
    load(segments=[segment("recent", {"event": "a.done", "within_days": 30})])
    take(event(when=days_ago(29)))
    assert members("recent") == {"ada"}
    with pytest.MonkeyPatch.context() as patch:
        tomorrow = days_ago(-1)
        patch.setattr("growth.bankday.today", lambda: tomorrow)
        jobs.rebuild_segments()
    assert members("recent") == set()
