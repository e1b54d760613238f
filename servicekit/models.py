"""The tables of the mechanisms, in each service's own database."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class OutboxEvent(models.Model):
    """A fact that was decided and is to be published; written in the transaction of what it tells."""

    event_id = models.UUIDField(unique=True)
    type = models.CharField(max_length=60)
    schema = models.PositiveSmallIntegerField()
    aggregate = models.CharField(max_length=30)
    aggregate_id = models.UUIDField()
    aggregate_version = models.PositiveIntegerField()
    data = models.JSONField()
    correlation_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="outbox_pending", condition=models.Q(published_at__isnull=True)),
            models.Index(fields=["published_at"], name="outbox_published"),
            models.Index(fields=["aggregate_id"], name="outbox_aggregate"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class InboxEntry(models.Model):
    """A handler has done its work for an event; written in the transaction of that work."""

    handler = models.CharField(max_length=120)
    event_id = models.UUIDField()
    handled_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "inbox entries"
        constraints = [models.UniqueConstraint(fields=["handler", "event_id"], name="handled_once")]
        indexes = [models.Index(fields=["handled_at"], name="inbox_handled")]

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id}"


class Redelivery(models.Model):
    """How often the broker has handed out an event again; a worker that dies by it leaves no other trace."""

    event_id = models.UUIDField(primary_key=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.event_id} ×{self.count}"


class DeadLetter(models.Model):
    """An event or job that could not be handled: kept with its reason until somebody replays or dismisses it."""

    source = models.CharField(max_length=20)  # event, job, broker
    name = models.CharField(max_length=120, blank=True)  # event type, or kind of job
    handler = models.CharField(max_length=120, blank=True)
    event_id = models.UUIDField(null=True, blank=True)
    reason = models.TextField()
    payload = models.JSONField(null=True, blank=True)  # the envelope or the job
    raw = models.TextField(blank=True)  # what could not be read as one
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=20, blank=True)  # replayed, dismissed

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="dead_letter_open", condition=models.Q(resolved_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.name or self.source}: {self.reason[:80]}"


class ScheduledJob(models.Model):
    """Something to do at a time. The row is the timer: visible, movable, and it survives a restore."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    run_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_timer_per_key")]
        indexes = [models.Index(fields=["run_at"], name="job_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} at {self.run_at:%Y-%m-%d %H:%M:%S}"


class IdempotencyRecord(models.Model):
    """The first answer to a request that carried a key."""

    owner_id = models.UUIDField()
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    etag = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_id", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.key}"


class RevokedSession(models.Model):
    """A session whose tokens are refused although in time."""

    session_id = models.UUIDField(primary_key=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.session_id)


class AccessFloor(models.Model):
    """The oldest version of a person's rights that is still accepted."""

    user_id = models.UUIDField(primary_key=True)
    min_version = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.user_id} ≥ {self.min_version}"


class Heartbeat(models.Model):
    """A worker was alive and its loops turned."""

    name = models.CharField(max_length=60, primary_key=True)
    beat_at = models.DateTimeField()
    loops = ArrayField(models.CharField(max_length=30), default=list)

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at:%H:%M:%S}"
