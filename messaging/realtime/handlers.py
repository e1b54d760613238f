"""Doors for other services' facts that concern a person's browsers."""

from realtime import services
from servicekit.contracts.auth import AccessEvent, AssignmentGranted, AssignmentRevoked, AssignmentUpdated, SessionRevoked
from servicekit.contracts.notification import NoticeCreated, NoticesRead
from servicekit.events import Meta, handles


@handles(NoticeCreated)
def on_notice_created(event: NoticeCreated, meta: Meta) -> None:
    """The bell rings at once."""
    services.show_notice(event)


@handles(NoticesRead)
def on_notices_read(event: NoticesRead, meta: Meta) -> None:
    """What is read on one device is read on all."""
    services.show_unread(event)


@handles(SessionRevoked)
def on_session_revoked(event: SessionRevoked, meta: Meta) -> None:
    """A logout closes the session's sockets."""
    services.end_session(event)


@handles(AssignmentGranted, AssignmentRevoked, AssignmentUpdated)
def on_access_changed(event: AccessEvent, meta: Meta) -> None:
    """Lost rights end subscriptions, new ones widen them."""
    services.change_access(event)
