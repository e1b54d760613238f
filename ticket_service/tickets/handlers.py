"""Doors for other services' events."""

from servicekit.contracts.auth import UserActivated, UserCreated, UserDeactivated, UserEvent, UserUpdated
from servicekit.contracts.workflow import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskEscalated,
    TaskHeld,
    TaskOpened,
    TaskResumed,
    TaskStarted,
    TaskStepCompleted,
    TaskTransferred,
    TaskUnassigned,
    TicketUnmatched,
)
from servicekit.events import Meta, handles
from servicekit.principal import SYSTEM
from tickets.services import News, Place, await_work, follow_work, remember_person
from tickets.status import Action


def _name(event: TaskAssigned | TaskEscalated | TaskTransferred) -> str:
    return event.assignee.name if event.assignee else "nobody"


@handles(TaskOpened)
def on_opened(event: TaskOpened, meta: Meta) -> None:
    """The work has a workflow and a time when it is due."""
    follow_work(event=event, news=News("open", target_at=event.target_at, detail=f"{event.workflow_name} v{event.workflow_version}"))


@handles(TaskAssigned)
def on_assigned(event: TaskAssigned, meta: Meta) -> None:
    """Somebody has the step."""
    place = Place(event.step_name, event.assignee)
    detail = f"{event.step_name}: {_name(event)}"
    follow_work(event=event, news=News("assign", moves=Action.ASSIGN, place=place, detail=detail, involved=(event.assignee,)))


@handles(TaskUnassigned)
def on_unassigned(event: TaskUnassigned, meta: Meta) -> None:
    """Nobody holds the step's role: the ticket waits."""
    news = News("unassign", moves=Action.WAIT, place=Place(event.step_name, None), detail=event.step_name, reason=event.reason)
    follow_work(event=event, news=news)


@handles(TaskStarted)
def on_started(event: TaskStarted, meta: Meta) -> None:
    """The assignee has begun."""
    place = Place(event.step_name, event.assignee)
    by = event.assignee or SYSTEM.person
    news = News("start", moves=Action.START, place=place, by=by, detail=event.step_name, involved=(event.assignee,))
    follow_work(event=event, news=news)


@handles(TaskHeld)
def on_held(event: TaskHeld, meta: Meta) -> None:
    """The work is on hold."""
    follow_work(event=event, news=News("hold", moves=Action.HOLD, by=event.by, detail=event.step_name, reason=event.reason))


@handles(TaskResumed)
def on_resumed(event: TaskResumed, meta: Meta) -> None:
    """The work goes on."""
    follow_work(event=event, news=News("resume", moves=Action.RESUME, by=event.by, detail=event.step_name))


@handles(TaskStepCompleted)
def on_step_completed(event: TaskStepCompleted, meta: Meta) -> None:
    """One step is done; the next one's assignment is a fact of its own. The agents' note stays with the agents."""
    follow_work(
        event=event, news=News("step", by=event.by, detail=f"{event.step_name}: {event.transition_name}", involved=(event.assignee,))
    )


@handles(TaskEscalated)
def on_escalated(event: TaskEscalated, meta: Meta) -> None:
    """Somebody who knows more has the step now."""
    _hand_over("escalate", event)


@handles(TaskTransferred)
def on_transferred(event: TaskTransferred, meta: Meta) -> None:
    """Somebody else has the step now."""
    _hand_over("transfer", event)


def _hand_over(entry: str, event: TaskEscalated | TaskTransferred) -> None:
    """He who had it may still look."""
    news = News(
        entry,
        moves=Action.ASSIGN,
        place=Place(event.step_name, event.assignee),
        by=event.by,
        detail=f"{event.step_name}: {_name(event)}",
        reason=event.reason,
        involved=(event.assignee, event.previous),
    )
    follow_work(event=event, news=news)


@handles(TaskCompleted)
def on_completed(event: TaskCompleted, meta: Meta) -> None:
    """The work is done: the ticket is resolved."""
    follow_work(event=event, news=News("resolve", moves=Action.RESOLVE, place=Place("", None), is_end=True, by=event.by))


@handles(TaskCancelled)
def on_cancelled(event: TaskCancelled, meta: Meta) -> None:
    """The work was given up; nobody has it any more."""
    news = News("cancel", place=Place("", None), is_end=True, reason=event.reason, involved=event.assignees)
    follow_work(event=event, news=news)


@handles(TicketUnmatched)
def on_unmatched(event: TicketUnmatched, meta: Meta) -> None:
    """No workflow fits."""
    await_work(ticket_id=event.ticket_id, reason=event.reason)


@handles(UserCreated, UserUpdated, UserActivated, UserDeactivated)
def on_person(event: UserEvent, meta: Meta) -> None:
    """A name, or whether the account is on."""
    remember_person(user_id=event.user_id, version=event.version, name=event.name, is_active=event.is_active)
