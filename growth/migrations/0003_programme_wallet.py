"""The programme's wallet: the other side of every customer's points."""

from django.db import migrations


def add_wallet(apps, schema_editor):
    apps.get_model("growth", "Wallet").objects.get_or_create(customer=None, balance=None)


class Migration(migrations.Migration):
    dependencies = [("growth", "0002_append_only")]

    operations = [migrations.RunPython(add_wallet, migrations.RunPython.noop)]
