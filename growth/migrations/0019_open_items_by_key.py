"""An open item is known by what it is about, not by its figures; it has an owner and who closed it."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


def operator(label, **options):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=label,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("growth", "0018_change_approvals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("openitem", "key", models.TextField(db_default="", default="")),
        migrations.AddField("openitem", "closed_by", operator("closed by")),
        migrations.AddField("openitem", "owner", operator("who works on it", blank=True)),
        migrations.RunSQL("UPDATE growth_openitem SET key = text", migrations.RunSQL.noop),
        migrations.RemoveConstraint("openitem", "open_item_once"),
        migrations.AddConstraint(
            "openitem",
            models.UniqueConstraint(
                django.db.models.functions.text.MD5("key"),
                condition=models.Q(("closed_at__isnull", True)),
                name="open_item_once",
            ),
        ),
    ]
