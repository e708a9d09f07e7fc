"""Levels may fall on fixed days of the year only, as banks grade their customers twice a year."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("growth", "0016_milestones_and_badges_by_themselves")]

    operations = [
        migrations.AddField(
            "levelscheme",
            "falls_on",
            models.CharField(
                "levels fall only on", max_length=80, blank=True, default="", db_default=""
            ),
        ),
    ]
