"""R7: whatever happens to customers' points, in whatever order and however often it is sent.

A state machine runs against PostgreSQL beside a model that was written from the rules alone: it
knows lots as lists, no SQL, no transfers. After every step wallets, lots, debts and holds are
equal, nothing is negative, and the books balance.
"""

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from growth import holds, ledger, lots
from growth.errors import IdempotencyConflict, InsufficientPoints
from growth.ledger import ALLOW_NEGATIVE, CAP_AT_ZERO, Earning
from growth.models import PointsLot, PointsTransfer, Wallet
from tests.growth import world

pytestmark = pytest.mark.usefixtures("programme")

GATE = settings(
    max_examples=int(os.environ.get("LEDGER_EXAMPLES", "150")),
    stateful_step_count=int(os.environ.get("LEDGER_STEPS", "30")),
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
WHO = ("ada", "bob")
START = date(2026, 3, 1)
GRACE = 30


@dataclass
class Lot:
    """The model's lot: what is left, what was spent, and what repaid a debt."""

    key: str
    points: int
    left: int
    expires: date | None
    spent: int = 0
    repaid: int = 0
    written_off: int = 0
    owed: int = 0  # of what was spent of it, ever booked as a debt
    reversed: int = 0


@dataclass
class Person:
    """The model's customer: an ordered list of lots, one number for what is owed."""

    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    held: dict[str, int] = field(default_factory=dict)
    issued: int = 0
    spent: int = 0
    gone: int = 0

    @property
    def balance(self) -> int:
        return sum(lot.left for lot in self.lots)

    def available(self, today: date) -> int:
        """What can be spent: not what is overdue or held, and nothing while some are owed."""
        return 0 if self.debt else max(0, self.good(today) - sum(self.held.values()))

    def good(self, today: date) -> int:
        """What has not expired, whether the clock's job has been round or not."""
        return sum(lot.left for lot in self.lots if not (lot.expires and lot.expires <= today))

    def expire(self, today: date) -> None:
        for lot in self.lots:
            if lot.expires and lot.expires <= today:
                self.gone += lot.left
                lot.left = 0

    def by_expiry(self) -> list[Lot]:
        return sorted(self.lots, key=lambda lot: lot.expires or date.max)  # stable: then oldest

    def take(self, points: int) -> list[tuple[Lot, int]]:
        parts = []
        for lot in self.by_expiry():
            part = min(points, lot.left)
            if part:
                lot.left -= part
                parts.append((lot, part))
                points -= part
        return parts

    def repay(self, today: date) -> None:
        if not self.debt:
            return
        self.expire(today)
        for lot, part in self.take(min(self.debt, self.balance)):
            lot.repaid += part
            self.debt -= part
            self.gone += part

    def add(self, key: str, points: int, expires: date | None, today: date) -> None:
        lot = Lot(key, points, points, expires)
        self.lots.append(lot)
        self.issued += points
        if self.debt and not (expires and expires <= today):
            part = min(self.debt, points)
            lot.left -= part
            lot.repaid += part
            self.debt -= part
            self.gone += part

    def reverse(self, lot: Lot, points: int, policy: str, today: date) -> None:
        taken = min(points, lot.left)
        lot.left -= taken
        self.gone += taken
        unsettled = lot.spent + lot.repaid - lot.written_off - lot.owed
        missing = min(points - taken, max(0, unsettled))
        lot.reversed += taken + missing
        owed = missing if policy == ALLOW_NEGATIVE else min(missing, max(0, lot.repaid - lot.owed))
        lot.written_off += missing - owed
        lot.owed += owed
        self.debt += owed
        if owed:
            self.repay(today)

    def refund(self, parts: list[tuple[Lot, int]], today: date) -> None:
        self.expire(today)
        for lot, part in parts:
            lot.left += part
            lot.spent -= part
            self.spent -= part
            if lot.expires and lot.expires <= today:
                lot.expires = today + timedelta(days=GRACE)
        for lot, part in parts:
            back = min(part, lot.written_off)
            lot.left -= back
            lot.written_off -= back
            self.gone += back
        self.repay(today)


class LedgerMachine(RuleBasedStateMachine):
    """Every example runs in one transaction that is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.today, self.number = START, 0
        self.people = {who: Person() for who in WHO}
        self.ids = {who: world.enrolled(who) for who in WHO}
        self.bought: list[tuple[str, PointsTransfer, list[tuple[Lot, int]]]] = []
        self.last: Any = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def key(self, what: str) -> str:
        self.number += 1
        return f"{what}-{self.number}"

    def refused(self, verb: Any, error: type[Exception] = InsufficientPoints) -> None:
        with pytest.raises(error), transaction.atomic():
            verb()

    points = st.integers(1, 120)
    who = st.sampled_from(WHO)
    days = st.none() | st.integers(0, 60)

    @initialize(who=who, points=points)
    def begin(self, who: str, points: int) -> None:
        self.earn(who=who, points=points, days=None, grant=False)

    @rule(who=who, points=st.integers(1, 240), days=days, grant=st.booleans())
    def earn(self, who: str, points: int, days: int | None, grant: bool) -> None:
        expires = None if days is None else self.today + timedelta(days=days)
        earning = Earning(self.ids[who], points, self.key("earn"), "", {}, expires)
        if grant:
            ledger.grant(earning=earning, today=self.today)
            ledger.grant(earning=earning, today=self.today)
        else:
            ledger.lock_customers([self.ids[who]])
            ledger.post_earnings([earning], today=self.today)
            self.refused(lambda: ledger.post_earnings([earning], today=self.today), Exception)
        self.people[who].add(earning.key, points, expires, self.today)

    @rule(who=who, points=points, again=st.booleans(), fitting=st.integers(0, 3))
    def spend(self, who: str, points: int, again: bool, fitting: int) -> None:
        person, key = self.people[who], self.key("spend")
        if fitting and (free := person.available(self.today)):
            points = min(points, free)
        facts = {"customer_id": self.ids[who], "key": key, "reason": "", "origin": {}}

        def buy(points: int = points) -> PointsTransfer:
            return ledger.spend(points=points, today=self.today, **facts)

        if person.available(self.today) < points:
            self.refused(buy)
            return
        transfer = buy()
        person.expire(self.today)
        parts = person.take(points)
        for lot, part in parts:
            lot.spent += part
        person.spent += points
        self.bought.append((who, transfer, parts))
        if again:
            assert buy() == transfer
            self.refused(lambda: buy(points + 1), IdempotencyConflict)

    @precondition(lambda self: self.bought)
    @rule(data=st.data(), again=st.booleans())
    def refund(self, data: st.DataObject, again: bool) -> None:
        which = data.draw(st.integers(0, len(self.bought) - 1))
        who, transfer, parts = self.bought.pop(which)
        facts = {"key": self.key("refund"), "reason": "", "origin": {}, "today": self.today}
        back = ledger.refund(transfer=transfer, **facts)
        if again:
            assert ledger.refund(transfer=transfer, **facts) == back
        self.people[who].refund(parts, self.today)

    @rule(who=who, points=points, cap=st.booleans(), again=st.booleans())
    def deduct(self, who: str, points: int, cap: bool, again: bool) -> None:
        person, key = self.people[who], self.key("deduct")

        def call() -> PointsTransfer | None:
            return ledger.deduct(
                customer_id=self.ids[who], points=points, key=key, reason="", origin={},
                cap=cap, today=self.today,
            )  # fmt: skip

        free = person.available(self.today)
        if free < points and not cap:
            self.refused(call)
            return
        taken = call()
        part = min(free, points)
        assert (taken.points if taken else 0) == part
        if part:
            person.expire(self.today)
            person.take(part)
            person.gone += part
            if again:
                assert call() == taken

    @precondition(lambda self: any(person.lots for person in self.people.values()))
    @rule(
        data=st.data(),
        policy=st.sampled_from([CAP_AT_ZERO, ALLOW_NEGATIVE]),
        whole=st.booleans(),
        spent=st.integers(0, 3),
    )
    def reverse(self, data: st.DataObject, policy: str, whole: bool, spent: int) -> None:
        owned = [(who, lot) for who in WHO for lot in self.people[who].lots]
        # Of lots that were spent there is more to go wrong, so they are tried more often.
        who, lot = data.draw(
            st.sampled_from([one for one in owned if one[1].spent and spent] or owned)
        )
        standing = lot.points - lot.reversed
        if not standing:
            return
        points = standing if whole else data.draw(st.integers(1, standing))
        ledger.lock_customers([self.ids[who]])
        ledger.take_back(
            earning_key=lot.key, points=points, key=self.key(f"{lot.key}:reversed:"),
            reason="", today=self.today, policy=policy,
        )  # fmt: skip
        self.people[who].reverse(lot, points, policy, self.today)

    @precondition(lambda self: sum(len(person.held) for person in self.people.values()) < 3)
    @rule(who=who, points=points)
    def hold(self, who: str, points: int) -> None:
        person, key = self.people[who], self.key("hold")

        def place() -> Any:
            return holds.place_hold(
                customer_id=self.ids[who], points=points, key=key, reason="", today=self.today
            )

        if person.available(self.today) < points:
            self.refused(place)
            return
        assert place() == place()
        person.held[key] = points

    @precondition(lambda self: any(person.held for person in self.people.values()))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        who, key = data.draw(
            st.sampled_from([(who, key) for who in WHO for key in self.people[who].held])
        )
        assert holds.release_hold(key=key) == holds.release_hold(key=key)
        del self.people[who].held[key]

    @rule(days=st.integers(1, 40), clock=st.booleans())
    def wait(self, days: int, clock: bool) -> None:
        self.today += timedelta(days=days)
        if clock:
            ledger.expire_many(customer_ids=list(self.ids.values()), today=self.today)
            for person in self.people.values():
                person.expire(self.today)

    @invariant()
    def wallets_and_lots_are_the_models(self) -> None:
        wallets = {
            who: (wallet.balance, wallet.debt, wallet.held)
            for wallet in Wallet.objects.select_related("customer").filter(customer__isnull=False)
            if (who := wallet.customer.ref) in self.people
        }
        expected = {
            who: (person.balance, person.debt, sum(person.held.values()))
            for who, person in self.people.items()
        }
        assert wallets == expected
        kept = PointsLot.objects.order_by("pk").values_list(
            "transfer__key", "remaining", "expires_on"
        )
        modelled = {
            (lot.key, lot.left, lot.expires) for who in WHO for lot in self.people[who].lots
        }
        assert set(kept) == modelled

    @invariant()
    def nothing_is_negative_and_who_owes_has_nothing(self) -> None:
        for who, person in self.people.items():
            standing = lots.look(self.ids[who], self.today, "")
            assert min(standing.balance, standing.held, standing.debt, standing.available) >= 0
            assert not (standing.debt and standing.balance > standing.due)
            assert min([0, person.debt, *(lot.left for lot in person.lots)]) == 0
            assert not (person.debt and person.good(self.today))

    @invariant()
    def the_books_balance(self) -> None:
        assert list(ledger.differences()) == []
        told, people = ledger.totals(), self.people.values()
        assert told["issued"] == sum(person.issued for person in people)
        assert told["spent"] == sum(person.spent for person in people)
        assert told["expired"] + told["reversed"] == sum(person.gone for person in people)
        assert told["outstanding"] == sum(person.balance for person in people)


def test_the_ledger_is_the_models_whatever_happens():
    run_state_machine_as_test(LedgerMachine, settings=GATE)


@pytest.mark.parametrize("bug", ["held points are spent", "other lots do not repay"])
def test_the_machine_finds_a_planted_bug(monkeypatch, bug):
    if bug == "held points are spent":
        monkeypatch.setattr(
            lots.Standing, "available", property(lambda s: 0 if s.debt else s.balance - s.due)
        )
    else:
        monkeypatch.setattr("growth.debts.repay", lambda **facts: None)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run_state_machine_as_test(LedgerMachine, settings=GATE)
