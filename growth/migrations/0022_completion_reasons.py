"""The reasons that completions have are found without reading them all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("growth", "0021_backtest_started")]
    operations = [
        migrations.AddIndex(
            model_name="taskcompletion",
            index=models.Index(
                condition=models.Q(("reason", ""), _negated=True),
                fields=["reason"],
                name="completion_reasons",
            ),
        ),
    ]
