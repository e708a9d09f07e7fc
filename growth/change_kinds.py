"""The kinds of changes that growth itself lets a second person decide on."""

from django.utils.translation import gettext_lazy as _

from growth import adjustments, award_decisions, budget_changes, drafts, hold_requests, registry
from growth.admin import change_words
from growth.registry import ChangeKind

KINDS = {
    drafts.KIND: ChangeKind(
        label=_("Task"),
        permission="growth.change_growthtask",
        validate=drafts.validate,
        apply=drafts.apply,
        describe=change_words.task,
    ),
    adjustments.ADJUSTMENT: ChangeKind(
        label=_("Adjustment of points"),
        permission="growth.view_customer",
        validate=adjustments.validate_adjustment,
        apply=adjustments.apply_adjustment,
        describe=change_words.adjustment,
        points=adjustments.adjusted_points,
    ),
    hold_requests.HOLD: ChangeKind(
        label=_("Hold on points"),
        permission="growth.view_customer",
        validate=hold_requests.validate_hold,
        apply=hold_requests.apply_hold,
        describe=change_words.hold,
    ),
    hold_requests.RELEASE: ChangeKind(
        label=_("Release of held points"),
        permission="growth.view_customer",
        validate=hold_requests.validate_release,
        apply=hold_requests.apply_release,
        describe=change_words.release,
    ),
    adjustments.BULK_GRANT: ChangeKind(
        label=_("Points for many customers"),
        permission="growth.change_budget",  # who answers for budgets, not who helps one customer
        validate=adjustments.validate_bulk,
        apply=adjustments.apply_bulk,
        describe=change_words.bulk_grant,
        by_job=True,
        points=adjustments.bulk_points,
    ),
    award_decisions.KIND: ChangeKind(
        label=_("Decision on awards"),
        permission="growth.change_taskcompletion",
        validate=award_decisions.validate,
        apply=award_decisions.apply,
        describe=change_words.award_decision,
        by_job=True,
        points=award_decisions.points,
    ),
    budget_changes.KIND: ChangeKind(
        label=_("Budget"),
        permission="growth.change_budget",
        validate=budget_changes.validate,
        apply=budget_changes.apply,
        describe=change_words.budget,
    ),
}


def register() -> None:
    """Fill the registry; called once, at start."""
    registry.change_kinds |= KINDS
    registry.points_causes |= {
        adjustments.ADJUSTMENT: adjustments.ADJUSTED_BY,
        adjustments.BULK_GRANT: adjustments.GRANTED_BY,
    }
