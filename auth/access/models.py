"""Systems, their roles, and who holds them."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

from servicekit.clock import now

#: the role that holds every permission; somebody active always has it
SUPERUSER = "platform.superuser"


class System(models.Model):
    """A part of the product that has its own roles; a role's key may repeat in another one."""

    key = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class RoleManager(models.Manager["Role"]):
    """Looks roles up by the name they have in tokens and events."""

    def called(self, role: str) -> "models.QuerySet[Role]":
        """The role ``<system>.<key>``, if there is one."""
        system, _, key = role.partition(".")
        return self.filter(system_id=system, key=key)


class Role(models.Model):
    """A named set of permissions. Built-in roles change with a release only; custom ones are free."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="roles")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=100)
    permissions = ArrayField(models.CharField(max_length=60), default=list, blank=True)  # values of Permission, sorted
    is_built_in = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now, editable=False)
    holders = models.ManyToManyField("accounts.User", through="Assignment", related_name="roles")

    objects: ClassVar[RoleManager] = RoleManager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["system", "key"], name="role_unique_in_system"),)

    def __str__(self) -> str:
        return self.full_key

    @property
    def full_key(self) -> str:
        """How tokens and events name it, such as ``tts.agent``."""
        return f"{self.system_id}.{self.key}"


class Assignment(models.Model):
    """Somebody holds a role."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    granted_by = models.UUIDField()
    granted_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "role"], name="assignment_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} holds {self.role_id}"
