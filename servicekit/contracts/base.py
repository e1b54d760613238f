"""What all events have in common."""

from typing import Any, ClassVar
from uuid import UUID

import msgspec

#: every known event class by (type, schema)
registry: dict[tuple[str, int], type["Event"]] = {}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that other services may hear of.

    ``type`` is the routing key, ``schema`` the number of its shape, ``aggregate`` names the thing it is about;
    ``aggregate_id`` and ``aggregate_version`` let a consumer drop what is older than what it knows.
    """

    type: ClassVar[str]
    schema: ClassVar[int] = 1
    aggregate: ClassVar[str]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "type" in cls.__dict__:
            registry[(cls.type, cls.schema)] = cls

    @property
    def aggregate_id(self) -> UUID:
        """The identity of the thing this fact is about."""
        raise NotImplementedError(f"{type(self).__name__} names no aggregate")

    @property
    def aggregate_version(self) -> int:
        """The version of that thing once this fact was true; rises by each of its events."""
        raise NotImplementedError(f"{type(self).__name__} carries no version")


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as an event names him: enough to show, never enough to log in."""

    id: UUID
    name: str
