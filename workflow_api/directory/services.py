"""What auth tells becomes the directory. Events come unordered: what is older than what is known is dropped."""

from django.db import transaction

from directory.models import Person, Role
from servicekit.contracts.auth import AccessEvent, RoleDeleted, RoleEvent, UserEvent


@transaction.atomic
def record_profile(event: UserEvent) -> Person:
    """Keep the newest profile of a person."""
    person, _ = Person.objects.select_for_update().get_or_create(id=event.user_id)
    if event.version > person.profile_version:
        person.name, person.email, person.department = event.name, event.email, event.department
        person.is_active, person.profile_version = event.is_active, event.version
        person.save(update_fields=["name", "email", "department", "is_active", "profile_version"])
    return person


@transaction.atomic
def record_access(event: AccessEvent) -> Person:
    """Keep the newest roles of a person, who may be unknown yet."""
    person, _ = Person.objects.select_for_update().get_or_create(id=event.user_id)
    if event.access_version > person.access_version:
        person.roles, person.access_version = list(event.roles), event.access_version
        person.save(update_fields=["roles", "access_version"])
    return person


@transaction.atomic
def record_role(event: RoleEvent) -> Role:
    """Keep the newest form of a role; a deleted one stays, inactive, so that nothing older brings it back."""
    role, _ = Role.objects.select_for_update().get_or_create(id=event.role_id, defaults={"version": 0, "is_active": False})
    if event.version > role.version:
        role.key, role.name, role.permissions = event.role, event.name, list(event.permissions)
        role.version, role.is_active = event.version, not isinstance(event, RoleDeleted)
        role.save()
    return role
