"""One user for everybody; people differ by role only."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from servicekit.clock import now

FAILURES_BEFORE_LOCK = 10
LOCK_FOR = timedelta(minutes=15)


class UserManager(BaseUserManager["User"]):
    """Looks people up by e-mail address; they are made by ``services.create_user`` alone."""

    def by_email(self, email: str) -> "models.QuerySet[User]":
        """Whoever has this address, however its letters are cased."""
        return self.alias(folded_email=Lower("email")).filter(folded_email=Lower(models.Value(email)))


class User(AbstractBaseUser):
    """Somebody. ``version`` numbers the profile, ``access_version`` what the person may do."""

    last_login = None  # sessions tell more

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField("e-mail address", max_length=254)
    name = models.CharField(max_length=150)
    department = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    access_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_unique"),)
        indexes = (models.Index(fields=["name", "id"], name="user_by_name"),)

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class LoginTries(models.Model):
    """The wrong passwords given for an address since the last right one.

    Kept by address and not by user, so that an unknown address locks, answers and takes as long as a known one.
    """

    address = models.CharField(primary_key=True, max_length=254)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "login tries"
        indexes = (models.Index(fields=["last_at"], name="login_tries_by_age"),)

    def __str__(self) -> str:
        return self.address

    @staticmethod
    def address_of(email: str) -> str:
        """The key under which tries at an e-mail address are kept."""
        return email.lower()[:254]  # some letters grow by being lowered

    def is_locked(self, at: datetime) -> bool:
        """Whether no password is looked at now."""
        return self.locked_until is not None and at < self.locked_until

    def count_failure(self, at: datetime) -> None:
        """One more wrong password; the tenth locks the address, and after a lock the count starts anew."""
        if self.locked_until is not None:
            self.failures, self.locked_until = 0, None
        self.failures += 1
        self.last_at = at
        if self.failures >= FAILURES_BEFORE_LOCK:
            self.locked_until = at + LOCK_FOR

    def clear(self, at: datetime) -> None:
        """The right password was given, or somebody unlocked the address."""
        self.failures, self.locked_until, self.last_at = 0, None, at
