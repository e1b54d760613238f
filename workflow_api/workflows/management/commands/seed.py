"""The workflows of a fresh installation."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from servicekit.principal import SYSTEM
from workflows.models import Workflow
from workflows.seeds import seed_drafts
from workflows.services import create_workflow, publish_workflow


class Command(BaseCommand):
    """Publishes a workflow for each default category that never had one; whatever an admin made of it stays."""

    help = "Publish a workflow for each default category that has none."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Idempotent."""
        known = set(Workflow.objects.values_list("category", flat=True))
        for draft in seed_drafts():
            if draft.category not in known:
                workflow = create_workflow(draft=draft, by=SYSTEM.person)
                publish_workflow(workflow_id=workflow.id, by=SYSTEM.person)
                self.stdout.write(f"published the workflow {draft.name}")
