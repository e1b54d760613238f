import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("scope", models.CharField(choices=[("task", "Task"), ("step", "Step")], max_length=4)),
                ("duration", models.DurationField()),
                ("started_at", models.DateTimeField()),
                ("target_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                ("breached_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("stopped_at__isnull", True)), fields=["target_at", "id"], name="clock_running")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("target_at__gte", models.F("started_at"))), name="target_after_start")
                ],
            },
        ),
    ]
