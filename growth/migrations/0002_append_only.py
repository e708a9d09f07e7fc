"""What was earned is append-only: the database itself refuses to change or drop it."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION growth_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted; post a correction', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""

TABLES = (
    "growth_pointstransfer",
    "growth_pointsallocation",
    "growth_pointswriteoff",
    "growth_growthentry",
    "growth_levelchange",
)

EVENT_CONTENT = "source, event_id, type, customer_id, time, data, digest, segments, release"


def triggers():
    for table in TABLES:
        yield (
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();"
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION growth_refuse_change();",
            f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table};",
        )
    yield (
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {EVENT_CONTENT} OR DELETE"
        " ON growth_bankevent FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();"
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON growth_bankevent"
        " FOR EACH STATEMENT EXECUTE FUNCTION growth_refuse_change();",
        "DROP TRIGGER append_only ON growth_bankevent;"
        " DROP TRIGGER append_only_truncate ON growth_bankevent;",
    )


class Migration(migrations.Migration):
    dependencies = [("growth", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION growth_refuse_change();"),
        *(migrations.RunSQL(forward, backward) for forward, backward in triggers()),
    ]
