"""The level scheme: its versions, the form of the next one with its preview, and badges."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from growth import bankday, levels
from growth.admin import level_form, level_words, words
from growth.admin.listing import ListView, ReadOnlyViewSet, RoomViewSet
from growth.admin.views import ProgramCreateView, outdated
from growth.errors import GrowthError, Outdated, ProgramFaults
from growth.levels import changes as level_changes
from growth.levels import program as level_program
from growth.levels.impact import Impact
from growth.levels.program import FIRST_DAY
from growth.models import LevelScheme
from growth.text import localized

BAR = 600  # width of the bar, in its own units


@dataclass(frozen=True)
class Part:
    """A part of the bar: so many customers, drawn from ``x`` on."""

    tone: str
    label: Any
    count: str
    x: str
    width: str


class LevelsCreateView(ProgramCreateView):
    """The next version, filled from the newest one; saving it asks for a second person.

    The first time it shows what the content would do to customers; sent again unchanged and with
    a reason, exactly that content becomes a change request.
    """

    page_title = _("Levels")
    page_subtitle = _("Change the levels")
    submit_button_active_label = _("One moment…")
    template_name = "growth/admin/levels_form.html"
    impact: Impact | None = None

    @property
    def submit_button_label(self) -> Any:
        """What the button does next."""
        return _("Send for review") if self.impact else _("See what it changes")

    def form_valid(self, form: Any) -> HttpResponse:
        if not form.differs():
            messages.success(self.request, gettext("Nothing is different from the levels now."))
            return HttpResponseRedirect(reverse(self.index_url_name))
        self.impact = level_changes.preview(form.payload)
        if form.is_confirmed():
            try:
                return self._send(form)
            except Outdated:
                form.add_error(None, outdated())
            except ProgramFaults as refusal:
                form.place(refusal.faults)
            except GrowthError as refusal:
                form.add_error(None, gettext(refusal.detail))
        self.form = form
        return self.render_to_response(self.get_context_data(form=form))

    def _send(self, form: Any) -> HttpResponse:
        assert self.impact is not None
        change = level_changes.propose(
            payload=form.payload,
            reason=form.cleaned_data["reason"].strip(),
            maker=self.request.user,
            found=self.impact,
        )
        messages.success(self.request, gettext("Sent for review. Somebody else has to approve it."))
        return HttpResponseRedirect(reverse("changes:inspect", args=[change.pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.impact is None:
            return context
        payload = self.form.payload
        names = {step["code"]: localized(step["name"]) for step in payload["levels"]["steps"]}
        stored = {level.code: str(level) for level in self.form.levels}
        names = stored | names
        return {
            **context,
            "impact": self.impact,
            "begins": date_format(self.impact.on, "DATE_FORMAT"),
            "parts": _parts(self.impact),
            "rows": [
                (names.get(before, before), names.get(after, after), words.amount(count),
                 before == after)
                for (before, after), count in self.impact.pairs.items()
            ],
            "at_risk": words.amount(self.impact.at_risk) if self.impact.at_risk else "",
            "margin": words.amount(self.impact.margin) if self.impact.margin else "",
            "digest": level_changes.digest(payload),
            "reason": self.form.cleaned_data["reason"],
            "asked": self.form.cleaned_data["confirmed"] == level_changes.digest(payload),
        }  # fmt: skip

    def get_breadcrumbs_items(self) -> list[Any]:
        index = {"url": reverse(self.index_url_name), "label": _("Levels")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_subtitle}]


def _parts(impact: Impact) -> list[Part]:
    """The bar: up, stay, down."""
    found, x = [], 0.0
    for tone, label, count in (
        ("good", _("go up"), impact.up),
        ("quiet", _("stay"), impact.stay),
        ("warm", _("go down"), impact.down),
    ):
        width = BAR * count / max(1, impact.customers)
        found.append(Part(tone, label, words.amount(count), f"{x:.1f}", f"{width:.1f}"))
        x += width
    return found


class LevelSchemeList(ListView):
    """Versions; the newest one is changed by asking for the next one."""

    @cached_property
    def add_item_label(self) -> str:
        return str(_("Change the levels"))


class LevelsInspectView(generic.InspectView):
    template_name = "growth/admin/levels_inspect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = level_words.given(level_program.dump_facts(self.object))
        return {
            **super().get_context_data(**kwargs),
            "levels": [
                (level, given.get(level.code, []))
                for level in self.object.levels.order_by("threshold")
            ],
            "fall_days": level_words.fall_days(self.object.falls_on.split()),
            "planned": self.object.effective_on > bankday.today(),
            "in_force": self.object == levels.current_scheme(),
        }


def _steps(scheme: LevelScheme) -> str:
    steps = sorted(scheme.levels.all(), key=lambda level: level.threshold)
    return " → ".join(f"{level} ({words.amount(level.threshold)})" for level in steps)


def _in_force(scheme: LevelScheme) -> str:
    """The first version counts for everything that came before it, too."""
    if scheme.effective_on <= FIRST_DAY:
        return gettext("the beginning")
    day = date_format(scheme.effective_on, "SHORT_DATE_FORMAT")
    if scheme.effective_on > bankday.today():
        return gettext("{day} (planned)").format(day=day)
    return day


class LevelSchemeViewSet(ReadOnlyViewSet):
    model = LevelScheme
    name = "levels"
    url_prefix = "growth/levels"
    icon = "order"
    menu_label = _("Levels")
    menu_order = 120
    ordering = "-version"
    queryset = LevelScheme.objects.prefetch_related("levels")
    index_view_class = LevelSchemeList
    list_display = [
        "__str__",
        Column("steps", label=_("Levels, with the growth value they start from"), accessor=_steps),
        Column("effective_on", label=_("In force from"), accessor=_in_force),
        Column("policy", label=_("When growth value falls"), accessor="get_policy_display"),
    ]
    add_view_class = LevelsCreateView
    inspect_view_class = LevelsInspectView
    edit_handler = level_form.panel

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_common_view_kwargs(**kwargs),
            "add_url_name": self.get_url_name("add"),
        }

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("new/", self.add_view, name="add")]

    def get_permissions_to_register(self) -> Any:
        return RoomViewSet.get_permissions_to_register(self)
