"""Each approval of a change request is a row of its own, written once and never by the maker."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# Who asked never approves; what was approved stands for ever.
GUARD = """
CREATE FUNCTION growth_refuse_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.checker_id = (SELECT maker_id FROM growth_changerequest WHERE id = NEW.change_id) THEN
        RAISE EXCEPTION 'nobody approves of their own request'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_person BEFORE INSERT ON growth_changeapproval
    FOR EACH ROW EXECUTE FUNCTION growth_refuse_own_approval();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON growth_changeapproval
    FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON growth_changeapproval
    FOR EACH STATEMENT EXECUTE FUNCTION growth_refuse_change();
"""
# The approvals that requests have named so far.
KNOWN = """
INSERT INTO growth_changeapproval (change_id, checker_id, digest, at)
SELECT id, first_checker_id, digest, coalesce(first_at, now()) FROM growth_changerequest
WHERE first_checker_id IS NOT NULL
UNION ALL
SELECT id, checker_id, digest, coalesce(decided_at, now()) FROM growth_changerequest
WHERE checker_id IS NOT NULL AND state IN ('approved', 'applied', 'failed')
"""
UNDO = """
DROP TRIGGER second_person ON growth_changeapproval;
DROP TRIGGER append_only ON growth_changeapproval;
DROP TRIGGER append_only_truncate ON growth_changeapproval;
DROP FUNCTION growth_refuse_own_approval();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("growth", "0017_levels_fall_on_fixed_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "digest",
                    models.BinaryField(
                        help_text="Hash of kind, subject and content.", max_length=32
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="approved at",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approved_by",
                        to="growth.changerequest",
                    ),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
            ],
            options={"verbose_name": "approval", "verbose_name_plural": "approvals"},
        ),
        migrations.AddConstraint(
            model_name="changeapproval",
            constraint=models.UniqueConstraint(
                fields=("change", "checker"), name="change_approval_once"
            ),
        ),
        migrations.RunSQL(GUARD, UNDO),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
