"""The inbox in parts, by the hash of the events' ids: identity stays unique over all of them.

PostgreSQL wants the partition's key in every unique index, so ``id`` has a plain one and completions
refer to it without a constraint: events are never deleted, a trigger sees to that.
"""

import django.db.models.deletion
from django.db import migrations, models

PARTS = 8
CONTENT = (
    "source, event_id, type, customer_id, time, data, digest, segments, release, points_percent"
)

APART = f"""
ALTER TABLE growth_bankevent RENAME TO growth_bankevent_whole;
ALTER TABLE growth_bankevent_whole ALTER COLUMN id DROP IDENTITY;
CREATE TABLE growth_bankevent (LIKE growth_bankevent_whole INCLUDING DEFAULTS)
  PARTITION BY HASH (event_id);
CREATE SEQUENCE growth_bankevent_id_seq OWNED BY growth_bankevent.id;
ALTER TABLE growth_bankevent
  ALTER COLUMN id SET DEFAULT nextval('growth_bankevent_id_seq');
"""

MOVE = """
INSERT INTO growth_bankevent SELECT * FROM growth_bankevent_whole;
SELECT setval('growth_bankevent_id_seq', coalesce(max(id), 1), max(id) IS NOT NULL)
  FROM growth_bankevent_whole;
DROP TABLE growth_bankevent_whole;
"""

INDEXES = """
CREATE INDEX event_number ON growth_bankevent (id);
CREATE INDEX event_by_customer ON growth_bankevent (customer_id, type, time);
CREATE INDEX event_by_time ON growth_bankevent USING brin (time);
CREATE INDEX event_unsettled ON growth_bankevent (next_attempt_at) WHERE settled_at IS NULL;
CREATE INDEX event_reversals ON growth_bankevent (target_source, target_event_id)
  WHERE target_event_id IS NOT NULL;
ALTER TABLE growth_bankevent
  ADD CONSTRAINT event_identity UNIQUE (source, event_id),
  ADD CONSTRAINT event_customer FOREIGN KEY (customer_id) REFERENCES growth_customer (id)
    DEFERRABLE INITIALLY DEFERRED;
"""

TRIGGERS = f"""
CREATE TRIGGER append_only BEFORE UPDATE OF {CONTENT} OR DELETE ON growth_bankevent
  FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON growth_bankevent
  FOR EACH STATEMENT EXECUTE FUNCTION growth_refuse_change();
"""


def parts():
    for number in range(PARTS):
        yield (
            f"CREATE TABLE growth_bankevent_{number} PARTITION OF growth_bankevent"
            f" FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {number});"
        )


def guards():
    """A part may be named in a statement of its own: it refuses to be emptied, too."""
    for number in range(PARTS):
        yield (
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON growth_bankevent_{number}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION growth_refuse_change();"
        )


class Migration(migrations.Migration):
    dependencies = [("growth", "0008_liability")]

    operations = [
        migrations.AlterField(
            model_name="taskcompletion",
            name="event",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="completions",
                to="growth.bankevent",
            ),
        ),
        migrations.RunSQL("\n".join([APART, *parts(), MOVE, INDEXES, TRIGGERS, *guards()])),
        migrations.AddIndex(
            model_name="bankevent",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)),
                fields=["customer"],
                name="event_waiting",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="has_reversals",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunSQL(
            """UPDATE growth_customer SET has_reversals = true WHERE id IN (
                 SELECT customer_id FROM growth_bankevent WHERE target_event_id IS NOT NULL)""",
            migrations.RunSQL.noop,
        ),
    ]
