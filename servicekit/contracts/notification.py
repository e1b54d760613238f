"""Facts that notification_service publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from servicekit.contracts.base import Event


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one person was told."""

    notice_id: UUID
    user_id: UUID
    kind: str
    title: str
    body: str
    link: str  # path in the SPA


class NoticeCreated(Event, frozen=True, kw_only=True):
    """One fact gave one or more people a new in-app notice each."""

    type: ClassVar[str] = "notice.created"
    aggregate: ClassVar[str] = "notice"
    version: int
    told: tuple[Told, ...]
    created_at: datetime

    @property
    def aggregate_id(self) -> UUID:
        return self.told[0].notice_id

    @property
    def aggregate_version(self) -> int:
        return self.version


class NoticesRead(Event, frozen=True, kw_only=True):
    """A person read notices on one device; the others correct their counters."""

    type: ClassVar[str] = "notice.read"
    aggregate: ClassVar[str] = "inbox"
    user_id: UUID
    version: int
    unread: int

    @property
    def aggregate_id(self) -> UUID:
        return self.user_id

    @property
    def aggregate_version(self) -> int:
        return self.version
