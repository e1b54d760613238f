"""Who did what, with what it was before and after."""

from django.db import models

from servicekit.contracts import Person


class Entry(models.Model):
    """One deed. A trigger of the first migration refuses to change or delete it."""

    at = models.DateTimeField()
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=60)  # "<noun>.<past tense>", such as "workflow.published"
    object_type = models.CharField(max_length=30)
    object_id = models.UUIDField()
    label = models.CharField(max_length=200)  # how people call the object
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["object_id", "-id"], name="audit_object"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.label}"

    @property
    def actor(self) -> Person:
        """Who did it."""
        return Person(id=self.actor_id, name=self.actor_name)
