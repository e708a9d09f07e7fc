"""A redemption is found by its code; codes themselves are nowhere readable."""

import pytest

from benefits import queries, redemption
from tests.benefits import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["voucher", "code"])
def test_a_code_finds_its_redemption_and_no_other(kind):
    world.benefit(kind=kind, total=None if kind == "code" else 5, codes=5, price=0)
    made = [
        redemption.redeem(customer_id=world.customer().pk, benefit_code="coffee", key="k")
        for _ in range(3)
    ]
    for each in made:
        code = queries.shown_code(each.redemption)
        assert queries.by_code(f" {code} ") == [each.redemption.pk]


@pytest.mark.parametrize("text", ["", " ", "7KQM-2XWE-RT9A-HJ4C", "\x00", "\ud800", "x" * 10_000])
def test_what_is_no_code_finds_nothing(text):
    world.benefit(kind="pickup")
    redemption.redeem(customer_id=world.customer(500).pk, benefit_code="coffee", key="k")
    assert queries.by_code(text) == []
