"""Makes way for the partitions of the points transfers; 0005 refers to them anew."""

import django.db.models.deletion
from django.db import migrations, models


def to_transfer():
    return models.OneToOneField(
        db_constraint=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="growth.pointstransfer",
    )


class Migration(migrations.Migration):
    dependencies = [("benefits", "0003_redemption_names_benefit")]
    run_before = [("growth", "0012_parts_by_customer")]

    operations = [
        migrations.AlterField("redemption", "transfer", to_transfer()),
        migrations.AlterField("redemption", "refund", to_transfer()),
    ]
