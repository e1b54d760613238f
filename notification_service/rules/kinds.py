"""What a person can be told, and by which channels unless he chose otherwise."""

from django.db.models import TextChoices


class Channel(TextChoices):
    """A way to reach somebody."""

    IN_APP = "in_app", "In the app"
    MAIL = "mail", "E-mail"


class Kind(TextChoices):
    """Why somebody is told; the unit that a preference switches on and off."""

    RECEIVED = "received", "My ticket was received"
    APPROVAL = "approval", "A ticket waits for approval"
    STATUS = "status", "A ticket was approved, rejected or withdrawn"
    RESOLVED = "resolved", "My ticket was resolved"
    CLOSED = "closed", "My ticket was closed"
    REOPENED = "reopened", "A ticket was reopened"
    ASSIGNMENT = "assignment", "I was assigned a step"
    TRANSFER_IN = "transfer_in", "A step was transferred to me"
    TRANSFER_OUT = "transfer_out", "A step of mine went to somebody else or was cancelled"
    ESCALATION = "escalation", "A step was escalated to me"
    STEP_CHANGE = "step_change", "A ticket that I own went on"
    COMPLETED = "completed", "The work on a ticket that I own is done"
    SLA_WARNING = "sla_warning", "A target is near"
    SLA_BREACH = "sla_breach", "A target was missed"
    COMMENT = "comment", "A comment on a ticket that I take part in"
    REPLY = "reply", "A reply to me on my ticket"
    SYSTEM = "system", "The desk needs an admin"


_BOTH = frozenset({Channel.IN_APP, Channel.MAIL})
_ONLY_IN_APP = frozenset({Channel.IN_APP})

#: kind → the channels it takes by default
DEFAULT_CHANNELS: dict[Kind, frozenset[Channel]] = {
    Kind.RECEIVED: _BOTH,
    Kind.APPROVAL: _ONLY_IN_APP,
    Kind.STATUS: _BOTH,
    Kind.RESOLVED: _BOTH,
    Kind.CLOSED: _BOTH,
    Kind.REOPENED: _BOTH,
    Kind.ASSIGNMENT: _BOTH,
    Kind.TRANSFER_IN: _BOTH,
    Kind.TRANSFER_OUT: _ONLY_IN_APP,
    Kind.ESCALATION: _BOTH,
    Kind.STEP_CHANGE: _ONLY_IN_APP,
    Kind.COMPLETED: _ONLY_IN_APP,
    Kind.SLA_WARNING: _ONLY_IN_APP,
    Kind.SLA_BREACH: _BOTH,
    Kind.COMMENT: _ONLY_IN_APP,
    Kind.REPLY: _BOTH,
    Kind.SYSTEM: _BOTH,
}
