"""When a worker took a back-test up: one that waited long has not lost its worker."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("growth", "0020_event_body_parts")]
    operations = [
        migrations.AddField(
            model_name="backtestrun",
            name="started_at",
            field=models.DateTimeField(null=True, verbose_name="started at"),
        ),
        migrations.RunSQL(
            "UPDATE growth_backtestrun SET started_at = asked_at WHERE state = 'running'",
            migrations.RunSQL.noop,
        ),
    ]
