"""Facts that workflow_api publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from servicekit.contracts.base import Event, Person


class TaskEvent(Event, frozen=True, kw_only=True):
    """The work on a ticket, as of ``version``. A task is one run of a workflow for one ticket."""

    aggregate: ClassVar[str] = "task"
    task_id: UUID
    version: int
    ticket_id: UUID
    number: str  # the ticket's
    subject: str  # the ticket's
    priority: str
    requester: Person
    owner: Person | None  # the coordinator who follows the ticket

    @property
    def aggregate_id(self) -> UUID:
        return self.task_id

    @property
    def aggregate_version(self) -> int:
        return self.version


class ItemEvent(TaskEvent, frozen=True, kw_only=True):
    """Something about one step of the work, given to one person. An item is one assignment of one step."""

    item_id: UUID
    step: str
    step_name: str
    role: str
    assignee: Person | None  # None: nobody holds the role yet
    target_at: datetime | None  # when the step is due


class TaskOpened(TaskEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "task.opened"
    workflow_id: UUID
    workflow_name: str
    workflow_version: int
    target_at: datetime | None  # when the whole work is due


class TaskAssigned(ItemEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "task.assigned"
    origin: str  # allocation, transition, escalation, transfer, joined


class TaskUnassigned(ItemEvent, frozen=True, kw_only=True):
    """The step waits: nobody active holds its role."""

    type: ClassVar[str] = "task.unassigned"
    reason: str


class TaskStarted(ItemEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "task.started"


class TaskHeld(ItemEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "task.held"
    by: Person
    reason: str


class TaskResumed(ItemEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "task.resumed"
    by: Person


class TaskStepCompleted(ItemEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "task.step_completed"
    by: Person
    transition: str
    transition_name: str
    next_step: str  # "" at an end
    note: str


class TaskEscalated(ItemEvent, frozen=True, kw_only=True):
    """``assignee`` is the new one; ``previous`` had it before."""

    type: ClassVar[str] = "task.escalated"
    by: Person
    previous: Person
    reason: str


class TaskTransferred(ItemEvent, frozen=True, kw_only=True):
    """``assignee`` is the new one; ``previous`` had it before."""

    type: ClassVar[str] = "task.transferred"
    by: Person
    previous: Person | None
    reason: str


class TaskCompleted(TaskEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "task.completed"
    by: Person
    completed_at: datetime


class TaskCancelled(TaskEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "task.cancelled"
    reason: str
    assignees: tuple[Person, ...]  # who had open items


class TicketUnmatched(Event, frozen=True, kw_only=True):
    """No published workflow fits an approved ticket: it waits in the unassigned list."""

    type: ClassVar[str] = "task.unmatched"
    aggregate: ClassVar[str] = "unmatched"
    ticket_id: UUID
    version: int
    number: str
    subject: str
    reason: str

    @property
    def aggregate_id(self) -> UUID:
        return self.ticket_id

    @property
    def aggregate_version(self) -> int:
        return self.version


class SlaEvent(ItemEvent, frozen=True, kw_only=True):
    """A clock of the task or of one step reached a mark. ``scope`` is "task" or "step"."""

    scope: str


class SlaWarned(SlaEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "sla.warned"


class SlaBreached(SlaEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "sla.breached"


class WorkflowPublished(Event, frozen=True, kw_only=True):
    type: ClassVar[str] = "workflow.published"
    aggregate: ClassVar[str] = "workflow"
    workflow_id: UUID
    version: int
    name: str
    category: str
    subcategory: str
    department: str
    by: Person

    @property
    def aggregate_id(self) -> UUID:
        return self.workflow_id

    @property
    def aggregate_version(self) -> int:
        return self.version
