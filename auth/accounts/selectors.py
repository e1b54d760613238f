"""Reads of people."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from access.models import Role
from accounts.models import User


@dataclass(frozen=True)
class PeopleFilter:
    """Whom a list shows; empty shows everybody."""

    q: str = ""
    role: str = ""
    is_active: bool | None = None


def people(wanted: PeopleFilter) -> QuerySet[User]:
    """People with their roles."""
    found = with_roles(User.objects.all())
    if wanted.q:
        found = found.filter(Q(name__icontains=wanted.q) | Q(email__icontains=wanted.q) | Q(department__icontains=wanted.q))
    if wanted.role:
        found = found.filter(roles__in=Role.objects.called(wanted.role))
    if wanted.is_active is not None:
        found = found.filter(is_active=wanted.is_active)
    return found


def with_roles(users: QuerySet[User]) -> QuerySet[User]:
    """The roles of all of them in one query."""
    return users.prefetch_related(Prefetch("roles", queryset=Role.objects.order_by("system_id", "key")))
