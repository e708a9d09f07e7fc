"""A customer's level as they read it: what counts, what is next, what keeps it, what it brings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from growth import badge_images, bankday, levels, registry
from growth.levels.schemes import PLAIN_PERCENT, Keep, in_force
from growth.models import Badge, GrowthEntry, GrowthTask, Level
from growth.queries import program_now
from growth.sessions import Visitor
from growth.text import localized


@dataclass(frozen=True, slots=True)
class NextLevel:
    """The level above, how much growth value is missing, and what it brings."""

    code: str
    name: str
    needs: int
    privileges: tuple[str, ...]
    badge: badge_images.Image | None = None


@dataclass(frozen=True, slots=True)
class LevelStanding:
    """A customer's level and what it brings, line by line.

    ``keep`` is its last sure day and what keeps it for longer, None = no end in sight.
    ``points_percent`` is what it makes of a task's points.
    """

    code: str
    name: str
    growth_value: int
    next: NextLevel | None = None
    keep: Keep | None = None
    privileges: tuple[str, ...] = ()
    points_percent: int = PLAIN_PERCENT
    badge: badge_images.Image | None = None

    @property
    def keeps_until(self) -> date | None:
        """Last sure day."""
        return self.keep.by if self.keep else None


def level(visitor: Visitor) -> LevelStanding:
    """A customer's level, what counts towards it, and the level above."""
    rules, today = program_now()
    if not rules.schemes:
        return LevelStanding("", "", 0)
    scheme = in_force(rules.schemes, today)
    steps = list(Level.objects.filter(scheme=scheme.pk).order_by("threshold"))
    earned = levels.earned_by_day([visitor.customer_id]).get(visitor.customer_id, {})
    value = levels.history(rules.schemes, earned, today)[-1].value
    rank = min(visitor.level_rank, len(steps) - 1)
    mine, above = steps[rank], steps[rank + 1] if rank + 1 < len(steps) else None
    names = _Names([mine, above] if above else [mine])
    return LevelStanding(
        code=mine.code,
        name=localized(mine.name),
        growth_value=value,
        next=_next(above, value, names) if above else None,
        keep=levels.keeps(rules.schemes, earned, today) if rank else None,
        privileges=names.lines(mine),
        points_percent=mine.points_percent,
        badge=names.badge(mine),
    )


def _next(above: Level, value: int, names: "_Names") -> NextLevel:
    return NextLevel(
        code=above.code,
        name=localized(above.name),
        needs=max(0, above.threshold - value),
        privileges=names.lines(above),
        badge=names.badge(above),
    )


class _Names:
    """Badges and benefits that levels give; asked for only where some level does."""

    def __init__(self, steps: Iterable[Level]) -> None:
        given = {one for step in steps for one in step.gives}
        codes = {code for kind, code in given if kind == "badge"}
        rows = Badge.objects.filter(code__in=codes) if codes else ()
        self._badges = {row.code: row for row in rows}
        benefits = {code for kind, code in given if kind == "benefit"}
        read = registry.source_names.get("benefit")
        self._benefits = read(benefits) if benefits and read else {}

    def badge(self, step: Level) -> badge_images.Image | None:
        """The picture of the level's badge."""
        badge = self._badges.get(step.privileges.get("badge", ""))
        return badge_images.image_of(badge) if badge else None

    def lines(self, step: Level) -> tuple[str, ...]:
        """What a level brings: by itself, and what the bank says of it."""
        said = localized(step.brings).splitlines()
        return (*self._own(step), *(line.strip() for line in said if line.strip()))

    def _own(self, step: Level) -> Iterable[str]:
        if step.points_percent != PLAIN_PERCENT:
            times = f"{step.points_percent / 100:g}"
            yield _("{times} times the points for every task, rounded down").format(times=times)
        for kind, code in step.gives:
            if kind == "benefit":
                name = localized(self._benefits.get(code, {})) or code
                yield _("A present when you reach it: {benefit}").format(benefit=name)


@dataclass(frozen=True, slots=True)
class GrowthLine:
    """Growth value in or out; ``until`` is the last day on which it counts, None = for ever."""

    day: date
    name: str
    value: int
    until: date | None
    over: bool


def entries(customer_id: int) -> QuerySet[GrowthEntry]:
    """A customer's growth value in and out, the newest days first."""
    return GrowthEntry.objects.filter(customer_id=customer_id).order_by("-day", "-id")


def lines(rows: Iterable[GrowthEntry]) -> list[GrowthLine]:
    """Entries as people read them: by which task, and whether they count by today's scheme."""
    rows, today = list(rows), bankday.today()
    scheme = levels.current_scheme(today)
    tasks = GrowthTask.objects.filter(code__in={row.reason for row in rows})
    names = {code: localized(name) for code, name in tasks.values_list("code", "name")}
    ends = [counts_until(row.day, scheme.window_days if scheme else 0) for row in rows]
    return [
        GrowthLine(
            day=row.day,
            name=names.get(row.reason) or row.reason,
            value=row.value,
            until=until,
            over=until is not None and until < today,
        )
        for row, until in zip(rows, ends, strict=True)
    ]


def counts_until(day: date, window_days: int) -> date | None:
    """The last day on which growth value of ``day`` counts, None = for ever."""
    return day + timedelta(days=window_days - 1) if window_days else None


def level_name(code: str) -> str:
    """What the newest scheme calls a level, in the active language."""
    step = Level.objects.filter(code=code).order_by("-scheme__version").first()
    return localized(step.name) if step else ""
