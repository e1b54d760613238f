"""Facts that notification_service publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from servicekit.contracts.base import Event


class NoticeCreated(Event, frozen=True, kw_only=True):
    """A person has a new in-app notice."""

    type: ClassVar[str] = "notice.created"
    aggregate: ClassVar[str] = "notice"
    notice_id: UUID
    version: int
    user_id: UUID
    kind: str
    title: str
    body: str
    link: str  # path in the SPA
    created_at: datetime

    @property
    def aggregate_id(self) -> UUID:
        return self.notice_id

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
