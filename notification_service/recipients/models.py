"""Whom we may tell something: local copies, fed by the events of auth, ticket_service and workflow_api."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Recipient(models.Model):
    """A person: how to reach him, and what he may do.

    Profile and permissions come by different events in any order: each half has its own version, 0 while unknown.
    """

    id = models.UUIDField(primary_key=True)
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    profile_version = models.PositiveIntegerField(default=0)
    permissions = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    access_version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [GinIndex(fields=["permissions"], name="recipient_permissions")]

    def __str__(self) -> str:
        return self.name or str(self.id)


class TicketPeople(models.Model):
    """Who stands behind a ticket, for the events that do not say it themselves."""

    ticket_id = models.UUIDField(primary_key=True)
    requester_id = models.UUIDField(null=True, blank=True)
    owner_id = models.UUIDField(null=True, blank=True)
    owned_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "ticket people"

    def __str__(self) -> str:
        return str(self.ticket_id)
