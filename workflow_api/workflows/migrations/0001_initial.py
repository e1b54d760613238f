import uuid

import django.db.models.deletion
from django.db import migrations, models

# A published version never changes; only which one is current does.
PROTECT = """
CREATE FUNCTION workflows_workflowversion_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'is_current' <> to_jsonb(OLD) - 'is_current' THEN
        RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON workflows_workflowversion
    FOR EACH ROW EXECUTE FUNCTION workflows_workflowversion_refuse_change();
"""
UNPROTECT = """
DROP TRIGGER immutable ON workflows_workflowversion;
DROP FUNCTION workflows_workflowversion_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Workflow",
            fields=[
                ("name", models.CharField(max_length=120)),
                ("category", models.CharField(blank=True, max_length=60)),
                ("subcategory", models.CharField(blank=True, max_length=60)),
                ("department", models.CharField(blank=True, max_length=100)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("description", models.TextField(blank=True)),
                ("draft", models.JSONField(blank=True, default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["name", "id"], name="workflow_name")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("subcategory", ""), models.Q(("category", ""), _negated=True), _connector="OR"),
                        name="draft_subcategory_has_category",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkflowVersion",
            fields=[
                ("name", models.CharField(max_length=120)),
                ("category", models.CharField(blank=True, max_length=60)),
                ("subcategory", models.CharField(blank=True, max_length=60)),
                ("department", models.CharField(blank=True, max_length=100)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("definition", models.JSONField()),
                ("is_current", models.BooleanField(default=True)),
                ("published_at", models.DateTimeField()),
                ("published_by_id", models.UUIDField()),
                ("published_by_name", models.CharField(max_length=150)),
                (
                    "workflow",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="workflows.workflow"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workflow", "number"), name="one_version_per_number"),
                    models.UniqueConstraint(condition=models.Q(("is_current", True)), fields=("workflow",), name="one_current_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("category", "subcategory", "department"), name="no_rival"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subcategory", ""), models.Q(("category", ""), _negated=True), _connector="OR"),
                        name="version_subcategory_has_category",
                    ),
                ],
            },
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
