"""What was reached is remembered by its target and what is owed by its badge, not by places in a
list that editors change."""

from django.db import migrations, models

TOPS = """
UPDATE growth_taskprogress p SET state = (p.state - 'reached') || CASE
    WHEN (p.state->>'reached')::int > 0 THEN jsonb_build_object('top',
      v.spec->'milestones'->((p.state->>'reached')::int - 1)->>'target')
    ELSE '{}' END
FROM growth_taskversion v
WHERE p.state ? 'reached' AND v.task_id = p.task_id AND v.number = (
  SELECT max(number) FROM growth_taskversion n
  WHERE n.task_id = p.task_id AND n.spec ? 'milestones');
"""

BADGES = """
UPDATE growth_taskcompletion c SET badge = coalesce(
    v.spec->'milestones'->(c.key - 1)::int->'reward'->>'badge', v.spec->'reward'->>'badge', '')
FROM growth_taskversion v
WHERE v.id = c.version_id AND c.status IN ('claimable', 'pending') AND c.key BETWEEN 1 AND 10000;
"""


class Migration(migrations.Migration):
    dependencies = [("growth", "0015_budgets_say_what_is_left")]

    operations = [
        migrations.AddField(
            "taskcompletion",
            "badge",
            models.CharField(
                "badge", max_length=64, blank=True, default="", db_default=""
            ),
        ),
        migrations.RunSQL(TOPS, migrations.RunSQL.noop),
        migrations.RunSQL(BADGES, migrations.RunSQL.noop),
    ]
