"""What can happen to a run. ``token`` is the number of the token it happens to, ``by`` who does it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.state import Origin


@dataclass(frozen=True, slots=True)
class Open:
    """The work begins. The time of the whole counts from ``since``, which may be earlier than now."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Give:
    """A waiting token finds its holder."""

    token: int
    to: UUID
    origin: Origin


@dataclass(frozen=True, slots=True)
class Start:
    """The holder opens the work."""

    token: int
    by: UUID


@dataclass(frozen=True, slots=True)
class Act:
    """The holder takes one of the transitions of the step."""

    token: int
    by: UUID
    transition: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """The holder cannot go on for now: the clocks stop."""

    token: int
    by: UUID


@dataclass(frozen=True, slots=True)
class Resume:
    """The holder goes on: the clocks run again."""

    token: int
    by: UUID


@dataclass(frozen=True, slots=True)
class Escalate:
    """The holder hands the step to the step's escalation role."""

    token: int
    by: UUID


@dataclass(frozen=True, slots=True)
class Transfer:
    """Somebody who may do so gives the token to another holder of its role."""

    token: int
    to: UUID


@dataclass(frozen=True, slots=True)
class Cancel:
    """The work is no longer wanted."""


Event = Open | Give | Start | Act | Hold | Resume | Escalate | Transfer | Cancel
