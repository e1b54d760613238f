"""Events with plausible values, to be changed where a test cares."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from servicekit.contracts.notification import Addressee, NoticeCreated


def a_notice(**changes: Any) -> NoticeCreated:
    """A notice for somebody."""
    notice = NoticeCreated(
        version=1,
        addressees=(Addressee(notice_id=uuid4(), user_id=uuid4()),),
        kind="system",
        title="Hello",
        body="",
        link="/",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return msgspec.structs.replace(notice, **changes)
