"""Whose turn it is: the active holder whose last turn is longest ago, chosen under the lock of the role's rotation."""

from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from directory.models import Person
from directory.selectors import active_people
from tasks.models import Rotation, Turn


def next_holder(role: str, *, rotation: str = "", excluding: UUID | None = None) -> Person | None:
    """The next active holder of the role, or None. Call it in a transaction: the rotation stays locked until it ends.

    ``rotation`` keeps turns apart that are taken by the same role for another purpose.
    """
    key = rotation or role
    _lock(key)
    turns = Turn.objects.filter(rotation=key, person=OuterRef("id")).values("number")
    number = Rotation.objects.filter(key=key).values("turns")
    holders = active_people(role=role).exclude(id=excluding) if excluding else active_people(role=role)
    person = (
        holders.annotate(last_turn=Subquery(turns), this_turn=Subquery(number)).order_by(F("last_turn").asc(nulls_first=True), "id").first()
    )
    if person is not None:
        turn = Turn(rotation_id=key, person=person, number=person.this_turn)
        Turn.objects.bulk_create([turn], update_conflicts=True, unique_fields=["rotation", "person"], update_fields=["number"])
    return person


def _lock(key: str) -> None:
    """Count the turn, which locks the row; make the rotation at its first turn."""
    if not Rotation.objects.filter(key=key).update(turns=F("turns") + 1):
        Rotation.objects.bulk_create([Rotation(key=key)], ignore_conflicts=True)
        Rotation.objects.filter(key=key).update(turns=F("turns") + 1)
