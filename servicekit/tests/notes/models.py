"""The smallest noun that needs every mechanism."""

from django.db import models


class Note(models.Model):
    text = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text
