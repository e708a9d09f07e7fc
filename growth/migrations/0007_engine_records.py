"""What the engine records is append-only as well, and a change request says for ever what it said."""

from django.db import migrations

TABLES = ("growth_pointsdebt", "growth_transferseal")
CHANGE = "kind, subject, payload, digest, reason, maker_id, asked_at"


def append_only(table):
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();"
        f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION growth_refuse_change();",
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("growth", "0006_engine")]

    operations = [
        *map(append_only, TABLES),
        migrations.RunSQL(
            f"CREATE TRIGGER append_only BEFORE UPDATE OF {CHANGE} OR DELETE"
            " ON growth_changerequest FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();",
            "DROP TRIGGER append_only ON growth_changerequest;",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only_percent BEFORE UPDATE OF points_percent"
            " ON growth_bankevent FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();",
            "DROP TRIGGER append_only_percent ON growth_bankevent;",
        ),
    ]
