"""Files that banks send: a rejected row stops no other, is kept with its reason, and replayed."""

import gzip
import json
import lzma
import tracemalloc
from datetime import timedelta
from unittest import mock

import pytest
from django.core.management.base import CommandError

from growth import bankday, cloudevents
from growth.models import BankEvent, Customer, RejectedRow
from tests.growth import world
from tests.growth.world import completions, event, feed, load, tally, task

pytestmark = pytest.mark.usefixtures("programme")


def rejected() -> list[tuple[int, str]]:
    return list(RejectedRow.objects.order_by("line").values_list("line", "code"))


def line(**facts) -> str:
    return json.dumps(event(**facts), ensure_ascii=False)


def customers(path, *rows: str | bytes) -> dict[str, int]:
    return tally("import_customers", feed(path / "customers.csv", *rows))


def attributes(ref: str) -> dict:
    return Customer.objects.get(ref=ref).attributes


def refs() -> list[str]:
    return sorted(Customer.objects.values_list("ref", flat=True))


class TestEvents:
    def test_broken_lines_stop_no_other_and_are_kept_with_number_and_reason(self, tmp_path):
        load(task(kind="cumulative"))
        twin = event(event_id="twin")
        path = feed(
            tmp_path / "feed.jsonl",
            line(),
            "not json",
            "",
            '{"specversion": "1.0"}',
            line()[:-1],
            line().encode("utf-8").replace(b"{}", '{"name": "张三"}'.encode("gbk")),
            "   ",
            twin,
            twin | {"type": "b.done"},
            "[1, 2]",
            line(when="2999-01-01"),
            '{"id": 1, "id": 2}',
            line(data={"n": 0}).replace("0}", "NaN}"),
            "\x00\x00",
            twin,
            b"\r\n" + line().encode() + b"\r",
        )

        told = tally("import_events", path)

        assert told == {"accepted": 3, "duplicate": 1, "rejected": 10}
        assert completions() == 3
        assert rejected() == [
            (2, "invalid"),
            (4, "invalid"),
            (5, "invalid"),
            (6, "encoding"),
            (9, "conflict"),
            (10, "invalid"),
            (11, "future"),
            (12, "invalid"),
            (13, "invalid"),
            (14, "invalid"),
        ]
        row = RejectedRow.objects.get(line=4)
        assert (row.feed, row.kind, row.row) == (str(path), "event", '{"specversion": "1.0"}')
        assert row.detail.startswith("id: ")

    def test_the_same_rejected_row_is_kept_once(self, tmp_path):
        path = feed(tmp_path / "feed.jsonl", "broken", line(), "broken", "broken too")
        for _ in range(2):
            assert tally("import_events", path)["rejected"] == 3
        assert rejected() == [(1, "invalid"), (4, "invalid")]

    @pytest.mark.parametrize("suffix", ["", ".gz", ".xz"])
    def test_a_byte_order_mark_and_packing_make_no_difference(self, tmp_path, suffix):
        pack = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}[suffix]
        path = tmp_path / f"feed.jsonl{suffix}"
        path.write_bytes(pack(b"\xef\xbb\xbf" + "\r\n".join([line(), line()]).encode()))
        assert tally("import_events", path) == {"accepted": 2, "duplicate": 0, "rejected": 0}

    @pytest.mark.parametrize("suffix", ["", ".gz", ".xz"])
    def test_an_empty_feed_is_no_event(self, tmp_path, suffix):
        pack = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}[suffix]
        path = tmp_path / f"feed.jsonl{suffix}"
        path.write_bytes(pack(b""))
        assert tally("import_events", path) == {"accepted": 0, "duplicate": 0, "rejected": 0}

    @pytest.mark.parametrize("suffix", [".gz", ".xz"])
    @pytest.mark.parametrize("harm", ["cut", "flipped", "flipped early", "not packed"])
    def test_a_damaged_archive_is_one_line_and_nothing_of_it_is_in(self, tmp_path, suffix, harm):
        pack = {".gz": gzip.compress, ".xz": lzma.compress}[suffix]
        # Data that does not pack well, so that the damage lies far behind the first batch.
        lines = [line(data={"x": bankday.now().isoformat()}) for _ in range(3000)]
        whole = pack("\n".join(lines).encode())
        harmed = {
            "cut": whole[: len(whole) * 3 // 4],
            "flipped": whole[: len(whole) * 3 // 4] + b"\xff" * 1000 + whole[-9000:],
            "flipped early": whole[:24] + b"\xff" * 500 + whole[524:],
            "not packed": b"version: 1",
        }[harm]
        path = tmp_path / f"feed.jsonl{suffix}"
        path.write_bytes(harmed)

        with pytest.raises(CommandError) as refused:
            world.command("import_events", path)

        assert str(refused.value).startswith(f"{path}: cannot be read: ")
        assert "\n" not in str(refused.value)
        stored = BankEvent.objects.count()
        assert BankEvent.objects.filter(settled_at__isnull=True).count() == 0
        path.write_bytes(whole)
        again = tally("import_events", path)
        assert (again["accepted"], again["duplicate"]) == (3000 - stored, stored)
        assert stored == 0

    @pytest.mark.parametrize("name", ["missing.jsonl", ""])
    def test_a_file_that_is_not_there_is_one_line(self, tmp_path, name):
        with pytest.raises(CommandError, match="cannot be read"):
            world.command("import_events", tmp_path / name)

    def test_a_line_of_100_mib_is_skipped_within_little_memory(self, tmp_path):
        path = tmp_path / "feed.jsonl"
        with path.open("wb") as file:
            file.write(line().encode() + b"\n")
            for _ in range(100):
                file.write(b"x" * 2**20)
            file.write(b"\n" + line().encode() + b"\n")

        tracemalloc.start()
        told = tally("import_events", path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert told == {"accepted": 2, "duplicate": 0, "rejected": 1}
        assert rejected() == [(2, "too_long")]
        assert peak < 16 * 2**20


class TestReplay:
    def test_what_came_too_early_is_taken_in_when_its_time_has_come(self, tmp_path):
        load(task(kind="cumulative"))
        early = line(when=(bankday.now() + timedelta(hours=1)).isoformat())
        tally("import_events", feed(tmp_path / "feed.jsonl", early, "broken"))
        assert tally("replay_rejected") == {"accepted": 0, "duplicate": 0, "rejected": 2}

        with mock.patch.object(cloudevents, "MAX_AHEAD", timedelta(hours=2)):  # an hour later
            told = tally("replay_rejected")

        assert told == {"accepted": 1, "duplicate": 0, "rejected": 1}
        assert completions() == 1
        assert tally("replay_rejected") == {"accepted": 0, "duplicate": 0, "rejected": 1}
        replayed = RejectedRow.objects.filter(replayed_at__isnull=False)
        assert [row.code for row in replayed] == ["future"]
        assert RejectedRow.objects.count() == 2

    def test_a_bad_row_is_kept_for_each_feed_and_opens_again_when_refused_again(self, tmp_path):
        for name in ("first.jsonl", "second.jsonl"):
            tally("import_events", feed(tmp_path / name, "broken"))
        assert RejectedRow.objects.count() == 2
        RejectedRow.objects.update(replayed_at=bankday.now())

        tally("import_events", feed(tmp_path / "first.jsonl", "broken"))

        still_open = RejectedRow.objects.get(replayed_at__isnull=True)
        assert still_open.feed.endswith("first.jsonl")
        assert RejectedRow.objects.count() == 2

    def test_since_leaves_older_rows_alone(self, tmp_path):
        tally("import_events", feed(tmp_path / "feed.jsonl", "broken"))
        tomorrow = world.days_ago(-1).isoformat()
        assert tally("replay_rejected", since=tomorrow)["rejected"] == 0
        assert tally("replay_rejected", since=world.days_ago(1).isoformat())["rejected"] == 1
        with pytest.raises(CommandError, match="--since"):
            world.command("replay_rejected", since="yesterday")

    @pytest.mark.parametrize(
        "raw",
        [
            line(data={"name": "X"}).encode().replace(b"X", "张三".encode("gbk")),
            line(who="X").encode().replace(b'"X"', b'"\xd5\xc5"'),
            line(event_id="a-b").encode().replace(b"a-b", b"a\x00b"),
        ],
        ids=["data", "subject", "nul"],
    )
    def test_what_could_not_be_read_is_never_taken_in_garbled(self, tmp_path, raw):
        assert tally("import_events", feed(tmp_path / "feed.jsonl", raw))["rejected"] == 1
        assert tally("replay_rejected")["accepted"] == 0
        assert (BankEvent.objects.count(), Customer.objects.count()) == (0, 0)

    def test_customer_rows_that_cannot_be_told_apart_stop_no_other(self, tmp_path):
        rows = ["5", "null", '"x"', '{"customer_id": "z"}', "[]", "a,b,c,d"]
        told = customers(tmp_path, "customer_id,city,age", *rows)
        assert told == {"accepted": 0, "duplicate": 0, "rejected": 6}
        tally("import_events", feed(tmp_path / "feed.jsonl", "broken"))
        assert tally("replay_rejected") == {"accepted": 0, "duplicate": 0, "rejected": 7}
        assert refs() == []

    def test_a_customer_row_is_replayed_with_its_columns(self, tmp_path):
        told = customers(tmp_path, "customer_id,city", "c1,Praha", "13812345678,Brno")
        assert (told["rejected"], rejected()) == (1, [(3, "personal_data")])
        with mock.patch("growth.customers.holds_personal_number", return_value=False):
            assert tally("replay_rejected")["accepted"] == 1
        assert attributes("13812345678") == {"city": "Brno"}


class TestCustomers:
    def test_cells_are_typed(self, tmp_path):
        customers(
            tmp_path,
            "customer_id,birth_date,gold,blocked,age,score,city,empty,code,big,tags",
            "c1,1950-02-28,true,false,42,-1.50,Hl.m. Praha,,007,12345678901234567890,b a b",
        )
        assert attributes("c1") == {
            "birth_date": "1950-02-28",
            "gold": True,
            "blocked": False,
            "age": 42,
            "score": -1.5,
            "city": "Hl.m. Praha",
            "code": "007",
            "big": 12345678901234567890,
        }
        assert Customer.objects.get().tags == ["a", "b"]

    def test_a_row_updates_what_its_file_speaks_of(self, tmp_path):
        customers(tmp_path, "customer_id,city,age,tags", "c1,Praha,5,vip", "c2,Brno,6,")
        told = customers(tmp_path, "customer_id,city", "c1,", "c2,Brno", "c3,Plzen")
        assert told == {"accepted": 2, "duplicate": 1, "rejected": 0}
        assert (attributes("c1"), attributes("c3")) == ({"age": 5}, {"city": "Plzen"})
        assert Customer.objects.get(ref="c1").tags == ["vip"]

    def test_the_last_row_of_a_customer_wins(self, tmp_path):
        customers(tmp_path, "customer_id,city", "c1,Praha", "c1,Brno", "c2,Plzen", "c1,Zlin")
        assert attributes("c1") == {"city": "Zlin"}

    def test_quoted_cells_may_hold_line_breaks_commas_and_quotes(self, tmp_path):
        told = customers(
            tmp_path,
            "customer_id,note,city",
            'c1,"one\ntwo, ""three""\n\nfour",Praha',
            'c2,"""",Brno',
            'c3,"x",Plzen',
        )
        assert told == {"accepted": 3, "duplicate": 0, "rejected": 0}
        assert attributes("c1") == {"note": 'one\ntwo, "three"\n\nfour', "city": "Praha"}
        assert attributes("c2") == {"note": '"', "city": "Brno"}

    @pytest.mark.parametrize("stray", ['5" pipe', '5"', 'a"b"c"'])
    def test_a_quote_inside_a_cell_is_a_quote(self, tmp_path, stray):
        rows = [f"c{n},plain" for n in range(2, 9)]
        told = customers(tmp_path, "customer_id,note", f"c1,{stray}", *rows)
        assert told == {"accepted": 8, "duplicate": 0, "rejected": 0}
        assert attributes("c1") == {"note": stray}

    @pytest.mark.parametrize(
        "broken", ['c1,"never closed', 'c1,"closed" and more', '"c1,x', 'c1,x,y,"']
    )
    def test_a_broken_quote_costs_its_own_row_only(self, tmp_path, broken):
        rows = [f"c{n},plain" for n in range(2, 3000)]
        told = customers(tmp_path, "customer_id,note", broken, *rows)
        assert told == {"accepted": 2998, "duplicate": 0, "rejected": 1}
        assert rejected() == [(2, "columns")]

    def test_two_broken_quotes_do_not_swallow_what_lies_between(self, tmp_path):
        told = customers(
            tmp_path,
            "customer_id,note",
            'c1,"never closed',
            "c2,plain",
            'c3,"never closed either',
            "c4,plain",
        )
        assert (told["accepted"], rejected()) == (2, [(2, "columns"), (4, "columns")])
        assert refs() == ["c2", "c4"]

    def test_after_a_broken_quote_the_order_of_rows_is_kept(self, tmp_path):
        customers(tmp_path, "customer_id,city", 'c1,"Praha', "c1,Brno", "c1,Plzen", "c1,Zlin")
        assert attributes("c1") == {"city": "Zlin"}

    def test_bad_rows_are_rejected_one_by_one(self, tmp_path):
        told = customers(
            tmp_path,
            b"\xef\xbb\xbfcustomer_id,city,tags",
            "c1,Praha,a",
            "c2,Praha",
            "c3,Praha,a,b",
            b"c4," + "成都".encode("gbk") + b",a",
            ",Praha,a",
            "c5,4111111111111111,a",
            "13812345678,Praha,a",
            f"{'x' * 129},Praha,a",
            "c\x007,Praha,a",
            "c8,Pra\x00ha,a",
            "c9,Praha,a\x00b",
            "c10,Praha,13812345678",
            "",
            "c11,成都,a",
        )
        assert told == {"accepted": 2, "duplicate": 0, "rejected": 11}
        assert refs() == ["c1", "c11"]
        assert rejected() == [
            (3, "columns"),
            (4, "columns"),
            (5, "encoding"),
            (6, "invalid"),
            (7, "personal_data"),
            (8, "personal_data"),
            (9, "invalid"),
            (10, "invalid"),
            (11, "invalid"),
            (12, "invalid"),
            (13, "personal_data"),
        ]

    @pytest.mark.parametrize(
        ("header", "told"),
        [
            ("", "is empty"),
            ("city,age", "no column customer_id"),
            ("customer_id,city,city", "'city' stands twice"),
            ("customer_id,,city", "no name"),
            ("customer_id,a\x00b", "NUL"),
            ("", "is empty"),
        ],
    )
    def test_a_header_that_cannot_be_used_stops_the_file_with_one_line(
        self, tmp_path, header, told
    ):
        path = tmp_path / "customers.csv"
        path.write_text(f"{header}\nc1,x,y" if header else "")
        with pytest.raises(CommandError) as refused:
            world.command("import_customers", path)
        assert str(path) in str(refused.value)
        assert told in str(refused.value)
        assert refs() == []

    def test_a_cell_without_end_is_read_within_little_memory(self, tmp_path):
        path = tmp_path / "customers.csv"
        with path.open("wb") as file:
            file.write(b'customer_id,note\nc1,"')
            for _ in range(40):
                file.write(b"x" * 2**20 + b"\n")
            file.write(b'"\nc2,plain\n')

        tracemalloc.start()
        tally("import_customers", path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert "c2" in refs()
        assert peak < 32 * 2**20
