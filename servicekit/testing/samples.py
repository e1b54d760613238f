"""Events with plausible values, to be changed where a test cares."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from servicekit.contracts.notification import NoticeCreated, Told


def a_notice(**changes: Any) -> NoticeCreated:
    """A notice for somebody; the changes are to what he is told."""
    told = Told(notice_id=uuid4(), user_id=uuid4(), kind="system", title="Hello", body="", link="/")
    return NoticeCreated(version=1, told=(msgspec.structs.replace(told, **changes),), created_at=datetime(2026, 1, 1, tzinfo=UTC))
