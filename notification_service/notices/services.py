"""Everything that can happen to a notice."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from notices.models import Inbox, Notice
from notices.selectors import unread_count
from rules.message import Message
from servicekit.clock import now
from servicekit.contracts.notification import NoticeCreated, NoticesRead, Told
from servicekit.database import gather
from servicekit.errors import NotFound
from servicekit.events import publish
from servicekit.principal import Principal

logger = logging.getLogger("tts.notices")
TOLD_AT_ONCE = 100  # people in one fact: it stays well below the broker's limit of 1 MiB


@transaction.atomic
def create_notices(event_id: UUID, messages: Sequence[Message]) -> list[Notice]:
    """Tell each person in the app. The notices of an event are committed together: if one exists, all do, and nothing happens."""
    at = now()
    notices = [
        Notice(event_id=event_id, user_id=m.user_id, kind=m.kind, title=m.title, body=m.body, link=m.link, created_at=at) for m in messages
    ]
    gather(_write, notices)
    return notices


def _write(notices: list[Notice]) -> None:
    """Those of all events that are handled together, and one fact about them."""
    if not notices:
        return
    try:
        with transaction.atomic():
            Notice.objects.bulk_create(notices)
    except IntegrityError:
        if len({notice.event_id for notice in notices}) > 1:
            raise  # each event for itself, then
        logger.info("people were told before", extra={"event_id": str(notices[0].event_id)})
        return
    for begin in range(0, len(notices), TOLD_AT_ONCE):
        told = tuple(_told(notice) for notice in notices[begin : begin + TOLD_AT_ONCE])
        publish(NoticeCreated(version=1, told=told, created_at=notices[begin].created_at))


@transaction.atomic
def mark_read(*, notice_id: UUID, by: Principal) -> Notice:
    """A person may read his own notices. Reading again changes nothing. Raises NotFound for what is not his."""
    inbox = _lock_inbox(by.id)
    notice = Notice.objects.filter(id=notice_id, user_id=by.id).first()
    if notice is None:
        raise NotFound
    if notice.read_at is None:
        notice.read_at = now()
        notice.save(update_fields=["read_at"])
        _say_read(inbox)
    return notice


@transaction.atomic
def mark_all_read(*, by: Principal) -> int:
    """A person reads everything that he was told so far; how many notices are unread then."""
    inbox = _lock_inbox(by.id)
    if Notice.objects.filter(user_id=by.id, read_at__isnull=True).update(read_at=now()):
        return _say_read(inbox)
    return 0


def _lock_inbox(user_id: UUID) -> Inbox:
    return Inbox.objects.select_for_update().get_or_create(user_id=user_id)[0]


def _say_read(inbox: Inbox) -> int:
    inbox.version += 1
    inbox.save(update_fields=["version"])
    unread = unread_count(inbox.user_id)
    publish(NoticesRead(user_id=inbox.user_id, version=inbox.version, unread=unread))
    return unread


def _told(notice: Notice) -> Told:
    return Told(notice_id=notice.id, user_id=notice.user_id, kind=notice.kind, title=notice.title, body=notice.body, link=notice.link)
