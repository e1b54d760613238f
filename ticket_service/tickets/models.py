"""Tickets, what became of them, and who has to do with them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from forms.models import Category, FormVersion
from servicekit.contracts import Person
from tickets.status import Priority, Status

SUBJECT_LENGTH = 200
DESCRIPTION_LENGTH = 20_000
REASON_LENGTH = 2_000
REOPENS_WITHIN = timedelta(days=14)


def _words(values: Iterable[Status | Priority]) -> list[str]:
    return [str(value) for value in values]  # plain text, so that a migration does not import this code


class Ticket(models.Model):
    """What somebody asked for, and where it stands."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    number = models.CharField(max_length=12, unique=True)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="tickets")
    subcategory = models.CharField(max_length=60, blank=True)
    subcategory_name = models.CharField(max_length=100, blank=True)
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    fields = models.JSONField(default=dict, blank=True)

    status = models.CharField(max_length=12, default=str(Status.NEW))
    priority = models.CharField(max_length=8, blank=True)
    department = models.CharField(max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1)
    reopen_count = models.PositiveIntegerField(default=0)

    requester_id = models.UUIDField()
    requester_name = models.CharField(max_length=150)
    assignee_id = models.UUIDField(null=True, blank=True)
    assignee_name = models.CharField(max_length=150, blank=True)
    owner_id = models.UUIDField(null=True, blank=True)
    owner_name = models.CharField(max_length=150, blank=True)
    step = models.CharField(max_length=200, blank=True)
    target_at = models.DateTimeField(null=True, blank=True)

    submitted_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    source = models.CharField(max_length=60, blank=True)  # another system that it came from
    external_id = models.CharField(max_length=100, blank=True)

    # Written by the trigger of the first migration: unaccent is not immutable, so no generated column can hold them.
    search = SearchVectorField(null=True, editable=False)
    folded = models.TextField(blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(F("submitted_at").desc(), F("id").desc(), name="ticket_recent"),
            models.Index("requester_id", F("submitted_at").desc(), F("id").desc(), name="ticket_of_requester"),
            models.Index("status", F("submitted_at").desc(), F("id").desc(), name="ticket_in_status"),
            models.Index(fields=["assignee_id"], name="ticket_of_assignee", condition=Q(assignee_id__isnull=False)),
            models.Index(fields=["owner_id"], name="ticket_of_owner", condition=Q(owner_id__isnull=False)),
            GinIndex(fields=["search"], name="ticket_search"),
            GinIndex(OpClass(F("folded"), name="gin_trgm_ops"), name="ticket_folded"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=_words(Status)), name="ticket_status_is_known"),
            models.CheckConstraint(condition=Q(priority__in=["", *_words(Priority)]), name="ticket_priority_is_known"),
            models.CheckConstraint(
                condition=~Q(priority="") | Q(status__in=_words([Status.NEW, Status.REJECTED, Status.WITHDRAWN])),
                name="ticket_at_work_has_priority",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=False) | ~Q(status__in=_words([Status.RESOLVED, Status.CLOSED])),
                name="ticket_done_has_a_time",
            ),
            models.UniqueConstraint(fields=["source", "external_id"], condition=~Q(source=""), name="ticket_imported_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def requester(self) -> Person:
        """Who asked."""
        return Person(id=self.requester_id, name=self.requester_name)

    @property
    def assignee(self) -> Person | None:
        """Who works on it now."""
        return Person(id=self.assignee_id, name=self.assignee_name) if self.assignee_id else None

    def may_reopen_at(self, at: datetime) -> bool:
        """True until 14 days after its resolution."""
        return self.resolved_at is not None and at <= self.resolved_at + REOPENS_WITHIN

    @property
    def owner(self) -> Person | None:
        """The coordinator who follows it."""
        return Person(id=self.owner_id, name=self.owner_name) if self.owner_id else None


class HistoryEntry(models.Model):
    """One thing that happened to a ticket: who, when, from, to, why. Never changed."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="history", db_index=False)
    at = models.DateTimeField()
    by_id = models.UUIDField()
    by_name = models.CharField(max_length=150)
    action = models.CharField(max_length=30)
    from_status = models.CharField(max_length=12, blank=True)
    to_status = models.CharField(max_length=12)
    detail = models.CharField(max_length=500, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "history entries"
        indexes = [models.Index(fields=["ticket", "at", "id"], name="history_of_ticket")]

    def __str__(self) -> str:
        return f"{self.action} by {self.by_name} at {self.at:%Y-%m-%d %H:%M}"


class Involvement(models.Model):
    """Somebody is or was the assignee or the owner of a ticket; he may see it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="involved")
    user_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "ticket"], name="involved_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.ticket_id}"


class TaskRun(models.Model):
    """A run of the work on a ticket, and how much of it we know. One run at most is not over."""

    task_id = models.UUIDField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="runs")
    version = models.PositiveIntegerField(default=0)
    is_over = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket"], condition=Q(is_over=False), name="one_run_at_a_time")]

    def __str__(self) -> str:
        return f"{self.task_id} v{self.version}"


class KnownPerson(models.Model):
    """The local copy of a person, as auth's events tell."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "known people"

    def __str__(self) -> str:
        return self.name
