"""Facts that messaging publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from servicekit.contracts.base import Event, Person


class CommentPosted(Event, frozen=True, kw_only=True):
    """Somebody said something about a ticket. ``audience``: who is to hear of it, the author left out."""

    type: ClassVar[str] = "comment.posted"
    aggregate: ClassVar[str] = "comment"
    comment_id: UUID
    version: int
    ticket_id: UUID
    number: str
    subject: str
    author: Person
    visibility: str  # public, internal
    excerpt: str  # the first 200 characters, plain
    audience: tuple[UUID, ...]
    posted_at: datetime

    @property
    def aggregate_id(self) -> UUID:
        return self.comment_id

    @property
    def aggregate_version(self) -> int:
        return self.version
