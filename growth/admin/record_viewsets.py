"""What happened: completions, bank events, rejected rows, points transfers. Read only."""

import json
from typing import Any

import django_filters
from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.widgets import Button

from growth import bodies, risk
from growth.admin import award_views, choices, dead_letters, names, words
from growth.admin.listing import (
    DayColumn,
    LinkColumn,
    ListView,
    PointsColumn,
    ReadOnlyViewSet,
    TagColumn,
)
from growth.models import (
    BankEvent,
    Customer,
    GrowthTask,
    PointsTransfer,
    RejectedRow,
    Segment,
    TaskCompletion,
)

STATUS_TONES = {"posted": "good", "claimable": "wait", "pending": "wait", "refused": "bad"}
KIND_TONES = {"earn": "good", "refund": "good", "redeem": "wait", "reverse": "bad"}


def customer_url(row: Any) -> str:
    """The page of a row's customer."""
    return reverse("customers:inspect", args=[row.customer_id])


class CustomerColumn(LinkColumn):
    """Links to the customer's page."""

    def __init__(self) -> None:
        super().__init__(
            "customer",
            label=_("Customer"),
            accessor="customer.ref",
            get_url=customer_url,
            model=Customer,
        )


class CustomerFilterSet(WagtailFilterSet):
    """Filters that every list of what customers did has."""

    customer = django_filters.CharFilter(
        label=_("Customer id"), field_name="customer__ref", lookup_expr="exact"
    )


def _between(field_name: str, label: Any) -> django_filters.DateFromToRangeFilter:
    return django_filters.DateFromToRangeFilter(
        label=label, field_name=field_name, widget=DateRangePickerWidget
    )


def _reasons() -> list[tuple[str, Any]]:
    """Our own reasons, and those of the bank's risk system that some completion has."""
    theirs = [code for code in risk.stored_reasons() if code not in words.REASONS]
    return [*words.REASONS.items(), *((code, code) for code in theirs)]


class CompletionFilterSet(CustomerFilterSet):
    task = django_filters.ModelChoiceFilter(label=_("Task"), queryset=GrowthTask.objects.all())
    status = django_filters.MultipleChoiceFilter(
        label=_("State"),
        choices=TaskCompletion.Status.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = django_filters.ChoiceFilter(label=_("Because"), choices=_reasons)
    day = _between("day", _("Day of the event"))
    segment = django_filters.ModelChoiceFilter(
        label=_("Segment"),
        field_name="customer__memberships__segment",
        queryset=Segment.objects.all(),
    )
    source = django_filters.CharFilter(
        label=_("Event source"), field_name="event__source", lookup_expr="exact"
    )

    class Meta:
        model = TaskCompletion
        fields: list[str] = []


class CompletionList(ListView):
    """What the filters show can be decided on at once, each row also by itself."""

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        query = self.request.GET.urlencode()
        decisions = award_views.DECISIONS.items() if self._may_decide else ()
        mine = [
            Button(decision.label, url=f"{reverse('award_decide', args=[what])}?{query}")
            for what, decision in decisions
        ]
        return [*super().header_more_buttons, *mine]

    @cached_property
    def _may_decide(self) -> bool:
        return bool(self.request.user.has_perm(award_views.RIGHT))

    @cached_property
    def columns(self) -> list[Any]:
        decide = LinkColumn(
            "decide",
            label="",
            accessor=lambda row: _t("Decide") if award_views.url_of(row) else "",
            get_url=award_views.url_of,
            model=TaskCompletion,
        )
        return [*self.list_display, *([decide] if self._may_decide else [])]


class CompletionViewSet(ReadOnlyViewSet):
    model = TaskCompletion
    name = "completions"
    url_prefix = "growth/completions"
    icon = "success"
    menu_label = _("Completions and refusals")
    inspect_view_enabled = False
    queryset = TaskCompletion.objects.select_related("customer", "task", "version")
    ordering = "-id"
    list_display = [
        CustomerColumn(),
        Column("task", label=_("Task")),
        TagColumn(
            "status",
            label=_("State"),
            accessor="get_status_display",
            raw="status",
            tones=STATUS_TONES,
        ),
        Column(
            "reason",
            label=_("Because"),
            accessor=lambda row: words.reason(row.reason) if row.reason else "",
        ),
        PointsColumn("points", label=_("Points")),
        PointsColumn("growth", label=_("Growth value")),
        DayColumn("day", label=_("Day of the event")),
        DayColumn("due_on", label=_("Held back until")),
        DayColumn("recorded_at", label=_("Recorded")),
    ]
    index_view_class = CompletionList
    search_fields = ["customer__ref__startswith"]
    filterset_class = CompletionFilterSet
    list_export = [
        "customer.ref", "task.code", "version.number", "get_status_display", "reason",
        "points", "growth", "benefit", "day", "due_on", "claim_by", "recorded_at",
    ]  # fmt: skip


class EventFilterSet(CustomerFilterSet):
    type = django_filters.CharFilter(label=_("Type"), lookup_expr="exact")
    counts = django_filters.BooleanFilter(
        label=_("Counts"),
        widget=forms.Select(choices=[("", "–"), ("true", _("yes")), ("false", _("reversed"))]),
    )
    waiting = django_filters.BooleanFilter(
        label=_("Settled"),
        field_name="settled_at",
        lookup_expr="isnull",
        exclude=True,
        widget=forms.Select(choices=[("", "–"), ("true", _("yes")), ("false", _("not yet"))]),
    )
    given_up = django_filters.BooleanFilter(
        label=_("Given up"),
        method="are_given_up",
        widget=forms.Select(choices=[("", "–"), ("true", _("yes"))]),
    )
    time = _between("time", _("Time"))

    def are_given_up(self, queryset: Any, name: str, value: bool) -> Any:
        """Events that wait for a person."""
        dead = queryset.filter(settled_at__isnull=True, next_attempt_at__isnull=True)
        return dead if value else queryset

    class Meta:
        model = BankEvent
        fields: list[str] = []


class EventInspectView(generic.InspectView):
    """A bank event with its details as a table, and what came of it."""

    template_name = "growth/admin/event_inspect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.object
        done = TaskCompletion.objects.filter(customer=event.customer_id, event=event)
        return {
            **super().get_context_data(**kwargs),
            "details": details(_whole_data(event)),
            "completions": done.select_related("task"),
            "what": words.event(event.type),
            "settled": dead_letters.said(event),
            "dead": dead_letters.is_dead(event),
            "may_retry": dead_letters.may_retry(self.request.user),
        }


def _whole_data(event: BankEvent) -> Any:
    """All of an event's data as long as it is kept; then what rules read of it."""
    body = bodies.whole(event.source, event.event_id)
    return json.loads(body) if body else event.data


def details(data: Any, prefix: str = "") -> list[tuple[str, str]]:
    """An event's data as pairs of name and value."""
    if isinstance(data, dict):
        return [
            pair
            for key, inner in data.items()
            for pair in details(inner, f"{prefix}.{key}" if prefix else key)
        ]
    if isinstance(data, list):
        return [(prefix, ", ".join(str(inner) for inner in data))]
    if isinstance(data, bool):
        return [(prefix, _t("yes") if data else _t("no"))]
    return [(prefix, "" if data is None else str(data))]


class BankEventViewSet(ReadOnlyViewSet):
    model = BankEvent
    name = "bank_events"
    url_prefix = "growth/events"
    icon = "history"
    menu_label = _("Bank events")
    queryset = BankEvent.objects.select_related("customer")
    ordering = "-id"
    inspect_view_class = EventInspectView
    list_display = [
        "type",
        CustomerColumn(),
        DayColumn("time", label=_("Time")),
        Column("source", label=_("Source")),
        TagColumn(
            "counts",
            label=_("Counts"),
            accessor=lambda row: _t("counts") if row.counts else _t("reversed"),
            raw="counts",
            tones={True: "good", False: "bad"},
        ),
        Column("settled", label=_("Settled"), accessor=dead_letters.said),
        DayColumn("received_at", label=_("Received")),
    ]
    search_fields = ["customer__ref__startswith", "event_id__exact"]
    filterset_class = EventFilterSet
    list_export = ["source", "event_id", "type", "customer.ref", "time", "received_at", "counts"]

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), *dead_letters.urls()]


class RejectedFilterSet(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=RejectedRow._meta.get_field("kind").choices
    )
    open = django_filters.BooleanFilter(
        label=_("Taken in since"),
        field_name="replayed_at",
        lookup_expr="isnull",
        exclude=True,
        widget=forms.Select(choices=[("", "–"), ("true", _("yes")), ("false", _("no"))]),
    )
    code = django_filters.CharFilter(label=_("Reason"), lookup_expr="exact")

    class Meta:
        model = RejectedRow
        fields: list[str] = []


class RejectedRowViewSet(ReadOnlyViewSet):
    model = RejectedRow
    name = "rejected_rows"
    url_prefix = "growth/rejected"
    icon = "warning"
    menu_label = _("Rejected rows")
    queryset = RejectedRow.objects.defer("row")
    ordering = "-id"
    inspect_view_fields = ["feed", "kind", "line", "code", "detail", "rejected_at", "replayed_at"]
    list_display = [
        Column("feed", label=_("File or sender")),
        PointsColumn("line", label=_("Line")),
        Column("kind", label=_("Kind"), accessor="get_kind_display"),
        Column("detail", label=_("What was wrong")),
        DayColumn("rejected_at", label=_("Rejected")),
        TagColumn(
            "replayed",
            label=_("Taken in since"),
            accessor=lambda row: _t("yes") if row.replayed_at else _t("no"),
            raw="replayed_at",
            tones={None: "bad"},
        ),
    ]
    inspect_view_enabled = False
    search_fields = ["feed", "detail"]
    filterset_class = RejectedFilterSet
    list_export = ["feed", "line", "kind", "code", "detail", "rejected_at", "replayed_at"]


class TransferFilterSet(CustomerFilterSet):
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=PointsTransfer.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    day = _between("day", _("Bank day"))

    class Meta:
        model = PointsTransfer
        fields: list[str] = []


class TransferList(ListView):
    """Names of tasks and benefits come in one query each for the whole list."""

    @cached_property
    def names_by_kind(self) -> dict[str, dict[str, str]]:
        """Names by code of what points are earned with and spent on."""
        return {"task": dict(choices.tasks()), "benefit": dict(names.benefits())}

    def what_for(self, row: PointsTransfer) -> str:
        """The task or benefit of a transfer, in words."""
        for kind, known in self.names_by_kind.items():
            if code := row.origin.get(kind):
                return known.get(code, code)
        expired = row.kind == PointsTransfer.Kind.EXPIRE
        return _t("expiry") if expired else words.transfer(row.reason)

    @cached_property
    def columns(self) -> list[Any]:
        return [
            Column("reason", label=_("For"), accessor=self.what_for)
            if column.name == "reason"
            else column
            for column in self.list_display
        ]


class TransferViewSet(ReadOnlyViewSet):
    model = PointsTransfer
    name = "transfers"
    url_prefix = "growth/transfers"
    icon = "resubmit"
    menu_label = _("Points transfers")
    index_view_class = TransferList
    inspect_view_enabled = False
    queryset = PointsTransfer.objects.select_related("customer")
    ordering = "-id"
    list_display = [
        CustomerColumn(),
        TagColumn("kind", label=_("Kind"), accessor="kind_label", raw="kind", tones=KIND_TONES),
        PointsColumn("signed_points", label=_("Points")),
        Column("reason", label=_("For")),
        DayColumn("day", label=_("Bank day")),
        DayColumn("posted_at", label=_("Posted")),
    ]
    search_fields = ["customer__ref__startswith"]
    filterset_class = TransferFilterSet
    list_export = ["id", "customer.ref", "kind", "signed_points", "reason", "day", "posted_at"]


VIEWSETS = [CompletionViewSet, BankEventViewSet, RejectedRowViewSet, TransferViewSet]
