"""This service's own copy of the people and the roles, fed by auth's events."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from servicekit import contracts


class Person(models.Model):
    """Somebody whom work can be given to. Profile and access arrive by different events, each with its own version."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=150, blank=True)
    email = models.CharField(max_length=254, blank=True)
    department = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=False)
    profile_version = models.PositiveIntegerField(default=0)
    roles = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    access_version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "people"
        indexes = [GinIndex(fields=["roles"], name="person_roles"), models.Index(fields=["name", "id"], name="person_name")]

    def __str__(self) -> str:
        return self.name or str(self.id)

    @property
    def named(self) -> contracts.Person:
        """The person as events and answers name him."""
        return contracts.Person(id=self.id, name=self.name)

    def holds(self, role: str) -> bool:
        """True for an active holder of the role."""
        return self.is_active and role in self.roles


class Role(models.Model):
    """A role of any system and what it permits."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=120)  # "<system>.<role>"
    name = models.CharField(max_length=150)
    permissions = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    version = models.PositiveIntegerField()
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["key"], name="role_key")]

    def __str__(self) -> str:
        return self.key
