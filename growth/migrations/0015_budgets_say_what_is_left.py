"""Whether a budget is used up is what its figures say; no mark of it can grow stale."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("growth", "0014_room_for_updates")]

    operations = [migrations.RemoveField("budget", "exhausted_at")]
