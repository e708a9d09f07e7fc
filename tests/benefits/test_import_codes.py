"""``import_codes``: files as suppliers send them."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from benefits.models import BenefitCode, Redemption
from growth import sealing
from growth.models import RejectedRow
from tests.benefits import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def take_in(tmp_path):
    world.benefit("coffee", kind="code")

    def run(content: str | bytes, benefit: str = "coffee") -> dict:
        file = tmp_path / "codes.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = StringIO()
        call_command("import_codes", benefit, str(file), stdout=out)
        figures = json.loads(out.getvalue().splitlines()[-1])
        assert figures.pop("seconds") >= 0
        return figures

    return run


def figures(accepted: int, duplicate: int = 0, rejected: int = 0) -> dict:
    return {"accepted": accepted, "duplicate": duplicate, "rejected": rejected}


def texts() -> set[str]:
    return {sealing.unseal(code.sealed).decode() for code in BenefitCode.objects.all()}


def test_codes_come_in_sealed_and_with_their_facts(take_in):
    last = world.days(30)

    assert take_in(f"code,valid_until,face_value\nA1,{last},25.5\nB2,,\n") == figures(2)

    first = BenefitCode.objects.order_by("id").first()
    assert (first.valid_until, first.face_value_fen) == (last, 2550)
    assert b"A1" not in bytes(first.sealed)
    assert texts() == {"A1", "B2"}


def test_duplicates_are_counted_within_a_file_and_across_files(take_in):
    assert take_in("code\nA\nA\nB\n") == figures(2, duplicate=1)
    assert take_in("code\nB\nC\n") == figures(1, duplicate=1)
    assert take_in("code\nB\nC\n") == figures(0, duplicate=2)


def test_the_same_code_of_another_benefit_is_another_code(take_in):
    world.benefit("tea", kind="code")

    assert take_in("code\nA\n") == figures(1)
    assert take_in("code\nA\n", "tea") == figures(1)


def test_a_byte_order_mark_blank_lines_and_quotes_do_not_matter(take_in):
    assert take_in(b'\xef\xbb\xbfcode\r\n\r\n"A,1"\r\n  B  \r\n') == figures(2)
    assert texts() == {"A,1", "B"}


def test_formulas_are_text(take_in):
    assert take_in("code\n=1+1\n@SUM(A1)\n+8\n-3\n") == figures(4)
    assert "=1+1" in texts()


def test_broken_rows_are_kept_with_line_and_reason_and_stop_nobody(take_in):
    content = (
        b"code,valid_until,face_value\n"
        b"good-1,,\n"
        b"\xb8\xf6,,\n"  # GBK
        b",,\n"
        b"late,2001-01-01,\n"
        b"day,31.12.2030,\n"
        b"money,,1.234\n"
        b"short\n"
        b"nul\x00,,\n" + b"x" * 201 + b",,\n" + b"good-2,,\n"
    )

    assert take_in(content) == figures(2, rejected=8)

    kept = dict(RejectedRow.objects.order_by("line").values_list("line", "code"))
    assert kept == {
        3: "encoding",
        4: "code",
        5: "expired",
        6: "valid_until",
        7: "face_value",
        8: "columns",
        9: "code",
        10: "code",
    }
    assert set(RejectedRow.objects.values_list("kind", flat=True)) == {"code"}


def test_the_same_broken_file_again_keeps_its_rows_once(take_in):
    take_in("code,valid_until\nday,never\n")
    take_in("code,valid_until\nday,never\n")

    assert RejectedRow.objects.count() == 1


def test_a_line_without_end_is_one_rejected_row(take_in):
    assert take_in(b"code\n" + b"x" * 3_000_000 + b"\nA\n") == figures(1, rejected=1)


@pytest.mark.parametrize(
    "content",
    ["", "number\nA\n", "code,code\nA,A\n", "code,valid_untill\nA,\n", "\n\n", b"\xff\xfec\x00"],
)
def test_a_file_without_a_usable_header_is_refused_whole(take_in, content):
    with pytest.raises(CommandError):
        take_in(content)

    assert not BenefitCode.objects.exists()


def test_only_benefits_of_kind_code_take_codes(take_in):
    world.benefit("tea", kind="voucher")

    for benefit in ("tea", "no-such"):
        with pytest.raises(CommandError, match=benefit):
            take_in("code\nA\n", benefit)
    with pytest.raises(CommandError):
        call_command("import_codes", "coffee", "/no/such/file.csv")


def test_rejected_rows_are_taken_in_again_once_they_can_be(take_in):
    take_in("code,valid_until\nA,2020-01-01\n")
    RejectedRow.objects.update(row=f"A,{world.days(5)}")
    out = StringIO()

    call_command("replay_rejected", stdout=out)

    assert json.loads(out.getvalue().splitlines()[-1])["accepted"] == 1
    assert texts() == {"A"}


def test_rewards_that_wait_are_served_by_the_import(take_in):
    who = world.customer()
    from benefits import redemption

    redemption.grant(customer_id=who.pk, benefit_code="coffee", key="award:1")

    take_in("code\nA\n")

    assert Redemption.objects.get().status == "issued"
