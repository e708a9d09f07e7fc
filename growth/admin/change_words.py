"""Requests in plain words, for the person who decides: how it stands, and how it would."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from growth import adjustments, bankday, budget_changes, drafts, hold_requests, queries
from growth.admin.award_views import DECISIONS
from growth.admin.names import names
from growth.admin.task_sentences import expiry_lines, task_lines
from growth.admin.words import amount
from growth.budget_section import ALERT_PERCENT
from growth.errors import ExpiryOver, HoldReleased
from growth.models import ChangeRequest, TaskCompletion, Wallet
from growth.registry import Described
from growth.values import iso_date


def task(payload: dict[str, Any]) -> Described:
    """A draft beside the task as it is live."""
    code = payload["task"]["code"]
    current = drafts.live(code)
    warnings = []
    if drafts.is_outdated(payload):
        warnings.append(
            _("The live task has changed since this was sent. It cannot be applied any more.")
        )
    before = task_texts(current) if current else [_("This task does not exist yet.")]
    return Described(before, task_texts(payload), warnings)


def task_texts(document: Mapping[str, Any]) -> list[str]:
    """A draft's document, or the live task as one: what the customer reads, then the rule."""
    row, own = document["task"], document["own"]
    said = [*_texts(_("Name"), row["name"]), *_texts(_("How to do it"), own["description"])]
    if own["link"]:
        said.append(_("Link: {text}").format(text=own["link"]))
    if own["icon"]:
        said.append(_("Icon: {text}").format(text=own["icon"]))
    return [*said, *task_lines(row, names())]


def adjustment(payload: dict[str, Any]) -> Described:
    """Points given to or taken from one customer."""
    ref, points = payload["customer"], payload["points"]
    balance = Wallet.objects.filter(customer__ref=ref).values_list("balance", flat=True).first()
    before = _("{customer} holds {n} points.").format(customer=ref, n=amount(balance or 0))
    if points < 0:
        return Described(
            [before],
            [_("{n} points are taken from {customer}.").format(customer=ref, n=amount(-points))],
            [_("They do not hold that many.")] if (balance or 0) < -points else [],
        )
    gets = _("{customer} gets {n} points.").format(customer=ref, n=amount(points))
    return Described([before], [gets, *_funding(payload)], list(_too_late(payload)))


def hold(payload: dict[str, Any]) -> Described:
    """Points of one customer that are to stay where they are."""
    ref, points = payload["customer"], payload["points"]
    can_spend = queries.available_points(adjustments.customer_id_of(ref))
    before = _("{customer} can spend {n} points.").format(customer=ref, n=amount(can_spend))
    after = _("{n} points are held: they stay with {customer} and cannot be spent.")
    too_many = [_("They cannot spend that many, so this would fail.")] if can_spend < points else []
    return Described([before], [after.format(customer=ref, n=amount(points))], too_many)


def release(payload: dict[str, Any]) -> Described:
    """Held points that their customer is to spend again."""
    found, ref = hold_requests.hold_of(payload), payload["customer"]
    before = _("{n} points of {customer} are held since {day}: {reason}").format(
        n=amount(found.points),
        customer=ref,
        day=date_format(localtime(found.placed_at), "DATE_FORMAT"),
        reason=found.reason,
    )
    after = _("{customer} can spend them again.").format(customer=ref)
    gone = [_(HoldReleased().detail)] if found.released_at else []
    return Described([before], [after], gone)


def asked(change: ChangeRequest) -> str:
    """Who waits for which of a customer's points to be adjusted, held or released."""
    text = {
        hold_requests.HOLD: _("{maker} has asked to hold {points} points: {state}"),
        hold_requests.RELEASE: _("{maker} has asked to release {points} points: {state}"),
    }.get(change.kind, _("{maker} has asked for {points} points: {state}"))
    points, state = amount(change.payload["points"]), change.get_state_display()
    return text.format(maker=change.maker, points=points, state=state)


def bulk_grant(payload: dict[str, Any]) -> Described:
    """A file of points for many customers: what it says in all, and its largest lines."""
    run, lines = adjustments.dry_run(payload), payload["lines"]
    file = _("The file “{file}”: {n} lines, {points} points in all.").format(
        file=payload["file"], n=amount(len(lines)), points=amount(adjustments.bulk_points(payload))
    )
    said = [file, *_funding(payload)]
    if not run.given_before:
        gets = ngettext(
            "{n} customer gets points, {points} in all.",
            "{n} customers get points, {points} in all.",
            run.customers,
        )
        said.append(gets.format(n=amount(run.customers), points=amount(run.points)))
    said.append(_("The largest lines:"))
    text = _("{customer} gets {n} points.")
    said += [
        text.format(customer=line.customer, n=amount(line.points))
        for line in adjustments.largest(payload)
    ]
    return Described([], said, [*_too_late(payload), *dry_run_warnings(run)])


# What has become of a line of a file.
RESULTS = {
    "given": gettext_lazy("given"),
    "given_before": gettext_lazy("given before"),
    "unknown": gettext_lazy("the customer was not known"),
    "not_given": gettext_lazy("not given"),
}


def bulk_lines(change: Any) -> Iterator[tuple[Any, ...]]:
    """All lines of a file as a table, with what has become of each."""
    yield _("Line"), _("Customer"), _("Points"), _("Reason"), _("Result")
    for number, line, result in adjustments.results(change):
        yield number, *line, str(RESULTS[result])


def award_decision(payload: dict[str, Any]) -> Described:
    """A decision on many awards: what it does, to how many, and the largest of them."""
    decision, rows = (
        DECISIONS[payload["what"]],
        TaskCompletion.objects.filter(pk__in=payload["ids"]),
    )
    said = [
        f"{decision.label}: {decision.hint}",
        _("Awards: {n}, {points} points in all.").format(
            n=amount(len(payload["ids"])), points=amount(payload["points"])
        ),
        _("The largest of them:"),
    ]
    for row in rows.select_related("customer", "task").order_by("-points", "pk")[:10]:
        text = _("{customer}: {task}, {n} points")
        said.append(text.format(customer=row.customer.ref, task=row.task, n=amount(row.points)))
    ready = rows.filter(status__in=decision.states).count()
    waits = _("{n} of them are in no state for it (any more) and are passed over.")
    passed = len(payload["ids"]) - ready
    return Described([], said, [waits.format(n=amount(passed))] if passed else [])


def budget(payload: dict[str, Any]) -> Described:
    """A budget as it was asked for, beside how it stands."""
    current = budget_changes.stored(payload["budget"]["code"])
    before = _budget_lines(current) if current else [_("This budget does not exist yet.")]
    warnings = []
    if budget_changes.is_outdated(payload):
        warnings.append(
            _("The budget has changed since this was sent. It cannot be applied any more.")
        )
    return Described(before, _budget_lines(payload["budget"]), warnings)


def _budget_lines(row: Mapping[str, Any]) -> list[str]:
    said = [
        *_texts(_("Name"), row["name"]),
        _("It may give {n} points in all.").format(n=amount(row["points"])),
    ]
    if code := row.get("cost_centre"):
        said.append(_("Cost centre: {code}").format(code=code))
    for key, text in (
        ("starts", _("It gives nothing before {day}.")),
        ("ends", _("It gives nothing after {day}.")),
    ):
        if day := iso_date(row.get(key)):
            said.append(text.format(day=date_format(day, "DATE_FORMAT")))
    if row.get("programme"):
        said.append(_("Every award draws on it, too."))
    percent = row.get("alert_percent") or ALERT_PERCENT
    return [*said, _("It alerts at {n} %.").format(n=percent)]


def dry_run_warnings(run: adjustments.DryRun) -> list[str]:
    """What of a file is passed over."""
    said = []
    if run.unknown:
        text = ngettext(
            "{n} customer is not known and gets nothing: {which}",
            "{n} customers are not known and get nothing: {which}",
            run.unknown,
        )
        which = ", ".join(run.unknown_sample) + (
            " …" if run.unknown > len(run.unknown_sample) else ""
        )
        said.append(text.format(n=amount(run.unknown), which=which))
    if run.given_before:
        text = ngettext(
            "{n} line of this file was given before and is not given again.",
            "{n} lines of this file were given before and are not given again.",
            run.given_before,
        )
        said.append(text.format(n=amount(run.given_before)))
        said.append(_("If it is meant to be given once more, say another reason in its lines."))
    return said


def outcome(change: Any) -> list[str]:
    """What came of a request."""
    found = change.outcome
    said = list(found.get("changes", []))
    if "decided" in found:
        said.append(_("Awards done with: {n}.").format(n=amount(found["decided"])))
    if "given" in found:
        said.append(
            _("{done} of the lines are done: {points} points given in {n} lines.").format(
                done=amount(found["done"]), points=amount(found["points"]), n=amount(found["given"])
            )
        )
        if found["unknown"]:
            text = _("{n} lines name customers who are not known.")
            said.append(text.format(n=amount(found["unknown"])))
        if found["given_before"]:
            text = _("{n} lines had been given before.")
            said.append(text.format(n=amount(found["given_before"])))
    if "error" in found:
        said.append(_("It failed: {reason}").format(reason=_(found["error"])))
    return said


def _too_late(payload: Mapping[str, Any]) -> Iterable[str]:
    if adjustments.is_over(payload, bankday.today()):
        yield _(ExpiryOver().detail)


def _funding(payload: Mapping[str, Any]) -> list[str]:
    return [
        _("Cost centre: {code}").format(code=payload["cost_centre"]),
        *expiry_lines(payload["points_expire"]),
    ]


def _texts(label: str, texts: Mapping[str, str]) -> list[str]:
    return [
        _("{label} ({language}): {text}").format(
            label=label, language=get_language_info(code)["name_local"], text=text
        )
        for code, text in texts.items()
        if text
    ]
