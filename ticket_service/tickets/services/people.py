"""Keeping names as auth tells them."""

from uuid import UUID

from django.db import transaction

from tickets.models import KnownPerson, Ticket


@transaction.atomic
def remember_person(*, user_id: UUID, version: int, name: str, is_active: bool) -> bool:
    """Keep what auth says of a person, and show his new name on tickets; False if we know something newer."""
    news = {"name": name, "is_active": is_active, "version": version}
    KnownPerson.objects.get_or_create(id=user_id, defaults=news)
    person = KnownPerson.objects.select_for_update().get(id=user_id)
    if version < person.version:
        return False
    KnownPerson.objects.filter(id=user_id).update(**news)
    for part in ("requester", "assignee", "owner"):
        Ticket.objects.filter(**{f"{part}_id": user_id}).exclude(**{f"{part}_name": name}).update(**{f"{part}_name": name})
    return True
