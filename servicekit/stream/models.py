"""The table."""

from django.db import models


class StreamRow(models.Model):
    """One thing that an audience is to hear, numbered in the order of commits."""

    number = models.BigAutoField(primary_key=True)
    audience = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["audience", "number"], name="stream_audience"), models.Index(fields=["at"], name="stream_age")]

    def __str__(self) -> str:
        return f"{self.number} {self.audience} {self.kind}"
