import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=150)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("department", models.CharField(blank=True, max_length=100)),
                ("is_active", models.BooleanField(default=False)),
                ("profile_version", models.PositiveIntegerField(default=0)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), blank=True, default=list, size=None
                    ),
                ),
                ("access_version", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "people",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["roles"], name="person_roles"),
                    models.Index(fields=["name", "id"], name="person_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=120)),
                ("name", models.CharField(max_length=150)),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [models.Index(fields=["key"], name="role_key")],
            },
        ),
    ]
