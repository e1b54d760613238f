"""The rule of refresh tokens.

A refresh token is good once. Using it makes the next one, and using an old one again shows that two hold the family:
it ends, for both. One exception: a browser with several tabs, or a client whose answer was lost, sends the same token
twice within moments. So the token that was replaced last, coming within ``TWIN_WITHIN`` of its replacement and from the
same user agent, is answered with the tokens that the first request was given; it makes no new ones. Nothing older gets
this grace, and nothing later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

TWIN_WITHIN = timedelta(seconds=5)


class Verdict(Enum):
    """What a genuine refresh token of a live session is."""

    CURRENT = auto()
    TWIN = auto()
    REUSED = auto()


@dataclass(frozen=True)
class Family:
    """What the rule needs to know of a session."""

    current_id: UUID
    replaced_id: UUID | None
    replaced_at: datetime
    user_agent: str


def judge(family: Family, *, presented_id: UUID, user_agent: str, at: datetime) -> Verdict:
    """Whether the presented token is the current one, its twin, or one used before."""
    if presented_id == family.current_id:
        return Verdict.CURRENT
    is_twin = presented_id == family.replaced_id and at - family.replaced_at <= TWIN_WITHIN and user_agent == family.user_agent
    return Verdict.TWIN if is_twin else Verdict.REUSED
