"""What realtime passes on to browsers from other services' facts."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from comments import audiences
from realtime.models import InboxMark
from servicekit.contracts.auth import AccessEvent, SessionRevoked
from servicekit.contracts.notification import NoticeCreated, NoticesRead, Told
from servicekit.stream.rows import append, append_all


@transaction.atomic
def show_notice(event: NoticeCreated) -> None:
    """A new notice appears on all devices of everybody whom it tells."""
    append_all([(audiences.person(told.user_id), "notice.created", _notice(told, event.created_at)) for told in event.told])


@transaction.atomic
def show_unread(event: NoticesRead) -> None:
    """The counters of all devices follow; an older count than the last one shown is left out."""
    mark, is_new = InboxMark.objects.select_for_update().get_or_create(user_id=event.user_id, defaults={"version": event.version})
    if not is_new and mark.version >= event.version:
        return
    mark.version = event.version
    mark.save(update_fields=["version"])
    append(audiences.person(event.user_id), "notice.read", {"unread": event.unread})


@transaction.atomic
def end_session(event: SessionRevoked) -> None:
    """The session's sockets are to close."""
    append(audiences.session(event.session_id), "session.revoked", {})


@transaction.atomic
def change_access(event: AccessEvent) -> None:
    """The person's sockets are to check again what they hear."""
    body = {"access_version": event.access_version, "roles": list(event.roles), "permissions": list(event.permissions)}
    append(audiences.access(event.user_id), "access.changed", body)


def _notice(told: Told, created_at: datetime) -> dict[str, Any]:
    """The notice as its list in the API shows it."""
    body = {
        "id": told.notice_id,
        "kind": told.kind,
        "title": told.title,
        "body": told.body,
        "link": told.link,
        "created_at": created_at,
        "read_at": None,
    }
    return dict(msgspec.to_builtins(body))
