"""Everything that can happen to a workflow."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from audit.services import record
from directory.selectors import acting_roles
from engine import find_problems, read_definition
from servicekit.clock import now
from servicekit.contracts import Person
from servicekit.contracts.workflow import WorkflowPublished
from servicekit.errors import NotFound
from servicekit.etags import check_version
from servicekit.events import publish
from workflows.errors import AmbiguousRival, NotRunnable
from workflows.models import Workflow, WorkflowVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an admin edits. ``definition`` is in its JSON form and may be unfinished."""

    name: str
    description: str
    category: str
    subcategory: str
    department: str
    definition: dict[str, Any]


@transaction.atomic
def create_workflow(*, draft: Draft, by: Person) -> Workflow:
    """A new workflow begins as a draft."""
    at = now()
    workflow = Workflow(created_at=at, updated_at=at)
    _apply(workflow, draft)
    workflow.save()
    _record(workflow, by, "workflow.created", before=None, after=asdict(draft))
    return workflow


@transaction.atomic
def edit_workflow(*, workflow_id: UUID, draft: Draft, by: Person, expected_version: int) -> Workflow:
    """The draft is replaced, unless somebody else has saved it since the caller loaded it."""
    workflow = _lock(workflow_id)
    check_version(workflow.version, expected_version)
    before = asdict(_draft_of(workflow))
    _apply(workflow, draft)
    _touch(workflow)
    _record(workflow, by, "workflow.edited", before=before, after=asdict(draft))
    return workflow


@transaction.atomic
def publish_workflow(*, workflow_id: UUID, by: Person, expected_version: int | None = None) -> WorkflowVersion:
    """The draft becomes the next numbered version, for all tickets to come; running tasks keep theirs."""
    workflow = _lock(workflow_id)
    check_version(workflow.version, expected_version)
    findings = find_problems(read_definition(workflow.draft), acting_roles())
    if findings:
        raise NotRunnable(findings)
    version = _new_version(workflow, by)
    _touch(workflow)
    before = {"version": version.number - 1} if version.number > 1 else None
    _record(workflow, by, "workflow.published", before=before, after={"version": version.number})
    publish(
        WorkflowPublished(
            workflow_id=workflow.id,
            version=version.number,
            name=version.name,
            category=version.category,
            subcategory=version.subcategory,
            department=version.department,
            by=by,
        )
    )
    return version


def _new_version(workflow: Workflow, by: Person) -> WorkflowVersion:
    """The rule against rivals is the database's: two admins may publish at the same moment."""
    last = workflow.versions.aggregate(last=Max("number"))["last"] or 0
    workflow.versions.filter(is_current=True).update(is_current=False)
    version = WorkflowVersion(
        workflow=workflow,
        number=last + 1,
        name=workflow.name,
        category=workflow.category,
        subcategory=workflow.subcategory,
        department=workflow.department,
        definition=workflow.draft,
        published_at=now(),
        published_by_id=by.id,
        published_by_name=by.name,
    )
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as error:
        rival = WorkflowVersion.objects.filter(
            is_current=True, category=workflow.category, subcategory=workflow.subcategory, department=workflow.department
        ).first()
        raise AmbiguousRival(str(rival)) from error
    return version


def _lock(workflow_id: UUID) -> Workflow:
    workflow = Workflow.objects.select_for_update().filter(id=workflow_id).first()
    if workflow is None:
        raise NotFound
    return workflow


def _apply(workflow: Workflow, draft: Draft) -> None:
    workflow.name, workflow.description = draft.name, draft.description
    workflow.category, workflow.subcategory, workflow.department = draft.category, draft.subcategory, draft.department
    workflow.draft = draft.definition


def _touch(workflow: Workflow) -> None:
    workflow.version += 1
    workflow.updated_at = now()
    workflow.save()


def _draft_of(workflow: Workflow) -> Draft:
    return Draft(
        name=workflow.name,
        description=workflow.description,
        category=workflow.category,
        subcategory=workflow.subcategory,
        department=workflow.department,
        definition=workflow.draft,
    )


def _record(workflow: Workflow, by: Person, action: str, *, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    record(by=by, action=action, object_type="workflow", object_id=workflow.id, label=workflow.name, before=before, after=after)
