"""Who is there, and who holds which role."""

from django.db.models import Q, QuerySet

from directory.models import Person, Role
from servicekit.contracts.permissions import BUILT_IN_ROLES, Permission


def active_people(*, role: str = "", q: str = "") -> QuerySet[Person]:
    """Active people, of one role if it is named; ``q`` is a part of the name or address."""
    people = Person.objects.filter(is_active=True)
    if role:
        people = people.filter(roles__contains=[role])
    if q:
        people = people.filter(Q(name__icontains=q) | Q(email__icontains=q))
    return people


def acting_roles() -> frozenset[str]:
    """The roles whose holders may act on items. A built-in role that auth has not told of yet counts as it is installed."""
    permits = {key: [str(permission) for permission in permissions] for key, (_, permissions) in BUILT_IN_ROLES.items()}
    permits |= {role.key: role.permissions for role in Role.objects.filter(is_active=True)}
    return frozenset(key for key, permissions in permits.items() if Permission.TASK_ACT in permissions)
