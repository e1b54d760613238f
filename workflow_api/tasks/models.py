"""The work on tickets: runs of workflows, their assignments, and what waits."""

from uuid import UUID, uuid4

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from directory.models import Person
from engine import Outcome, RunStatus, TokenStatus
from servicekit import contracts
from sla.models import Clock
from workflows.models import WorkflowVersion

OPEN_ITEM = [str(status) for status in TokenStatus]
CLOSED_ITEM = [str(outcome) for outcome in Outcome]


class TicketCopy(models.Model):
    """What this service knows of a ticket, as of ``version``."""

    WORKABLE = ("open", "in_progress", "on_hold", "pending")
    OVER = ("rejected", "withdrawn", "closed")

    id = models.UUIDField(primary_key=True)
    version = models.PositiveIntegerField(default=0)
    number = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    requester_id = models.UUIDField(default=UUID(int=0))
    requester_name = models.CharField(max_length=150, blank=True)
    category = models.CharField(max_length=60, blank=True)
    subcategory = models.CharField(max_length=60, blank=True)
    department = models.CharField(max_length=100, blank=True)
    priority = models.CharField(max_length=8, blank=True)
    status = models.CharField(max_length=12, blank=True)
    wanted_version = models.PositiveIntegerField(default=0)  # of the newest approval or reopening: one task answers it
    wanted_since = models.DateTimeField(null=True, blank=True)  # when that was: the time of the whole counts from there

    class Meta:
        verbose_name_plural = "ticket copies"
        indexes = [
            models.Index(fields=["number"], name="ticket_number"),
            GinIndex(OpClass(Upper("subject"), name="gin_trgm_ops"), name="ticket_subject"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def requester(self) -> contracts.Person:
        """Who asked for it."""
        return contracts.Person(id=self.requester_id, name=self.requester_name)


class Task(models.Model):
    """One run of a workflow for one ticket; a reopened ticket gets a new one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ticket = models.ForeignKey(TicketCopy, on_delete=models.PROTECT, related_name="tasks")
    ticket_version = models.PositiveIntegerField()  # of the approval or reopening that it answers
    pinned = models.ForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="tasks")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_tasks")
    priority = models.CharField(max_length=8)
    status = models.CharField(max_length=10, choices=[(status, status) for status in RunStatus])
    end = models.CharField(max_length=60, blank=True)  # the key of the end that was reached
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, null=True, blank=True, related_name="task")
    last_token = models.PositiveIntegerField(default=0)
    last_visit = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)  # rises by each event
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(status=RunStatus.RUNNING), name="one_running_task"),
            models.UniqueConstraint(fields=["ticket", "ticket_version"], name="one_task_per_approval"),
        ]

    def __str__(self) -> str:
        return f"task {self.id}"


class TaskItems(models.QuerySet["TaskItem"]):
    """Queries of assignments."""

    def open_of(self, task_id: UUID) -> "TaskItems":
        """Those of a task that are not over, in order, with their facts."""
        return self.filter(task_id=task_id, status__in=OPEN_ITEM).order_by("number").with_facts()

    def with_facts(self) -> "TaskItems":
        """Joined with everything that events and answers tell, the definition left out: it is read once a process."""
        return self.select_related("assignee", "clock", "task__ticket", "task__owner", "task__clock", "task__pinned").defer(
            "task__pinned__definition"
        )


class TaskItem(models.Model):
    """One assignment of one step. Escalation and transfer end it and make another of the same visit, with the same clock."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveIntegerField()  # the token's, in its task
    visit = models.PositiveIntegerField()
    step = models.CharField(max_length=60)
    role = models.CharField(max_length=120)
    origin = models.CharField(max_length=12)
    status = models.CharField(max_length=12, choices=[(status, status) for status in [*OPEN_ITEM, *CLOSED_ITEM]])
    assignee = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    entered_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_id = models.UUIDField(null=True, blank=True)
    closed_by_name = models.CharField(max_length=150, blank=True)
    transition = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)  # of the transition, or why it was escalated or transferred
    hold_reason = models.TextField(blank=True)  # of the last time on hold

    objects = TaskItems.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="one_item_per_token"),
            models.UniqueConstraint(fields=["task", "visit"], condition=Q(status__in=OPEN_ITEM), name="one_open_item_per_visit"),
        ]
        indexes = [
            models.Index(fields=["assignee", "-entered_at", "-id"], name="item_assignee"),
            models.Index(fields=["-entered_at", "-id"], name="item_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.step} #{self.number}"

    @property
    def is_open(self) -> bool:
        """True while somebody has it or it waits for somebody."""
        return self.status in OPEN_ITEM

    @property
    def closed_by(self) -> contracts.Person | None:
        """Who ended it."""
        return contracts.Person(id=self.closed_by_id, name=self.closed_by_name) if self.closed_by_id else None


class Waiting(models.Model):
    """What nobody works on yet: a ticket that no workflow fits, or (``item``) a step whose role nobody holds."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ticket = models.ForeignKey(TicketCopy, on_delete=models.PROTECT, related_name="waiting")
    item = models.OneToOneField(TaskItem, on_delete=models.PROTECT, null=True, blank=True, related_name="waiting")
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "waiting"
        constraints = [models.UniqueConstraint(fields=["ticket"], condition=Q(item__isnull=True), name="ticket_waits_once")]
        indexes = [models.Index(fields=["since", "id"], name="waiting_longest")]

    def __str__(self) -> str:
        return self.reason

    @property
    def kind(self) -> str:
        """What waits: the ticket itself, or a step of its task."""
        return "item" if self.item_id else "ticket"


class Rotation(models.Model):
    """The turns of one role; its row is locked while the next one is chosen."""

    key = models.CharField(max_length=130, primary_key=True)
    turns = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class Turn(models.Model):
    """The last turn of a person in a rotation."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="given")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rotation", "person"], name="one_turn_per_person")]

    def __str__(self) -> str:
        return f"{self.rotation_id}: {self.number}"
