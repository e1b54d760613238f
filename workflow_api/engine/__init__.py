"""The interpreter of workflows: pure, no Django, no database, no clock of its own.

``step(definition, state, event, clock) -> (state, effects)`` is the whole of it. The host keeps the state, carries out the
effects, and answers those that ask something (``Seek``) with another event.
"""

from engine.clock import Clock
from engine.definition import PRIORITIES, Definition, End, Sla, Step, Transition, read_definition
from engine.effects import Complete, Effect, PauseClock, ResumeClock, Seek, Settle, StartClock, StopClock
from engine.events import Act, Cancel, Escalate, Event, Give, Hold, Open, Resume, Start, Transfer
from engine.findings import Finding, find_problems
from engine.interpreter import step
from engine.refusals import AlreadyTheirs, NoEscalation, NoteMissing, NotHolder, Refused, TokenClosed, UnknownTransition, WrongStatus
from engine.schedule import share, shares
from engine.state import Origin, Outcome, RunStatus, State, Token, TokenStatus

__all__ = [
    "PRIORITIES",
    "Act",
    "AlreadyTheirs",
    "Cancel",
    "Clock",
    "Complete",
    "Definition",
    "Effect",
    "End",
    "Escalate",
    "Event",
    "Finding",
    "Give",
    "Hold",
    "NoEscalation",
    "NotHolder",
    "NoteMissing",
    "Open",
    "Origin",
    "Outcome",
    "PauseClock",
    "Refused",
    "Resume",
    "ResumeClock",
    "RunStatus",
    "Seek",
    "Settle",
    "Sla",
    "Start",
    "StartClock",
    "State",
    "Step",
    "StopClock",
    "Token",
    "TokenClosed",
    "TokenStatus",
    "Transfer",
    "Transition",
    "UnknownTransition",
    "WrongStatus",
    "find_problems",
    "read_definition",
    "share",
    "shares",
    "step",
]
