"""One event, one step: the rules of a run."""

from dataclasses import replace
from typing import assert_never
from uuid import UUID

from engine.clock import Clock
from engine.definition import Definition, Transition
from engine.effects import Complete, Effect, PauseClock, ResumeClock, Seek, Settle, StartClock, StopClock
from engine.events import Act, Cancel, Escalate, Event, Give, Hold, Open, Resume, Start, Transfer
from engine.refusals import AlreadyTheirs, NoEscalation, NoteMissing, NotHolder, TokenClosed, UnknownTransition, WrongStatus
from engine.schedule import share, whole
from engine.state import Origin, Outcome, RunStatus, State, Token, TokenStatus

Stepped = tuple[State, tuple[Effect, ...]]


def step(definition: Definition, state: State, event: Event, clock: Clock) -> Stepped:
    """The next state and what the host is to do. Raises Refused, and then nothing has happened.

    ``definition`` must be free of problems (``find_problems``).
    """
    after, effects = _handle(definition, state, event, clock)
    return after, (*effects, *_whole_clock(state, after))


def _handle(definition: Definition, state: State, event: Event, clock: Clock) -> Stepped:
    match event:
        case Open():
            return _open(definition, state, event, clock)
        case Give():
            return _give(definition, state, event, clock)
        case Start():
            return _start(state, event)
        case Act():
            return _act(definition, state, event, clock)
        case Hold():
            return _hold(state, event)
        case Resume():
            return _resume(state, event)
        case Escalate():
            return _escalate(definition, state, event, clock)
        case Transfer():
            return _transfer(definition, state, event, clock)
        case Cancel():
            return _cancel(state)
        case _:
            assert_never(event)


def _open(definition: Definition, state: State, event: Open, clock: Clock) -> Stepped:
    if state.status is not RunStatus.NEW:
        raise WrongStatus
    due = clock.after(whole(definition, state.priority), event.since)
    running = replace(state, status=RunStatus.RUNNING)
    state, entered = _enter(definition, running, definition.start.key, Origin.ALLOCATION, clock)
    return state, (StartClock(None, event.since, due), *entered)


def _give(definition: Definition, state: State, event: Give, clock: Clock) -> Stepped:
    token = _open_token(state, event.token)
    if token.holder is not None:
        raise WrongStatus
    given = replace(token, holder=event.to, origin=event.origin)
    return _timed(definition, state, given, clock)


def _start(state: State, event: Start) -> Stepped:
    token = _held_by(state, event.token, event.by)
    if token.status is TokenStatus.HELD:
        raise WrongStatus
    return state.with_token(replace(token, status=TokenStatus.IN_PROGRESS)), ()


def _act(definition: Definition, state: State, event: Act, clock: Clock) -> Stepped:
    token = _held_by(state, event.token, event.by)
    if token.status is TokenStatus.HELD:
        raise WrongStatus
    taken = _way_out(definition, token, event)
    left = state.without(token.id)
    settled = (Settle(token.id, Outcome.DONE), StopClock(token.visit))
    if not definition.is_end(taken.target):
        entered_state, entered = _enter(definition, left, taken.target, Origin.TRANSITION, clock)
        return entered_state, (*settled, *entered)
    if left.tokens:
        return left, settled
    return replace(left, status=RunStatus.COMPLETED), (*settled, StopClock(None), Complete(taken.target))


def _hold(state: State, event: Hold) -> Stepped:
    token = _held_by(state, event.token, event.by)
    if token.status is TokenStatus.HELD:
        raise WrongStatus
    held = state.with_token(replace(token, status=TokenStatus.HELD))
    return held, (PauseClock(token.visit),)


def _resume(state: State, event: Resume) -> Stepped:
    token = _held_by(state, event.token, event.by)
    if token.status is not TokenStatus.HELD:
        raise WrongStatus
    return state.with_token(replace(token, status=TokenStatus.IN_PROGRESS)), _unpaused(token)


def _escalate(definition: Definition, state: State, event: Escalate, clock: Clock) -> Stepped:
    token = _held_by(state, event.token, event.by)
    role = definition.step(token.step).escalation_role
    if not role:
        raise NoEscalation
    successor = _successor(state, token, clock, role=role, origin=Origin.ESCALATION)
    seek = Seek(successor.id, role, Origin.ESCALATION, required=True, excluding=event.by)
    moved = state.without(token.id).with_token(successor)
    return moved, (*_unpaused(token), Settle(token.id, Outcome.ESCALATED), seek)


def _transfer(definition: Definition, state: State, event: Transfer, clock: Clock) -> Stepped:
    token = _open_token(state, event.token)
    if token.holder == event.to:
        raise AlreadyTheirs
    successor = _successor(state, token, clock, holder=event.to, origin=Origin.TRANSFER)
    moved, timed = _timed(definition, state.without(token.id), successor, clock)
    return moved, (*_unpaused(token), Settle(token.id, Outcome.TRANSFERRED), *timed)


def _cancel(state: State) -> Stepped:
    if state.status is not RunStatus.RUNNING:
        raise WrongStatus
    settled = [effect for token in state.tokens for effect in _cancelled(token)]
    return replace(state, status=RunStatus.CANCELLED, tokens=()), (*settled, StopClock(None))


def _cancelled(token: Token) -> list[Effect]:
    settled: list[Effect] = [Settle(token.id, Outcome.CANCELLED)]
    return [*settled, StopClock(token.visit)] if token.is_timed else settled


def _enter(definition: Definition, state: State, key: str, origin: Origin, clock: Clock) -> Stepped:
    role = definition.step(key).role
    number = state.last_token + 1
    token = Token(id=number, visit=state.last_visit + 1, step=key, role=role, origin=origin, holder=None, entered_at=clock.now)
    return state.with_token(token), (Seek(number, role, origin),)


def _timed(definition: Definition, state: State, token: Token, clock: Clock) -> Stepped:
    """The step's time begins when somebody has it for the first time."""
    if token.is_timed:
        return state.with_token(token), ()
    due = clock.after(share(definition, state.priority, token.step))
    return state.with_token(replace(token, is_timed=True)), (StartClock(token.visit, clock.now, due),)


def _successor(state: State, token: Token, clock: Clock, *, origin: Origin, role: str = "", holder: UUID | None = None) -> Token:
    return replace(
        token, id=state.last_token + 1, role=role or token.role, origin=origin, holder=holder, status=TokenStatus.NEW, entered_at=clock.now
    )


def _unpaused(token: Token) -> tuple[Effect, ...]:
    return (ResumeClock(token.visit),) if token.status is TokenStatus.HELD else ()


def _whole_clock(before: State, after: State) -> tuple[Effect, ...]:
    if after.status is not RunStatus.RUNNING or before.is_paused == after.is_paused:
        return ()
    return (PauseClock(None),) if after.is_paused else (ResumeClock(None),)


def _way_out(definition: Definition, token: Token, event: Act) -> Transition:
    for transition in definition.transitions_from(token.step):
        if transition.key == event.transition:
            if transition.note_required and not event.note.strip():
                raise NoteMissing
            return transition
    raise UnknownTransition


def _open_token(state: State, number: int) -> Token:
    token = state.token(number)
    if token is None:
        raise TokenClosed
    return token


def _held_by(state: State, number: int, by: UUID) -> Token:
    token = _open_token(state, number)
    if token.holder != by:
        raise NotHolder
    return token
