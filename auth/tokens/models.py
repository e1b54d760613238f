"""Sessions: families of refresh tokens."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import models

from servicekit.clock import now

#: how long a session lives after its last use, without and with "remember me"
IDLE = timedelta(hours=12)
REMEMBERED = timedelta(days=30)


class SessionKind(models.TextChoices):
    """Who keeps the tokens: a browser's cookie jar, which scripts cannot read, or a program."""

    BROWSER = "browser", "Browser"
    PROGRAM = "program", "Program"


class Session(models.Model):
    """Somebody is logged in at one client.

    Its refresh tokens form a family: each use replaces the token. The row holds the id of the current one, and of the one
    before it for the few seconds in which a client may have sent it twice (see ``rotation``). No token is stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(max_length=10, choices=SessionKind.choices)
    is_remembered = models.BooleanField(default=False)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    refresh_id = models.UUIDField(default=uuid4)
    replaced_id = models.UUIDField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_reason="")
                | (models.Q(revoked_at__isnull=False) & ~models.Q(revoked_reason="")),
                name="session_revoked_for_a_reason",
            ),
        )
        indexes = (
            models.Index(fields=["user", "-last_used_at"], name="session_by_user"),
            models.Index(fields=["expires_at"], name="session_by_expiry"),
        )

    def __str__(self) -> str:
        return f"{self.id} of {self.user_id}"

    @property
    def lifetime(self) -> timedelta:
        """How long it lives after its last use."""
        return REMEMBERED if self.is_remembered else IDLE

    def is_live(self, at: datetime) -> bool:
        """Whether its current refresh token is good."""
        return self.revoked_at is None and at < self.expires_at

    def touch(self, at: datetime) -> None:
        """It was used: its life starts anew."""
        self.last_used_at, self.expires_at = at, at + self.lifetime

    def rotate(self, at: datetime) -> None:
        """The current refresh token is used up and another takes its place."""
        self.replaced_id, self.refresh_id = self.refresh_id, uuid4()
        self.touch(at)
