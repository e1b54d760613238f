"""The table: what happened → who hears of it, as what kind, in which words. Pure.

A person gets one message of an event: the first line that means him. Whoever did it is not told, unless the line says so.
The kind decides the channels (``rules.kinds``), and each person may choose otherwise (``preferences``).
Texts are format strings of ours; what people wrote is only ever put into them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.audience import Who
from rules.kinds import Kind
from servicekit.contracts import Event
from servicekit.contracts import messaging as said
from servicekit.contracts import ticket as tickets
from servicekit.contracts import workflow as work

TICKET_PAGE = "/tickets/{e.number}"
_REASONED = "{e.subject}\n{e.by.name}: {e.reason}"


def _always(event: Any) -> bool:
    return True


def _has_no_event_of_its_own(event: work.TaskAssigned) -> bool:
    """An escalation and a transfer are told by their own events."""
    return event.origin not in {"escalation", "transfer"}


def _is_public(event: said.CommentPosted) -> bool:
    return event.visibility == "public"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    who: Who
    kind: Kind
    title: str
    body: str = "{e.subject}"
    link: str = TICKET_PAGE
    when: Callable[[Any], bool] = _always
    tells_actor: bool = False

    def words(self, event: Event) -> tuple[str, str, str]:
        """Title, body and link for this event."""
        fill = {"e": event, "due": _due(getattr(event, "target_at", None)), "what": _what(event)}
        return self.title.format(**fill), self.body.format(**fill), self.link.format(**fill)


def _due(target_at: datetime | None) -> str:
    return f"Due {target_at:%Y-%m-%d %H:%M} UTC." if target_at else "No target."


def _what(event: Event) -> str:
    """What a clock of the work is about."""
    return event.step_name if isinstance(event, work.SlaEvent) and event.scope == "step" else "the work"


RULES: dict[type[Event], tuple[Rule, ...]] = {
    tickets.TicketSubmitted: (
        Rule(Who.REQUESTER, Kind.RECEIVED, "{e.number} was received", tells_actor=True),
        Rule(Who.APPROVERS, Kind.APPROVAL, "{e.number} waits for approval", "{e.requester.name}: {e.subject}"),
    ),
    tickets.TicketApproved: (Rule(Who.REQUESTER, Kind.STATUS, "{e.number} was approved"),),
    tickets.TicketRejected: (Rule(Who.REQUESTER, Kind.STATUS, "{e.number} was rejected", "{e.subject}\n{e.reason}"),),
    tickets.TicketWithdrawn: (
        Rule(Who.REQUESTER, Kind.STATUS, "{e.number} was withdrawn", "{e.subject}\n{e.reason}"),
        Rule(Who.OWNER, Kind.STATUS, "{e.number} was withdrawn", "{e.subject}\n{e.reason}"),
    ),
    tickets.TicketResolved: (Rule(Who.REQUESTER, Kind.RESOLVED, "{e.number} was resolved"),),
    tickets.TicketClosed: (Rule(Who.REQUESTER, Kind.CLOSED, "{e.number} was closed", "{e.subject}\n{e.comment}"),),
    tickets.TicketReopened: (
        Rule(Who.REQUESTER, Kind.REOPENED, "{e.number} was reopened", "{e.subject}\n{e.reason}"),
        Rule(Who.OWNER, Kind.REOPENED, "{e.number} was reopened", "{e.subject}\n{e.reason}"),
    ),
    work.TaskOpened: (Rule(Who.OWNER, Kind.STEP_CHANGE, "You own {e.number}", "{e.subject}\n{e.workflow_name}. {due}"),),
    work.TaskAssigned: (
        Rule(Who.ASSIGNEE, Kind.ASSIGNMENT, "{e.number}: {e.step_name} is yours", "{e.subject}\n{due}", when=_has_no_event_of_its_own),
    ),
    work.TaskEscalated: (
        Rule(Who.ASSIGNEE, Kind.ESCALATION, "{e.number}: {e.step_name} was escalated to you", _REASONED + "\n{due}"),
        Rule(Who.PREVIOUS, Kind.TRANSFER_OUT, "{e.number}: {e.step_name} was escalated", _REASONED),
    ),
    work.TaskTransferred: (
        Rule(Who.ASSIGNEE, Kind.TRANSFER_IN, "{e.number}: {e.step_name} is yours now", _REASONED + "\n{due}"),
        Rule(Who.PREVIOUS, Kind.TRANSFER_OUT, "{e.number}: {e.step_name} went to somebody else", _REASONED),
    ),
    work.TaskUnassigned: (Rule(Who.ALLOCATORS, Kind.SYSTEM, "{e.number}: nobody for {e.step_name}", "{e.subject}\n{e.reason}"),),
    work.TicketUnmatched: (Rule(Who.ALLOCATORS, Kind.SYSTEM, "{e.number} fits no workflow", "{e.subject}\n{e.reason}"),),
    work.TaskStepCompleted: (
        Rule(Who.OWNER, Kind.STEP_CHANGE, "{e.number}: {e.step_name} is done", "{e.subject}\n{e.by.name}: {e.transition_name}"),
    ),
    work.TaskCompleted: (Rule(Who.OWNER, Kind.COMPLETED, "{e.number}: the work is done"),),
    work.TaskCancelled: (Rule(Who.ASSIGNEES, Kind.TRANSFER_OUT, "{e.number}: the work was cancelled", "{e.subject}\n{e.reason}"),),
    work.SlaWarned: (Rule(Who.ASSIGNEE, Kind.SLA_WARNING, "{e.number}: {what} is due soon", "{e.subject}\n{due}"),),
    work.SlaBreached: (
        Rule(Who.ASSIGNEE, Kind.SLA_BREACH, "{e.number}: {what} is overdue", "{e.subject}\n{due}"),
        Rule(Who.OWNER, Kind.SLA_BREACH, "{e.number}: {what} is overdue", "{e.subject}\n{due}"),
        Rule(Who.ALLOCATORS, Kind.SLA_BREACH, "{e.number}: {what} is overdue", "{e.subject}\n{due}"),
    ),
    said.CommentPosted: (
        Rule(Who.REQUESTER, Kind.REPLY, "{e.author.name} replied on {e.number}", "{e.subject}\n{e.excerpt}", when=_is_public),
        Rule(Who.AUDIENCE, Kind.COMMENT, "{e.author.name} commented on {e.number}", "{e.subject}\n{e.excerpt}"),
    ),
}  # fmt: skip


def rules_for(event: Event) -> list[Rule]:
    """The lines that apply to this event."""
    return [rule for rule in RULES.get(type(event), ()) if rule.when(event)]
