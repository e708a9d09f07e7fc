"""The form of a growth task: what counts, when it is done, what it brings."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.blocks import BlockField

from growth import drafts, registry
from growth.admin import choices, examples, faults, kind_spec, names, rules
from growth.admin.blocks import WhereBlock
from growth.admin.examples import ExampleSelect
from growth.admin.fields import day, whole
from growth.admin.kind_form import PLACES, KindFields
from growth.admin.saving import blocks_value, raw_value
from growth.admin.task_spec import EXPIRY, LIMITS, to_initial, to_row
from growth.admin.texts import LanguagesField, merged
from growth.models import GrowthTask, TaskDraft

# Streams of blocks -> field of the block that a fault of its last key belongs to.
_STREAMS: dict[str, dict[str, str]] = {
    "where": {"field": "name"} | dict.fromkeys(("is", "is_not", "in", "min", "max"), "value"),
    "milestones": {"target": "target", "reward": ""},
    "measures": {key: key for key in ("growth", "field", "each")},
}


class TaskForm(KindFields):
    """A task as a draft: it counts once a second person has approved it."""

    section = "tasks"
    places = {
        "code": "code",
        "name": "name",
        "kind": "kind",
        "event": "event",
        "where": "where",
        "target": "target",
        "sum_of": "sum_of",
        "distinct_by": "distinct_by",
        "segment": "segment",
        "requires": "requires",
        "starts": "starts",
        "ends": "ends",
        "claim": "claim",
        "reward.points": "reward_points",
        "reward.growth": "reward_growth",
        "reward.benefit": "reward_benefit",
        "points_expire": "expiry",
        "points_expire.after_days": "expiry_after",
        "points_expire.end_of_month_after": "expiry_after",
        **{f"limit.{key}": f"limit_{key}" for key in LIMITS},
        **PLACES,
    }

    name = LanguagesField(label=gettext_lazy("Name"))
    description = LanguagesField(
        label=gettext_lazy("How to do it"),
        long=True,
        required=False,
        help_text=gettext_lazy("A sentence for the customer."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("How often it can be completed"),
        choices=choices.kinds,
        widget=ExampleSelect(examples.KIND),
    )
    event = forms.CharField(
        label=gettext_lazy("What counts"),
        required=False,
        max_length=128,
        help_text=gettext_lazy("The bank's name of the event, such as card.bound."),
        widget=forms.TextInput({"list": "gz-events", "autocomplete": "off"}),
    )
    where = BlockField(
        WhereBlock(required=False),
        label=gettext_lazy("Only where"),
        required=False,
        help_text=gettext_lazy("All of these conditions on the event must hold."),
    )
    target = forms.DecimalField(
        label=gettext_lazy("Target"),
        required=False,
        initial=1,
        help_text=gettext_lazy(
            "How many events; for days in a row, how many days; where a field is added up, the sum."
        ),
    )
    sum_of = forms.CharField(
        label=gettext_lazy("Add up"),
        max_length=128,
        required=False,
        help_text=gettext_lazy(
            "A number of the event, such as amount. Left empty, events are counted. "
            "Only for tasks completed again and again."
        ),
    )
    distinct_by = forms.CharField(
        label=gettext_lazy("Count once for each"),
        max_length=128,
        required=False,
        help_text=gettext_lazy(
            "Example: bill_month – “counts each repayment once per bill month”."
        ),
    )
    icon = forms.ChoiceField(label=gettext_lazy("Icon"), choices=(), required=False)
    segment = forms.ChoiceField(label=gettext_lazy("Only for"), choices=(), required=False)
    requires = forms.MultipleChoiceField(
        label=gettext_lazy("Only after"),
        choices=choices.tasks,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tasks that the customer has completed before."),
    )
    starts = day(gettext_lazy("First day"))
    ends = day(gettext_lazy("Last day"))
    claim = forms.ChoiceField(
        label=gettext_lazy("How the reward is paid"),
        choices=[
            ("auto", gettext_lazy("At once")),
            ("manual", gettext_lazy("When the customer claims it")),
        ],
        widget=ExampleSelect(examples.CLAIM),
    )
    reward_points = whole(gettext_lazy("Points"))
    reward_growth = whole(
        gettext_lazy("Growth value"), gettext_lazy("Counts towards the level and is never spent.")
    )
    reward_benefit = forms.ChoiceField(label=gettext_lazy("Benefit"), choices=(), required=False)
    expiry = forms.ChoiceField(
        label=gettext_lazy("The points expire"),
        choices=EXPIRY,
        required=False,
        widget=ExampleSelect(examples.EXPIRY),
    )
    expiry_after = whole(
        gettext_lazy("After how many"), gettext_lazy("Days or months, as chosen before.")
    )
    limit_per_customer = whole(gettext_lazy("Completions for each customer"))
    limit_completions_a_day = whole(gettext_lazy("Completions a day, all customers"))
    limit_completions = whole(gettext_lazy("Completions in all"))
    limit_points = whole(gettext_lazy("Points in all"))

    def __init__(self, *args: Any, draft: TaskDraft | None = None, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        code = instance.code if instance is not None else draft.code if draft else ""
        self.draft = draft or (drafts.of(code) if code else None)
        self.live, self.token = drafts.live(code), drafts.token(code)
        self.filled_from = self.draft.document if self.draft else self.live
        super().__init__(*args, **kwargs)
        self.fields["link"].help_text = _("Where “Go” leads: /, app:// or https:// and so on.")
        self.fields["segment"].choices = choices.optional(choices.segments(), _("Every customer"))
        self.fields["reward_benefit"].choices = choices.optional(names.benefits(), _("None"))
        spec = self.stored_spec
        if self.filled_from:
            self.initial |= {"code": code, "name": spec["name"], **self.filled_from["own"]}
        self.initial |= to_initial(spec)
        self.fields["icon"].choices = _icons(self.initial.get("icon", ""))
        self._fill_streams(spec)
        if self.is_stored:
            self.fields["code"].disabled = True
            others = [row for row in choices.tasks() if row[0] != code]
            self.fields["requires"].choices = self.fields["choose_of"].choices = others

    def _fill_streams(self, spec: dict[str, Any]) -> None:
        raw = {
            "where": rules.from_where(spec.get("where") or []),
            "milestones": kind_spec.from_milestones(spec.get("milestones") or []),
            "measures": kind_spec.from_measures(spec.get("measures") or []),
        }
        self.initial |= {key: blocks_value(self.fields[key].block, raw[key]) for key in _STREAMS}

    @property
    def is_stored(self) -> bool:
        return bool(self.filled_from)

    @property
    def stored_spec(self) -> dict[str, Any]:
        """What the form is filled from: the draft, or else the live version."""
        return self.filled_from.get("task", {})

    def stored_facts(self) -> Any:
        return self.token

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not self.is_stored and (
            GrowthTask.objects.filter(code=code).exists() or drafts.of(code) is not None
        ):
            raise ValidationError(_("There is a task with this code already."))
        return code

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"]
        for check in registry.link_checks:
            check(link)
        return link

    def clean_target(self) -> int | float:
        target = self.cleaned_data["target"]
        return 1 if target is None else kind_spec.number(target)

    def clean(self) -> dict[str, Any]:
        expiry = self.cleaned_data.get("expiry")
        if expiry == "on" and self.cleaned_data.get("expiry_on") is None:
            self.add_error("expiry_on", _("Say on which day."))
        elif expiry and expiry != "on" and self.cleaned_data.get("expiry_after") is None:
            self.add_error("expiry_after", _("Say after how many."))
        return super().clean()

    def spec(self) -> dict[str, Any]:
        """The specification that the form says."""
        streams = {
            key: raw_value(self.fields[key].block, self.cleaned_data[key]) for key in _STREAMS
        }
        return to_row(self.cleaned_data, streams, self.stored_spec)

    def row(self) -> dict[str, Any]:
        stored = self.initial.get("name") if self.is_stored else {}
        return {
            **self.spec(),
            "code": self.cleaned_data["code"],
            "name": merged(stored, self.cleaned_data["name"]),
        }

    def own(self) -> dict[str, Any]:
        """What is saved beside the program: texts, link, icon and place."""
        cleaned = self.cleaned_data
        return {
            "description": merged(self.initial.get("description"), cleaned["description"]),
            "link": cleaned["link"],
            "icon": cleaned["icon"],
            "position": cleaned["position"] or 0,
        }

    def place(self, found: list[tuple[str, str]]) -> None:
        rest = []
        mine: dict[str, list[tuple[str, str]]] = {}
        for path, text in found:
            stream = path.removeprefix("tasks[0].").split("[")[0]
            if stream in _STREAMS and path.startswith(f"tasks[0].{stream}["):
                mine.setdefault(stream, []).append((path, faults.said(text)))
            else:
                rest.append((path, text))
        super().place(rest)
        for stream, said in mine.items():
            count = len(self.cleaned_data[stream])
            where = {f"tasks[0].{stream}[{index}]": (index,) for index in range(count)}
            self.add_error(stream, faults.in_stream(said, where, _STREAMS[stream]))

    def save_program(self, origin: str) -> Any:
        """Save the draft; None where the form says what is live already.

        Raises:
            GrowthError: as ``drafts.save`` does.
        """
        return drafts.save(row=self.row(), own=self.own(), editor=self.for_user, seen=self.token)


def _icons(kept: str) -> list[tuple[str, Any]]:
    """The icons that pages can draw; one that a file gave stays."""
    found = choices.optional(sorted(registry.task_icons, key=lambda row: str(row[1])))
    return found if kept in dict(found) else [*found, (kept, kept)]
