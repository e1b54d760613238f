"""Which workflow fits, and what a version says."""

import re
from functools import lru_cache
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from engine import Definition, read_definition
from servicekit.errors import NotFound
from workflows.models import Workflow, WorkflowVersion

NUMBER = re.compile(r"[0-9]{1,9}")


@lru_cache(maxsize=512)
def definition_of(version_id: UUID) -> Definition:
    """The definition of a version; versions never change, so each is read once a process."""
    return read_definition(WorkflowVersion.objects.values_list("definition", flat=True).get(id=version_id))


def match_workflow(*, category: str, subcategory: str, department: str) -> WorkflowVersion | None:
    """The most exact current version that fits; its definition is not loaded."""
    fitting = WorkflowVersion.objects.defer("definition").filter(
        is_current=True, category__in=["", category], subcategory__in=["", subcategory], department__in=["", department]
    )
    return max(fitting, key=lambda version: version.exactness, default=None)


def current_version_of(workflow_id: UUID) -> WorkflowVersion | None:
    """The version of a workflow that new tickets get, if it is published."""
    return WorkflowVersion.objects.defer("definition").filter(workflow_id=workflow_id, is_current=True).first()


def list_workflows() -> QuerySet[Workflow]:
    """All workflows with their current versions, without the graphs."""
    return Workflow.objects.defer("draft").prefetch_related(_current())


def get_workflow(workflow_id: UUID) -> Workflow:
    """One workflow with its current version. Raises NotFound."""
    workflow = Workflow.objects.filter(id=workflow_id).prefetch_related(_current()).first()
    if workflow is None:
        raise NotFound
    return workflow


def list_versions(workflow_id: UUID) -> QuerySet[WorkflowVersion]:
    """The versions of a workflow. Raises NotFound where there is no such workflow."""
    return get_workflow(workflow_id).versions.defer("definition")


def get_version(workflow_id: UUID, number: str) -> WorkflowVersion:
    """One version. Raises NotFound."""
    found = WorkflowVersion.objects.filter(workflow_id=workflow_id, number=int(number)).first() if NUMBER.fullmatch(number) else None
    if found is None:
        raise NotFound
    return found


def _current() -> "Prefetch[str, QuerySet[WorkflowVersion], str]":
    return Prefetch("versions", WorkflowVersion.objects.defer("definition").filter(is_current=True))
