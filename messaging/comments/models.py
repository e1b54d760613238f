"""What is said about a ticket, and what messaging must know of the ticket to say who may hear it."""

import uuid

from django.db import models


class Visibility(models.TextChoices):
    """Who a comment is meant for: everybody in the conversation, or the desk alone."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Conversation(models.Model):
    """The talk about one ticket, with the local copy of that ticket."""

    ticket_id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=40, db_index=True)
    subject = models.CharField(max_length=200)
    requester_id = models.UUIDField()
    requester_name = models.CharField(max_length=200)
    status = models.CharField(max_length=20, blank=True)  # "" until a fact of the ticket itself arrives
    version = models.PositiveIntegerField(default=0)  # the ticket's; 0 as long as it is known by its task alone
    public_count = models.PositiveIntegerField(default=0)
    internal_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def next_number(self, visibility: str) -> int:
        """Count one more comment. Public ones and notes are counted apart, so that a requester finds no gap where a note stands."""
        if visibility == Visibility.INTERNAL:
            self.internal_count += 1
            return self.internal_count
        self.public_count += 1
        return self.public_count


class Task(models.Model):
    """One run of a workflow for the ticket, as far as it says who works on it."""

    id = models.UUIDField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="tasks")
    version = models.PositiveIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.id)


class Participant(models.Model):
    """Somebody who owns or works on the ticket, or did. Who left may still read; who is current also hears of what is new."""

    class Role(models.TextChoices):
        OWNER = "owner"
        ASSIGNEE = "assignee"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="participants")
    user_id = models.UUIDField()
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=Role.choices)
    is_current = models.BooleanField()
    version = models.PositiveIntegerField()  # the task's, when this was last true

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "user_id", "role"], name="one_part_per_person"),
            models.CheckConstraint(condition=models.Q(role__in=["owner", "assignee"]), name="participant_role_known"),
        ]
        indexes = [models.Index(fields=["conversation", "user_id"], name="participant_of")]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


class Clearance(models.Model):
    """Whether a person may read internal notes, as of his rights' version: decides who is told of one."""

    user_id = models.UUIDField(primary_key=True)
    access_version = models.PositiveIntegerField()
    reads_internal = models.BooleanField()

    def __str__(self) -> str:
        return str(self.user_id)


class Comment(models.Model):
    """Something that was said. The HTML is made when it is written, not each time it is read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="comments")
    number = models.PositiveIntegerField()
    visibility = models.CharField(max_length=10, choices=Visibility.choices)
    author_id = models.UUIDField()
    author_name = models.CharField(max_length=200)
    body = models.TextField()
    html = models.TextField()
    posted_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "visibility", "number"], name="comment_numbered_once"),
            models.CheckConstraint(condition=models.Q(visibility__in=Visibility.values), name="comment_visibility_known"),
        ]
        indexes = [models.Index(fields=["conversation", "-posted_at", "-id"], name="comment_thread")]

    def __str__(self) -> str:
        return f"{self.visibility} {self.number}"
