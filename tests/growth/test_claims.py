"""What is completed: claimed by hand where that is asked for, and paid with benefits."""

from unittest import mock

import pytest

from growth import claims, registry
from growth.errors import NotFound, NothingToClaim
from tests.growth import world
from tests.growth.test_tasks import done
from tests.growth.world import balance, completions, event, load, reversal, take, task
from tests.growth.world import take_one_by_one as deliver

pytestmark = pytest.mark.usefixtures("programme")


class TestClaims:
    def claim(self, code: str = "t", ref: str = "ada") -> list[str]:
        rows = claims.claim_task(customer_id=world.customer(ref).pk, code=code)
        return [row.status for row in rows]

    def test_a_claim_posts_all_that_waits_and_only_once(self):
        load(task(kind="cumulative", claim="manual"))
        take(event(), event())
        assert (completions(), balance()) == (2, 0)

        assert self.claim() == ["posted", "posted"]
        assert balance() == 20
        with world.refused(NothingToClaim):
            self.claim()
        take(event())
        assert (balance(), self.claim(), balance()) == (20, ["posted"], 30)

    def test_nobody_claims_what_is_not_theirs_or_not_there(self):
        load(task(claim="manual"), task("auto"))
        deliver(event(), event("b.done", who="bob"))
        with world.refused(NothingToClaim):
            self.claim(ref="bob")
        with world.refused(NothingToClaim):
            self.claim("auto")
        with world.refused(NotFound):
            self.claim("no-such-task")

    def test_what_is_reversed_can_no_longer_be_claimed(self):
        load(task(kind="cumulative", claim="manual"))
        first, second = event(), event()
        take(first, second)
        take(reversal(first))
        assert (self.claim(), balance()) == (["posted"], 10)
        take(reversal(second))
        assert (balance(), world.differences()) == (0, [])

    def test_a_claim_pays_what_was_promised_when_it_was_earned(self):
        load(task(claim="manual", reward={"points": 30}))
        take(event())
        load(task(claim="manual", reward={"points": 1}))
        self.claim()
        assert balance() == 30

    def test_a_claim_that_lifts_the_level_lifts_into_its_segments(self):
        load(
            task(claim="manual", reward={"growth": 100}),
            levels=world.levels(),
            segments=[world.segment("risen", {"level": {"min": "mid"}})],
        )
        take(event())
        assert world.members("risen") == set()
        self.claim()
        assert (world.level(), world.members("risen")) == ("mid", {"ada"})


class Payer:
    """Stands for the room that keeps benefits."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[int, str]] = {}
        self.log: list[str] = []

    def pay(self, *, customer_id: int, code: str, key: str) -> None:
        assert key not in self.held
        self.held[key] = customer_id, code
        self.log.append(f"+{code}")

    def take_back(self, *, customer_id: int, key: str) -> None:
        holder, code = self.held.pop(key)
        assert holder == customer_id
        self.log.append(f"-{code}")

    def check(self, rows, **known) -> list:
        return []

    def codes(self, rows) -> set[str]:
        return {"coffee", "tea"}

    def apply(self, rows) -> list[str]:
        return []

    def dump(self) -> list:
        return []


class TestBenefits:
    @pytest.fixture
    def payer(self):
        payer = Payer()
        with (
            mock.patch.dict(registry.program_sections, {"benefits": payer}),
            mock.patch.dict(registry.reward_payers, {"benefit": payer.pay}),
            mock.patch.dict(registry.reward_reversers, {"benefit": payer.take_back}),
        ):
            yield payer

    def test_a_benefit_is_paid_with_the_points_and_once(self, payer):
        load(task(reward={"points": 5, "benefit": "coffee"}))
        done = event()
        deliver(done, done, event())
        assert payer.log == ["+coffee"]
        assert payer.held.popitem()[1] == (world.customer().pk, "coffee")

    def test_it_goes_with_its_cause_and_comes_back_with_it(self, payer):
        load(task(reward={"benefit": "coffee"}))
        done = event()
        undone = reversal(done)
        deliver(done, undone, reversal(undone))
        assert payer.log == ["+coffee", "-coffee", "+coffee"]
        assert len(payer.held) == 1

    def test_a_late_event_that_completes_in_its_stead_changes_nothing(self, payer):
        load(task(reward={"benefit": "coffee"}))
        deliver(*done("2025-01-02", "2025-01-01"))
        assert payer.log == ["+coffee"]

    def test_what_was_handed_out_stays_when_a_late_event_comes_under_a_new_version(self, payer):
        load(task(reward={"points": 10, "benefit": "coffee"}))
        first = event(when="2025-01-02")
        take(first)
        load(task(reward={"points": 3, "benefit": "tea"}))
        late = event(when="2025-01-01")
        take(late)
        assert (payer.log, balance()) == (["+coffee"], 3)

        deliver(reversal(late), reversal(first))

        assert (payer.log, balance()) == (["+coffee", "-coffee"], 0)
        assert world.differences() == []

    def test_a_refused_or_unclaimed_completion_pays_no_benefit(self, payer):
        load(
            task("a", reward={"benefit": "coffee"}, limit={"completions": 0}),
            task("b", reward={"benefit": "tea"}, claim="manual"),
        )
        take(event())
        assert payer.log == []
        claims.claim_task(customer_id=world.customer().pk, code="b")
        assert payer.log == ["+tea"]
