"""Card, identity and phone numbers never come in, however they are dressed."""

import pytest

from growth.personal import holds_personal_number


@pytest.mark.parametrize(
    "value",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        4111111111111111,
        {"card": [{"number": "4111-1111-1111-1111"}]},
        "paid with card 4111111111111111 at noon",
        "13800138000",
        13800138000,
        "+8613800138000",
        "call 13800138000 please",
        "11010519491231002X",
    ],
)
def test_it_is_found(value):
    assert holds_personal_number(value)


@pytest.mark.parametrize(
    "value",
    [
        "4111111111111112",  # fails Luhn's check
        "12800138000",
        "20241122000012345678",
        "600.00",
        1732300000000,
        True,
        "0198a9e2-7c1f-7d3a-9c1e-13800138000f",
        {"txn_ref": "T20241122-000123"},
    ],
)
def test_what_only_looks_like_one_passes(value):
    assert not holds_personal_number(value)
