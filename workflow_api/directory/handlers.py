"""Doors for auth's facts. Whoever turns out to be able to take work is given what waits for it."""

from directory.models import Person
from directory.services import record_access, record_profile, record_role
from servicekit.contracts.auth import (
    AccessEvent,
    AssignmentGranted,
    AssignmentRevoked,
    AssignmentUpdated,
    RoleCreated,
    RoleDeleted,
    RoleEvent,
    RoleUpdated,
    UserActivated,
    UserCreated,
    UserDeactivated,
    UserEvent,
    UserUpdated,
)
from servicekit.events import Meta, handles
from tasks.services import plan_retries


@handles(UserCreated, UserUpdated, UserActivated, UserDeactivated)
def keep_profile(event: UserEvent, meta: Meta) -> None:
    """The profile changed, or the account was switched on or off."""
    _look_at_what_waits(record_profile(event))


@handles(AssignmentGranted, AssignmentRevoked, AssignmentUpdated)
def keep_access(event: AccessEvent, meta: Meta) -> None:
    """The person's roles changed."""
    _look_at_what_waits(record_access(event))


@handles(RoleCreated, RoleUpdated, RoleDeleted)
def keep_role(event: RoleEvent, meta: Meta) -> None:
    """A role was made, changed or deleted."""
    record_role(event)


def _look_at_what_waits(person: Person) -> None:
    if person.is_active and person.roles:
        plan_retries()
