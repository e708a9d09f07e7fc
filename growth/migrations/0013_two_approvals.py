"""Many points need two approvals, by two people who both differ from who asked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As in 0007, and now how many approvals it needs.
WAS = "kind, subject, payload, digest, reason, maker_id, asked_at"


def said_for_ever(columns):
    return (
        "DROP TRIGGER append_only ON growth_changerequest;"
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {columns} OR DELETE"
        " ON growth_changerequest FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("growth", "0012_parts_by_customer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="changerequest",
            name="approvals_needed",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, verbose_name="approvals needed"
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="first_at",
            field=models.DateTimeField(null=True, verbose_name="first approved at"),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="first_checker",
            field=models.ForeignKey(
                blank=True,
                help_text="Where two approvals are needed: who gave the first one.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="first approved by",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="first_comment",
            field=models.TextField(
                blank=True, db_default="", default="", verbose_name="first comment"
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("approvals_needed__in", [1, 2])),
                name="change_one_or_two_approvals",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_checker__isnull", True),
                    models.Q(("first_checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="change_first_is_not_the_maker",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "applied", "failed"]), _negated=True),
                    ("approvals_needed", 1),
                    models.Q(
                        ("first_checker__isnull", False),
                        models.Q(("first_checker", models.F("checker")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="change_approved_by_two",
            ),
        ),
        migrations.RunSQL(said_for_ever(f"{WAS}, approvals_needed"), said_for_ever(WAS)),
    ]
