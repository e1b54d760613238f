"""The rule of refresh tokens."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tokens.rotation import Family, Verdict, judge

AT = datetime(2026, 1, 1, tzinfo=UTC)
CURRENT, REPLACED = uuid4(), uuid4()
FAMILY = Family(CURRENT, REPLACED, AT, "Firefox")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("presented", "user_agent", "after", "verdict"),
    [
        (CURRENT, "Firefox", timedelta(), Verdict.CURRENT),
        (CURRENT, "curl", timedelta(days=29), Verdict.CURRENT),
        (REPLACED, "Firefox", timedelta(), Verdict.TWIN),
        (REPLACED, "Firefox", 5 * SECOND, Verdict.TWIN),
        (REPLACED, "Firefox", 5 * SECOND + timedelta(microseconds=1), Verdict.REUSED),
        (REPLACED, "curl", timedelta(), Verdict.REUSED),
        (REPLACED, "", timedelta(), Verdict.REUSED),
        (uuid4(), "Firefox", timedelta(), Verdict.REUSED),
    ],
)
def test_a_token_is_current_a_twin_within_5_seconds_of_the_same_client_or_reused(presented, user_agent, after, verdict):
    assert judge(FAMILY, presented_id=presented, user_agent=user_agent, at=AT + after) is verdict


def test_a_family_that_never_rotated_has_no_twin():
    assert judge(Family(CURRENT, None, AT, ""), presented_id=uuid4(), user_agent="", at=AT) is Verdict.REUSED
