"""``manage.py pending_migrations``: what a deployment would change in the schema, as JSON, for the gate to judge."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from servicekit.expanding import pending, phase, statements


class Command(BaseCommand):
    help = "Print the migrations that are not applied, with their SQL."

    def handle(self, *args: Any, **options: Any) -> None:
        """One object per migration, in order. ``in_use``: whether the database serves anybody already."""
        in_use = bool(MigrationRecorder(connection).applied_migrations())
        listed = [
            {
                "name": f"{migration.app_label}.{migration.name}",
                "phase": phase(migration),
                "reviewed": getattr(migration, "reviewed", {}),
                "sql": statements(migration),
            }
            for migration in pending(contract=True)
        ]
        self.stdout.write(json.dumps({"in_use": in_use, "migrations": listed}))
