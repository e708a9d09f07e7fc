"""Growth tasks: what the bank asks of customers, how far each is, what each completed."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from growth.text import localized


class ProgramRelease(models.Model):
    """One change of the growth program. Each event keeps the release it was taken in under."""

    released_at = models.DateTimeField(_("released at"), db_default=Now())
    origin = models.CharField(_("origin"), max_length=200, blank=True, default="")
    history = models.BooleanField(
        default=False, help_text=_("Its new versions also judge the events already stored.")
    )

    class Meta:
        verbose_name = _("program release")
        verbose_name_plural = _("program releases")

    def __str__(self) -> str:
        return str(self.pk)


class GrowthTask(models.Model):
    """A task for customers. What it asks and pays stands in its versions."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.JSONField(_("name"))
    description = models.JSONField(_("how to"), default=dict, blank=True)
    link = models.CharField(_("link"), max_length=200, blank=True, default="")
    icon = models.CharField(_("icon"), max_length=40, blank=True, default="")
    position = models.IntegerField(_("position"), default=0)
    # Without a live version it judges no events; resuming starts a version like the last one.
    paused = models.BooleanField(_("paused"), default=False, db_default=False)
    paused_because = models.CharField(
        _("paused because"), max_length=200, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return localized(self.name)


class TaskVersion(models.Model):
    """What a task asked and paid for the events of a range of releases; never edited.

    It judges events taken in under ``first_release <= release < end_release``.
    """

    task = models.ForeignKey(GrowthTask, models.PROTECT, related_name="versions")
    number = models.IntegerField(_("number"))
    spec = models.JSONField(_("specification"))
    first_release = models.IntegerField()
    end_release = models.IntegerField(null=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("task version")
        verbose_name_plural = _("task versions")
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="task_version_number"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(end_release__isnull=True), name="task_one_live_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} v{self.number}"


class TaskProgress(models.Model):
    """A customer's folded state in one task; always the same as folding all events again."""

    pk = models.CompositePrimaryKey("customer", "task")
    customer = models.ForeignKey("growth.Customer", models.CASCADE, related_name="progress")
    task = models.ForeignKey(GrowthTask, models.PROTECT, db_index=False)
    state = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("task progress")
        verbose_name_plural = _("task progress")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.task_id}"


class TaskCompletion(models.Model):
    """That a customer completed a task, once per ``key``.

    ``key`` is the first day of the period as yyyymmdd for daily, weekly and monthly tasks,
    a running number otherwise, and minus the event's id for what was implausible.
    """

    class Status(models.TextChoices):
        CLAIMABLE = "claimable", _("to be claimed")
        LAPSED = "lapsed", _("not claimed in time")
        PENDING = "pending", _("held back")
        POSTED = "posted", _("rewarded")
        REFUSED = "refused", _("refused")
        REVERSED = "reversed", _("reversed")

    customer = models.ForeignKey(
        "growth.Customer", models.PROTECT, related_name="completions", db_index=False
    )
    task = models.ForeignKey(GrowthTask, models.PROTECT, related_name="completions")
    key = models.BigIntegerField(_("key"))
    version = models.ForeignKey(TaskVersion, models.PROTECT, db_index=False)
    # No constraint: the inbox is partitioned by identity, and events are never deleted.
    event = models.ForeignKey(
        "growth.BankEvent",
        models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="completions",
    )
    day = models.DateField(_("day"), help_text=_("Bank day of the completing event."))
    points = models.IntegerField(_("points"))
    growth = models.IntegerField(_("growth value"))
    benefit = models.CharField(_("benefit"), max_length=64, blank=True, default="")
    badge = models.CharField(_("badge"), max_length=64, blank=True, default="", db_default="")
    times = models.BigIntegerField(_("times"), default=1)
    status = models.CharField(_("status"), max_length=12, choices=Status)
    reason = models.CharField(_("reason"), max_length=32, blank=True, default="")
    postings = models.IntegerField(default=1, help_text=_("Times it was posted."))
    pinned = models.BooleanField(
        default=False, help_text=_("Earned before its task was judged again over history.")
    )
    # The day on which limits and budgets count it; what was held back is paid later.
    posted_on = models.DateField(_("posted on"), null=True)
    claim_by = models.DateField(_("to be claimed by"), null=True)
    due_on = models.DateField(_("held back until"), null=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        constraints = [
            models.UniqueConstraint(fields=["customer", "task", "key"], name="completion_once"),
            models.CheckConstraint(
                condition=Q(points__gte=0, growth__gte=0, times__gte=1), name="completion_amounts"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(reason=""), name="completion_refusal_has_reason"
            ),
        ]
        indexes = [
            BrinIndex(fields=["day"], name="completion_by_day"),
            models.Index(
                fields=["claim_by"],
                name="completion_lapsing",
                condition=Q(status="claimable", claim_by__isnull=False),
            ),
            models.Index(fields=["reason"], name="completion_reasons", condition=~Q(reason="")),
            models.Index(
                fields=["due_on"], name="completion_pending", condition=Q(status="pending")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.task_id} {self.key}"


class TaskCounter(models.Model):
    """What a limited task has given, in all (no day) and by bank day of posting."""

    task = models.ForeignKey(GrowthTask, models.CASCADE, related_name="counters")
    day = models.DateField(_("day"), null=True)
    completions = models.BigIntegerField(default=0)
    points = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("task counter")
        verbose_name_plural = _("task counters")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "day"], nulls_distinct=False, name="task_counter_once"
            ),
            models.CheckConstraint(
                condition=Q(completions__gte=0, points__gte=0), name="task_counter_amounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.day or 'total'}"


class TaskDraft(models.Model):
    """A task as an editor is working on it, in the program file's form. It judges nothing."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    document = models.JSONField(_("draft"))
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("editor")
    )
    change = models.ForeignKey(
        "growth.ChangeRequest", models.SET_NULL, null=True, blank=True, related_name="drafts"
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("task draft")
        verbose_name_plural = _("task drafts")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class BacktestRun(models.Model):
    """A draft task tried on stored events, by a job; it writes nothing but this row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    document = models.JSONField(_("draft"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    done = models.BigIntegerField(_("events judged"), default=0)
    total = models.BigIntegerField(_("events"), default=0)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("error"), blank=True, default="")
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("back-test")
        verbose_name_plural = _("back-tests")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.first_day} - {self.last_day}"
