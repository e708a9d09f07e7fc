"""The benefits of the growth program file: faults by path, apply, dump, the total of stock."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from benefits import queries, redemption
from benefits.models import Benefit
from benefits.section import BenefitsSection
from growth import program
from tests.benefits import world

pytestmark = pytest.mark.django_db

COFFEE = {"code": "coffee", "name": {"en": "Coffee"}, "kind": "voucher", "price": 300, "stock": 10}


def document(*benefits: dict, **rest) -> dict:
    return {"version": 1, "benefits": list(benefits), **rest}


def faults(*rows) -> dict[str, str]:
    return dict(BenefitsSection().check(list(rows), segments={"payroll"}, levels={"silver"}))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"price": -1}, ".price"),
        ({"price": 1.5}, ".price"),
        ({"price": True}, ".price"),
        ({"price": "300"}, ".price"),
        ({"price": None}, ".price"),
        ({"kind": "magic"}, ".kind"),
        ({"kind": ["code"]}, ".kind"),
        ({"stock": -1}, ".stock"),
        ({"stock": 10**12}, ".stock"),
        ({"stock": None}, ".stock"),
        ({"per_customer": 0}, ".per_customer"),
        ({"segment": "nobody"}, ".segment"),
        ({"segment": ["payroll"]}, ".segment"),
        ({"level": "iron"}, ".level"),
        ({"starts": "soon"}, ".starts"),
        ({"starts": date(2026, 2, 1), "ends": date(2026, 1, 31)}, ".ends"),
        ({"code": "a b"}, ".code"),
        ({"code": 7}, ".code"),
        ({"code": []}, ".code"),
        ({"name": "Coffee"}, ".name"),
        ({"name": {}}, ".name"),
        ({"colour": "red"}, ".colour"),
    ],
)
def test_each_fault_is_named_by_its_path(change, path):
    assert list(faults(COFFEE, COFFEE | {"code": "tea"} | change)) == [f"[1]{path}"]


def test_what_is_no_mapping_or_stands_twice_is_a_fault():
    assert set(faults(COFFEE, 7, COFFEE, None)) == {"[1]", "[2].code", "[3]"}


def test_loading_names_every_fault_and_changes_nothing(tmp_path):
    file = tmp_path / "program.yaml"
    file.write_text(
        "version: 1\nbenefits:\n"
        "  - {code: coffee, name: {en: Coffee}, kind: voucher, price: 300, stock: 10}\n"
        "  - {code: tea, name: {en: Tea}, kind: tee, price: -3, level: iron, stock: 1}\n"
    )

    with pytest.raises(CommandError) as error:
        call_command("load_program", str(file))

    for path in ("benefits[1].kind", "benefits[1].price", "benefits[1].level"):
        assert path in str(error.value)
    assert not Benefit.objects.exists()


def test_the_same_file_again_changes_nothing():
    world.levels("bronze", "silver")
    wanted = document(
        COFFEE | {"level": "silver", "starts": date(2026, 1, 1), "per_customer": 2},
        {"code": "metro", "name": {"en": "Metro"}, "kind": "code", "price": 50},
    )

    first, again = program.load(wanted), program.load(wanted)

    assert len(first.lines) == 2
    assert again.lines == []
    assert queries.report()["coffee"] == {"redeemed": 0, "left": 10}


def test_what_the_file_does_not_name_stays():
    program.load(document(COFFEE))
    program.load(document(COFFEE | {"code": "tea", "price": 5}))

    changes = program.load(document(COFFEE | {"price": 250, "ends": date(2027, 1, 1)}))

    assert changes.lines == ["benefit coffee: price, ends"]
    assert dict(Benefit.objects.values_list("code", "price")) == {"coffee": 250, "tea": 5}


def test_stock_is_the_total_ever_put_on_sale():
    program.load(document(COFFEE))
    for number in range(4):
        who = world.customer(300)
        redemption.redeem(customer_id=who.pk, benefit_code="coffee", key=str(number))

    program.load(document(COFFEE | {"stock": 15}))
    assert queries.report()["coffee"] == {"redeemed": 4, "left": 11}
    program.load(document(COFFEE | {"stock": 4}))
    assert queries.report()["coffee"] == {"redeemed": 4, "left": 0}
    assert faults(COFFEE | {"stock": 3}) == {"[0].stock": "is below what has been redeemed: 4"}


def test_stock_caps_how_many_uploaded_codes_are_sold():
    codes = COFFEE | {"kind": "code", "stock": 1}
    program.load(document(codes))
    world.upload(Benefit.objects.get(), 3)

    answers = [
        world.redeem(world.api(world.customer(300))).status_code,
        world.redeem(world.api(world.customer(300))).status_code,
    ]
    assert answers == [201, 409]
    del codes["stock"]
    program.load(document(codes))
    assert queries.report()["coffee"] == {"redeemed": 1, "left": 2}


def test_the_kind_changes_only_before_anything_was_redeemed():
    program.load(document(COFFEE))
    code = {key: value for key, value in COFFEE.items() if key != "stock"} | {"kind": "code"}
    program.load(document(code))
    program.load(document(COFFEE))
    redemption.redeem(customer_id=world.customer(300).pk, benefit_code="coffee", key="k")

    assert list(faults(code)) == ["[0].kind"]


def test_the_dump_can_be_loaded_and_changes_nothing(tmp_path):
    segment = {"code": "vip", "name": {"en": "VIP"}, "rule": {"tag": "vip"}}
    program.load(
        document(COFFEE | {"segment": "vip", "starts": date(2026, 1, 1)}, segments=[segment])
    )
    dumped = StringIO()
    call_command("dump_program", stdout=dumped)

    assert program.load(program.read(dumped.getvalue())).lines == []


def test_the_demo_program_has_no_fault():
    text = Path("zones/demo/program.yaml").read_text()

    assert program.load(program.read(text)).lines
