"""Who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from servicekit.contracts import Person
from servicekit.contracts.permissions import Permission


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified person or program: what its access token says, and nothing from the request's body."""

    id: UUID
    name: str
    email: str
    session_id: UUID
    roles: frozenset[str]
    permissions: frozenset[str]
    access_version: int

    is_authenticated = True

    def has(self, permission: Permission) -> bool:
        """True if one of its roles permits it."""
        return permission in self.permissions

    @property
    def pk(self) -> UUID:
        """The id, under the name that Django's tools expect."""
        return self.id

    @property
    def person(self) -> Person:
        """How events and answers name it."""
        return Person(id=self.id, name=self.name)


def principal_from_claims(claims: Mapping[str, Any]) -> Principal:
    """The principal of a verified access token. Raises KeyError or ValueError for claims that auth never makes."""
    return Principal(
        id=UUID(claims["sub"]),
        name=str(claims["name"]),
        email=str(claims["email"]),
        session_id=UUID(claims["sid"]),
        roles=frozenset(claims["roles"]),
        permissions=frozenset(claims["perms"]),
        access_version=int(claims["av"]),
    )


#: who files the tickets that only try the system out: nobody is told of them, and they are deleted after an hour
SYNTHETIC_ID = UUID("5e27be71-0000-4000-8000-000000000001")
#: who acts when a clock or an event does
SYSTEM = Principal(
    id=UUID(int=0), name="System", email="", session_id=UUID(int=0), roles=frozenset(), permissions=frozenset(Permission), access_version=0
)


def principal_of(request: Any) -> Principal:
    """Who asks, in a view whose rule lets in verified principals alone. Raises TypeError where that is not so."""
    if not isinstance(request.user, Principal):
        raise TypeError("this view answers nobody in particular")
    return request.user
