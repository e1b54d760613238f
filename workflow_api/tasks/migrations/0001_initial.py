import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import engine.state


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("sla", "0001_initial"),
        ("workflows", "0001_initial"),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="Rotation",
            fields=[
                ("key", models.CharField(max_length=130, primary_key=True, serialize=False)),
                ("turns", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("ticket_version", models.PositiveIntegerField()),
                ("priority", models.CharField(max_length=8)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            (engine.state.RunStatus["NEW"], engine.state.RunStatus["NEW"]),
                            (engine.state.RunStatus["RUNNING"], engine.state.RunStatus["RUNNING"]),
                            (engine.state.RunStatus["COMPLETED"], engine.state.RunStatus["COMPLETED"]),
                            (engine.state.RunStatus["CANCELLED"], engine.state.RunStatus["CANCELLED"]),
                        ],
                        max_length=10,
                    ),
                ),
                ("end", models.CharField(blank=True, max_length=60)),
                ("last_token", models.PositiveIntegerField(default=0)),
                ("last_visit", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clock",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="task", to="sla.clock"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_tasks",
                        to="directory.person",
                    ),
                ),
                (
                    "pinned",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="workflows.workflowversion"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskItem",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("visit", models.PositiveIntegerField()),
                ("step", models.CharField(max_length=60)),
                ("role", models.CharField(max_length=120)),
                ("origin", models.CharField(max_length=12)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("in_progress", "in_progress"),
                            ("held", "held"),
                            ("done", "done"),
                            ("escalated", "escalated"),
                            ("transferred", "transferred"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                ("assigned_at", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by_id", models.UUIDField(blank=True, null=True)),
                ("closed_by_name", models.CharField(blank=True, max_length=150)),
                ("transition", models.CharField(blank=True, max_length=60)),
                ("note", models.TextField(blank=True)),
                ("hold_reason", models.TextField(blank=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="items", to="directory.person"
                    ),
                ),
                (
                    "clock",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="items", to="sla.clock"
                    ),
                ),
                ("task", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="items", to="tasks.task")),
            ],
        ),
        migrations.CreateModel(
            name="TicketCopy",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("number", models.CharField(blank=True, max_length=20)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("requester_id", models.UUIDField(default=uuid.UUID("00000000-0000-0000-0000-000000000000"))),
                ("requester_name", models.CharField(blank=True, max_length=150)),
                ("category", models.CharField(blank=True, max_length=60)),
                ("subcategory", models.CharField(blank=True, max_length=60)),
                ("department", models.CharField(blank=True, max_length=100)),
                ("priority", models.CharField(blank=True, max_length=8)),
                ("status", models.CharField(blank=True, max_length=12)),
                ("wanted_version", models.PositiveIntegerField(default=0)),
                ("wanted_since", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "ticket copies",
                "indexes": [
                    models.Index(fields=["number"], name="ticket_number"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("subject"), name="gin_trgm_ops"),
                        name="ticket_subject",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="task",
            name="ticket",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="tasks.ticketcopy"),
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField()),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="turns", to="directory.person")),
                ("rotation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="given", to="tasks.rotation")),
            ],
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=300)),
                ("since", models.DateTimeField()),
                (
                    "item",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="waiting", to="tasks.taskitem"
                    ),
                ),
                ("ticket", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="waiting", to="tasks.ticketcopy")),
            ],
            options={
                "verbose_name_plural": "waiting",
            },
        ),
        migrations.AddIndex(
            model_name="taskitem",
            index=models.Index(fields=["assignee", "-entered_at", "-id"], name="item_assignee"),
        ),
        migrations.AddIndex(
            model_name="taskitem",
            index=models.Index(fields=["-entered_at", "-id"], name="item_newest"),
        ),
        migrations.AddConstraint(
            model_name="taskitem",
            constraint=models.UniqueConstraint(fields=("task", "number"), name="one_item_per_token"),
        ),
        migrations.AddConstraint(
            model_name="taskitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["new", "in_progress", "held"])), fields=("task", "visit"), name="one_open_item_per_visit"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", engine.state.RunStatus["RUNNING"])), fields=("ticket",), name="one_running_task"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(fields=("ticket", "ticket_version"), name="one_task_per_approval"),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(fields=("rotation", "person"), name="one_turn_per_person"),
        ),
        migrations.AddIndex(
            model_name="waiting",
            index=models.Index(fields=["since", "id"], name="waiting_longest"),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.UniqueConstraint(condition=models.Q(("item__isnull", True)), fields=("ticket",), name="ticket_waits_once"),
        ),
    ]
