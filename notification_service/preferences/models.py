"""What each person wants to be told, and how."""

from django.db import models

from rules.kinds import Channel, Kind


class Preference(models.Model):
    """Somebody switched a kind on or off for a channel; without a row the default of the kind holds."""

    user_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "kind", "channel"], name="one_choice_each")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.channel} {'on' if self.is_on else 'off'}"
