"""Words for what the bank's systems send: event types, reasons and kinds as people say them."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth import pauses
from growth.models.points import REPAID

# Event types in use (contract section 3), as the end of "each time …".
EVENTS = {
    "app.logged_in": gettext_lazy("the customer logs in to the app"),
    "bill.paid": gettext_lazy("a bill is paid"),
    "card.bound": gettext_lazy("a card is bound"),
    "card.unbound": gettext_lazy("a card is unbound"),
    "creditcard.repaid": gettext_lazy("a credit card bill is repaid"),
    "customer.registered": gettext_lazy("the customer registers"),
    "identity.verified": gettext_lazy("the identity is verified"),
    "loan.repaid": gettext_lazy("a loan is repaid"),
    "payment.completed": gettext_lazy("a payment is made"),
    "payroll.received": gettext_lazy("a salary arrives"),
    "pension.received": gettext_lazy("a pension arrives"),
    "zone.visited": gettext_lazy("a zone is visited"),
}

# The same as things that are counted: "counts each … once per …".
COUNTED = {
    "app.logged_in": gettext_lazy("log-in"),
    "bill.paid": gettext_lazy("bill payment"),
    "card.bound": gettext_lazy("card bound"),
    "card.unbound": gettext_lazy("card unbound"),
    "creditcard.repaid": gettext_lazy("repayment"),
    "customer.registered": gettext_lazy("registration"),
    "identity.verified": gettext_lazy("verification"),
    "loan.repaid": gettext_lazy("loan repayment"),
    "payment.completed": gettext_lazy("payment"),
    "payroll.received": gettext_lazy("salary"),
    "pension.received": gettext_lazy("pension"),
    "zone.visited": gettext_lazy("visit"),
}

# Details of events that the bank's systems send, as people say them.
DETAILS = {
    "amount": gettext_lazy("amount"),
    "bill_month": gettext_lazy("bill month"),
    "card_type": gettext_lazy("kind of card"),
    "channel": gettext_lazy("channel"),
    "merchant": gettext_lazy("merchant"),
    "referee": gettext_lazy("friend invited"),
    "scene": gettext_lazy("scene"),
    "zone": gettext_lazy("zone"),
}

KINDS = {
    "once": gettext_lazy("Once in a customer's life"),
    "daily": gettext_lazy("Every day"),
    "weekly": gettext_lazy("Every week (Monday to Sunday)"),
    "monthly": gettext_lazy("Every calendar month"),
    "streak": gettext_lazy("Days in a row"),
    "cumulative": gettext_lazy("Again and again, each time the count or sum is full"),
    "milestones": gettext_lazy("Several rising targets, each once"),
    "choose": gettext_lazy("Some of several tasks, at choice"),
    "activity": gettext_lazy("Growth value for visits, up to so much a day"),
}

KINDS_SHORT = {
    "once": gettext_lazy("once"),
    "daily": gettext_lazy("daily"),
    "weekly": gettext_lazy("weekly"),
    "monthly": gettext_lazy("monthly"),
    "streak": gettext_lazy("days in a row"),
    "cumulative": gettext_lazy("cumulative"),
    "milestones": gettext_lazy("milestones"),
    "choose": gettext_lazy("some of several"),
    "activity": gettext_lazy("visits"),
}

REASONS = {
    "per_customer": gettext_lazy("the customer has had it as often as one may"),
    "completions": gettext_lazy("the task has been completed as often as it may in all"),
    "completions_a_day": gettext_lazy("the task has been completed as often as it may that day"),
    "points": gettext_lazy("the task's points are used up"),
    "implausible": gettext_lazy("implausible: one event would have completed it too often"),
    "budget_exhausted": gettext_lazy("the budget is used up"),
    "velocity": gettext_lazy("too many in too short a time"),
    "risk": gettext_lazy("held back by the risk check"),
    "risk_held": gettext_lazy("the risk check leaves it to a person"),
    "risk_denied": gettext_lazy("the risk check denied it"),
    "risk_sandbox": gettext_lazy("the risk check for trying things out denied it"),
    "excluded": gettext_lazy("the customer is rewarded for nothing"),
    "cancelled": gettext_lazy("cancelled by an operator"),
    "revoked": gettext_lazy("taken back by an operator"),
}

# Why tasks pause by themselves.
_EXHAUSTED = re.compile(r"budget (?P<code>[\w-]+) is (?P<how>exhausted|over)")

OPERATORS = [
    ("is", gettext_lazy("is")),
    ("is_not", gettext_lazy("is not")),
    ("in", gettext_lazy("is one of")),
    ("min", gettext_lazy("is at least")),
    ("max", gettext_lazy("is at most")),
    ("exists", gettext_lazy("is known")),
]


def event(event_type: str) -> str:
    """An event type as the end of "each time …"."""
    known = EVENTS.get(event_type)
    return str(known) if known else _("“{event}” happens").format(event=event_type)


def counted(event_type: str) -> str:
    """An event as a thing that is counted; “…” for a type of the bank's own."""
    known = COUNTED.get(event_type)
    return str(known) if known else _("“{event}”").format(event=event_type)


def detail(field: str) -> str:
    """A detail of an event; the bank's own name of it in words."""
    return str(DETAILS.get(field) or re.sub(r"[\W_]+", " ", field).strip())


def reason(code: str) -> str:
    """Why an award was refused."""
    return str(REASONS.get(code, code))


def transfer(reason: str) -> str:
    """What points were given or taken for: ours in words, an operator's own text as it is."""
    ours = {
        "adjustment": _("adjustment"),
        "grant": _("points for many customers"),
        REPAID: _("points owed"),
    }
    return ours.get(reason, reason)


def source(row: Any, found: Any) -> str:
    """What a transfer was for, where ``found`` is what ``queries.sources`` knows of it."""
    if found.name or found.code:
        return str(found.name or found.code)
    return _("expiry") if found.type == "expiry" else transfer(row.reason)


def pause(text: str) -> str:
    """Why a task is paused: what an operator wrote, or our own reason in words."""
    if text == pauses.PAUSED_WITH_ALL:
        return _("It was new while all tasks were paused.")
    found = _EXHAUSTED.fullmatch(text)
    if found is None:
        return text
    over = found["how"] == "over"
    said = _("The budget {code} is over.") if over else _("The budget {code} is used up.")
    return said.format(code=found["code"])


def amount(value: Any) -> str:
    """A number with its thousands apart."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def size(customers: int) -> str:
    """How many customers; small numbers are not told, they could point at a person."""
    if customers == 0:
        return _("no customer")
    if customers < 10:
        return _("fewer than 10 customers")
    return _("{n} customers").format(n=amount(customers))
