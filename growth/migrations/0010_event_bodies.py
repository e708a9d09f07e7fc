"""Whole event data, where it holds more than rules can read; a part a month, made by a job."""

from django.db import migrations

TABLE = """
CREATE TABLE growth_eventbody (
    source text NOT NULL,
    event_id text NOT NULL,
    received_at timestamp with time zone NOT NULL DEFAULT statement_timestamp(),
    data jsonb NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX event_body_identity ON growth_eventbody (source, event_id);
CREATE TABLE growth_eventbody_default PARTITION OF growth_eventbody DEFAULT;
DO $$
DECLARE start date;
BEGIN
    FOR ahead IN -1..2 LOOP
        start := date_trunc('month', now())::date + make_interval(months => ahead);
        EXECUTE format('CREATE TABLE %I PARTITION OF growth_eventbody FOR VALUES FROM (%L) TO (%L)',
            'growth_eventbody_' || to_char(start, 'YYYY_MM'), start, start + interval '1 month');
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("growth", "0009_inbox_partitions")]

    operations = [migrations.RunSQL(TABLE, "DROP TABLE growth_eventbody")]
