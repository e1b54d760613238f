"""What a try to send came to, and what follows from it. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextChoices

from mail.state import Action

#: the pause after the first, second … try; after the last try the delivery goes to the failed bucket
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
TRIES = len(BACK_OFF) + 1
RESEND_AFTER = timedelta(minutes=1)


class Stage(TextChoices):
    """How far the conversation with the server came."""

    CONNECT = "connect", "Connecting"
    AUTH = "auth", "Logging in"
    SENDER = "sender", "Naming the sender"
    RECIPIENT = "recipient", "Naming the recipient"
    DATA = "data", "Handing over the text"


class Verdict(TextChoices):
    """What is certain after a try."""

    ACCEPTED = "accepted", "The server took the mail"
    DEFERRED = "deferred", "The mail was not taken; it may be later"
    REFUSED = "refused", "The mail will never be taken"
    IN_DOUBT = "in_doubt", "The server may have taken the mail"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict of a try, the stage it ended at, and what the server said."""

    verdict: Verdict
    stage: Stage | None = None
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """How a delivery goes on; ``delay`` until its next try, None if there is none."""

    action: Action
    delay: timedelta | None = None


def after(verdict: Verdict, *, attempts: int, doubts: int) -> Next:
    """What follows from a verdict, this try counted in both. A mail is in doubt twice at most: so often it may have been sent."""
    match verdict:
        case Verdict.ACCEPTED:
            return Next(Action.ACCEPT)
        case Verdict.IN_DOUBT:
            return Next(Action.DOUBT, RESEND_AFTER if doubts == 1 else None)
        case Verdict.DEFERRED if attempts < TRIES:
            return Next(Action.DEFER, BACK_OFF[attempts - 1])
    return Next(Action.DOUBT if doubts else Action.FAIL)
