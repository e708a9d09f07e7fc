"""What benefits add to growth's registries."""

from benefits import imports, queries, reconcile, redemption
from benefits.section import BenefitsSection
from growth import registry


def register() -> None:
    """Called once, when the apps are ready."""
    registry.program_sections["benefits"] = BenefitsSection()
    registry.reward_payers["benefit"] = pay
    registry.reward_reversers["benefit"] = take_back
    registry.reward_grants["benefit"] = queries.reward_grants
    registry.reward_prices["benefit"] = queries.prices
    registry.report_parts["benefits"] = queries.report
    registry.reconcilers["benefits"] = reconcile.differences
    registry.points_causes["redemption"] = reconcile.CAUSE
    registry.replayers["code"] = imports.replay
    registry.source_names["benefit"] = queries.names


def pay(*, customer_id: int, code: str, key: str) -> None:
    """A reward that is a benefit, inside the award's transaction."""
    redemption.grant(customer_id=customer_id, benefit_code=code, key=key)


def take_back(*, customer_id: int, key: str) -> None:
    """Undo a reward whose cause was reversed, as far as it is unused."""
    redemption.revoke(customer_id=customer_id, key=key)
