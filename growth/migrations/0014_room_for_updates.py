"""Rows that each event of a customer changes find room for their next version on their own page.

So an update enters no index anew, however many customers there are. Pages that are full already
get their room as they are written again.
"""

from django.db import migrations

PERCENT = {"growth_customer": 75, "growth_wallet": 80, "growth_taskprogress": 80}


class Migration(migrations.Migration):
    dependencies = [("growth", "0013_two_approvals")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} SET (fillfactor = {percent})",
            f"ALTER TABLE {table} RESET (fillfactor)",
        )
        for table, percent in PERCENT.items()
    ]
