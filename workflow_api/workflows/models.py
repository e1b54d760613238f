"""Workflows: a draft that is edited, and numbered versions that never change."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from servicekit import contracts


class Scope(models.Model):
    """Which tickets a workflow is for; "" fits any."""

    name = models.CharField(max_length=120)
    category = models.CharField(max_length=60, blank=True)
    subcategory = models.CharField(max_length=60, blank=True)
    department = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def exactness(self) -> tuple[bool, bool, bool]:
        """Sorts the more exact after the less exact: the category counts most, then the subcategory, then the department."""
        return (self.category != "", self.subcategory != "", self.department != "")


class Workflow(Scope):
    """What admins edit. Nothing of it reaches a ticket until it is published."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    description = models.TextField(blank=True)
    draft = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)  # of the draft, for If-Match
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(subcategory="") | ~Q(category=""), name="draft_subcategory_has_category")]
        indexes = [models.Index(fields=["name", "id"], name="workflow_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> "WorkflowVersion | None":
        """The version that new tickets get."""
        return next((version for version in self.versions.all() if version.is_current), None)


class WorkflowVersion(Scope):
    """A published definition. A trigger of the first migration lets only ``is_current`` change."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    is_current = models.BooleanField(default=True)  # the one that new tickets get
    published_at = models.DateTimeField()
    published_by_id = models.UUIDField()
    published_by_name = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workflow", "number"], name="one_version_per_number"),
            models.UniqueConstraint(fields=["workflow"], condition=Q(is_current=True), name="one_current_version"),
            models.UniqueConstraint(fields=["category", "subcategory", "department"], condition=Q(is_current=True), name="no_rival"),
            models.CheckConstraint(condition=Q(subcategory="") | ~Q(category=""), name="version_subcategory_has_category"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    @property
    def published_by(self) -> contracts.Person:
        """Who published it."""
        return contracts.Person(id=self.published_by_id, name=self.published_by_name)
