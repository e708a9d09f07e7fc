"""What customers earned, in parts by the hash of the customer: one customer's rows lie in one part.

Every unique index carries the customer. Foreign keys between the parts go from part to part, as
between plain tables: a key that refers to a partitioned table is checked through all of its parts,
which made settling a third slower.
"""

import django.db.models.deletion
from django.db import migrations, models

PARTS = 8
# Each before those that refer to it.
TABLES = (
    "growth_pointstransfer",
    "growth_pointslot",
    "growth_pointsallocation",
    "growth_growthentry",
    "growth_taskcompletion",
)
POSTED = ("growth_pointstransfer", "growth_pointsallocation", "growth_growthentry")
# Those whose rows refer to rows of the same customer: (table, column, what it refers to).
REFERENCES = (
    ("growth_pointslot", "transfer_id", "growth_pointstransfer"),
    ("growth_pointsallocation", "transfer_id", "growth_pointstransfer"),
    ("growth_pointsallocation", "lot_id", "growth_pointslot"),
)

# Also the customer of what has known its lot only.
CUSTOMERS = """
ALTER TABLE growth_pointsallocation ADD COLUMN customer_id bigint;
ALTER TABLE growth_pointsallocation DISABLE TRIGGER append_only;
UPDATE growth_pointsallocation a SET customer_id = l.customer_id
  FROM growth_pointslot l WHERE l.id = a.lot_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE growth_pointsallocation ALTER COLUMN customer_id SET NOT NULL;
ALTER TABLE growth_pointswriteoff ADD COLUMN customer_id bigint;
ALTER TABLE growth_pointswriteoff DISABLE TRIGGER append_only;
UPDATE growth_pointswriteoff o SET customer_id = l.customer_id
  FROM growth_pointslot l WHERE l.id = o.lot_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE growth_pointswriteoff ENABLE TRIGGER append_only;
ALTER TABLE growth_pointswriteoff ALTER COLUMN customer_id SET NOT NULL;
"""

APART = """
ALTER TABLE {table} RENAME TO {table}_whole;
ALTER TABLE {table}_whole ALTER COLUMN id DROP IDENTITY;
CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
  PARTITION BY HASH (customer_id);
CREATE SEQUENCE {table}_id_seq OWNED BY {table}.id;
ALTER TABLE {table} ALTER COLUMN id SET DEFAULT nextval('{table}_id_seq');
{parts}
INSERT INTO {table} SELECT * FROM {table}_whole;
SELECT setval('{table}_id_seq', coalesce(max(id), 1), max(id) IS NOT NULL) FROM {table}_whole;
DROP TABLE {table}_whole CASCADE;
ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (id, customer_id);
"""

INDEXES = """
ALTER TABLE growth_pointstransfer
  ADD CONSTRAINT transfer_key UNIQUE (key, customer_id),
  ADD CONSTRAINT transfer_customer FOREIGN KEY (customer_id) REFERENCES growth_customer (id)
    DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT transfer_source FOREIGN KEY (source_id) REFERENCES growth_wallet (id)
    DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT transfer_destination FOREIGN KEY (destination_id) REFERENCES growth_wallet (id)
    DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX transfer_by_customer ON growth_pointstransfer (customer_id, id DESC);
CREATE INDEX transfer_by_day ON growth_pointstransfer USING brin (day) WITH (autosummarize = on);

ALTER TABLE growth_pointslot
  ADD CONSTRAINT lot_of_transfer UNIQUE (transfer_id, customer_id),
  ADD CONSTRAINT lot_customer FOREIGN KEY (customer_id) REFERENCES growth_customer (id)
    DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX lot_spendable ON growth_pointslot (customer_id, expires_on, id) WHERE remaining > 0;
CREATE INDEX lot_expiring ON growth_pointslot (expires_on)
  WHERE remaining > 0 AND expires_on IS NOT NULL;

ALTER TABLE growth_pointsallocation
  ADD CONSTRAINT allocation_once UNIQUE (transfer_id, lot_id, customer_id);
CREATE INDEX allocation_by_lot ON growth_pointsallocation (lot_id);

ALTER TABLE growth_growthentry
  ADD CONSTRAINT growth_entry_key UNIQUE (key, customer_id),
  ADD CONSTRAINT growth_entry_customer FOREIGN KEY (customer_id) REFERENCES growth_customer (id)
    DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX growth_by_customer ON growth_growthentry (customer_id, day) INCLUDE (value);

ALTER TABLE growth_taskcompletion
  ADD CONSTRAINT completion_once UNIQUE (customer_id, task_id, key),
  ADD CONSTRAINT completion_customer FOREIGN KEY (customer_id) REFERENCES growth_customer (id)
    DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT completion_task FOREIGN KEY (task_id) REFERENCES growth_growthtask (id)
    DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT completion_version FOREIGN KEY (version_id) REFERENCES growth_taskversion (id)
    DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX completion_by_task ON growth_taskcompletion (task_id);
CREATE INDEX completion_by_day ON growth_taskcompletion USING brin (day);
CREATE INDEX completion_lapsing ON growth_taskcompletion (claim_by)
  WHERE status = 'claimable' AND claim_by IS NOT NULL;
CREATE INDEX completion_pending ON growth_taskcompletion (due_on) WHERE status = 'pending';

ALTER TABLE growth_pointswriteoff
  ADD CONSTRAINT write_off_lot FOREIGN KEY (lot_id, customer_id)
    REFERENCES growth_pointslot (id, customer_id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT write_off_customer FOREIGN KEY (customer_id) REFERENCES growth_customer (id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE growth_pointsdebt
  ADD CONSTRAINT debt_lot FOREIGN KEY (lot_id, customer_id)
    REFERENCES growth_pointslot (id, customer_id) DEFERRABLE INITIALLY DEFERRED;
"""


def apart():
    for table in TABLES:
        parts = "\n".join(
            f"CREATE TABLE {table}_{number} PARTITION OF {table}"
            f" FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {number});"
            for number in range(PARTS)
        )
        yield APART.format(table=table, parts=parts)


def references():
    for table, column, other in REFERENCES:
        for number in range(PARTS):
            yield (
                f"ALTER TABLE {table}_{number} ADD FOREIGN KEY ({column}, customer_id)"
                f" REFERENCES {other}_{number} (id, customer_id) DEFERRABLE INITIALLY DEFERRED;"
            )


def guards():
    """A part may be named in a statement of its own: it refuses to be emptied, too."""
    refuse = "EXECUTE FUNCTION growth_refuse_change();"
    for table in POSTED:
        yield (
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}"
        )
        for part in (table, *(f"{table}_{number}" for number in range(PARTS))):
            yield (
                f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {part}"
                f" FOR EACH STATEMENT {refuse}"
            )


TRANSFER, LOT = "growth.pointstransfer", "growth.pointslot"


def refers(to, field=models.ForeignKey, **options):
    return field(
        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to=to, **options
    )


OF_CUSTOMER = {"to": "growth.customer", "related_name": "+", "db_index": False}
STATE = [
    migrations.AddField(
        "pointsallocation", "customer", refers(**OF_CUSTOMER), preserve_default=False
    ),
    migrations.AddField(
        "pointswriteoff",
        "customer",
        models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, **OF_CUSTOMER),
        preserve_default=False,
    ),
    migrations.RemoveConstraint("growthentry", "growth_entry_key"),
    migrations.RemoveConstraint("pointsallocation", "allocation_once"),
    migrations.RemoveConstraint("pointstransfer", "transfer_key"),
    migrations.AlterField(
        "pointsallocation", "lot", refers(LOT, related_name="allocations")
    ),
    migrations.AlterField(
        "pointsallocation",
        "transfer",
        refers(TRANSFER, related_name="allocations", db_index=False),
    ),
    migrations.AlterField("pointsdebt", "lot", refers(LOT, related_name="debts", null=True)),
    migrations.AlterField("pointslot", "transfer", refers(TRANSFER, models.OneToOneField)),
    migrations.AlterField("pointswriteoff", "lot", refers(LOT, related_name="write_offs")),
    migrations.AlterField(
        "transferseal",
        "transfer",
        refers(TRANSFER, models.OneToOneField, primary_key=True, serialize=False),
    ),
    *(
        migrations.AddConstraint(table, models.UniqueConstraint(fields=fields, name=name))
        for table, name, fields in (
            ("growthentry", "growth_entry_key", ("key", "customer")),
            ("pointsallocation", "allocation_once", ("transfer", "lot", "customer")),
            ("pointstransfer", "transfer_key", ("key", "customer")),
        )
    ),
]


class Migration(migrations.Migration):
    dependencies = [("growth", "0011_exclusion_rows")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=STATE,
            database_operations=[
                migrations.RunSQL(
                    "\n".join([CUSTOMERS, *apart(), INDEXES, *references(), *guards()])
                )
            ],
        )
    ]
