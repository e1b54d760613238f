"""Facts that auth publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from servicekit.contracts.base import Event


class UserEvent(Event, frozen=True, kw_only=True):
    """The whole public profile of a person, as of ``version``."""

    aggregate: ClassVar[str] = "user"
    user_id: UUID
    version: int
    email: str
    name: str
    department: str
    is_active: bool

    @property
    def aggregate_id(self) -> UUID:
        return self.user_id

    @property
    def aggregate_version(self) -> int:
        return self.version


class UserCreated(UserEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "user.created"


class UserUpdated(UserEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "user.updated"


class UserActivated(UserEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "user.activated"


class UserDeactivated(UserEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "user.deactivated"


class RoleEvent(Event, frozen=True, kw_only=True):
    """A role of a system and all that it permits, as of ``version``."""

    aggregate: ClassVar[str] = "role"
    role_id: UUID
    version: int
    role: str  # "<system>.<role>", such as "tts.agent"
    name: str
    permissions: tuple[str, ...]

    @property
    def aggregate_id(self) -> UUID:
        return self.role_id

    @property
    def aggregate_version(self) -> int:
        return self.version


class RoleCreated(RoleEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "role.created"


class RoleUpdated(RoleEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "role.updated"


class RoleDeleted(RoleEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "role.deleted"


class AccessEvent(Event, frozen=True, kw_only=True):
    """What a person may do after a change: all roles he now holds and all that they permit.

    Access tokens that carry an ``access_version`` below this one are refused everywhere.
    """

    aggregate: ClassVar[str] = "access"
    user_id: UUID
    access_version: int
    role: str  # the one that was granted or revoked
    roles: tuple[str, ...]
    permissions: tuple[str, ...]

    @property
    def aggregate_id(self) -> UUID:
        return self.user_id

    @property
    def aggregate_version(self) -> int:
        return self.access_version


class AssignmentGranted(AccessEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "assignment.granted"


class AssignmentRevoked(AccessEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "assignment.revoked"


class AssignmentUpdated(AccessEvent, frozen=True, kw_only=True):
    """A role that the person holds permits something else now, or the account was switched on or off."""

    type: ClassVar[str] = "assignment.updated"


class SessionRevoked(Event, frozen=True, kw_only=True):
    """No token of this session is good any more; keep the fact until ``expires_at``."""

    type: ClassVar[str] = "session.revoked"
    aggregate: ClassVar[str] = "session"
    session_id: UUID
    user_id: UUID
    reason: str  # logout, reuse, deactivated, password, admin
    expires_at: datetime

    @property
    def aggregate_id(self) -> UUID:
        return self.session_id

    @property
    def aggregate_version(self) -> int:
        return 1
