"""When a new release goes on, when it waits and when it is taken back. Pure: figures in, verdict out."""

from dataclasses import dataclass
from enum import Enum

from production.deployment.figures import Figures

READY_WITHIN = 90.0  # seconds from the start of a container
ENOUGH = 50  # answers before a ratio means anything
GROSS, GROSS_RATIO = 5, 0.2  # failures, and their share of the answers, that need no more samples
ERROR_FLOOR, ERROR_FACTOR = 0.01, 3.0  # a share of failures, and how many times the old release's
SLOW_FLOOR, SLOW_FACTOR = 0.3, 1.5  # seconds of p95, and how many times the old release's
ENOUGH_TO_COMPARE, MOST_DRAG = 15, 4.0  # answers of the other services, and how much of a slowdown they may excuse
RESTARTS = 2
FAILED_PROBES = 2  # in a row
OUTBOX_AGE = 60.0  # seconds that the oldest event may wait


class Step(Enum):
    """What is to be done."""

    GO_ON = "go on"
    WAIT = "wait"
    TAKE_BACK = "take back"


@dataclass(frozen=True)
class Verdict:
    """The decision and, where it is taken back, why."""

    step: Step
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """What is known of a new release. Numbers of the outbox and the dead letters are those of the service's own database."""

    new: Figures
    old: Figures
    restarts: int = 0
    is_running: bool = True
    failed_probes: int = 0
    outbox_age: float = 0.0
    dead_letters: int = 0
    dead_letters_before: int = 0
    drag: float = 1.0  # how many times slower the services that nobody touched have become meanwhile
    baked: float = 0.0  # seconds under observation
    bake: float = 0.0  # seconds that are wanted


def judge(evidence: Evidence) -> Verdict:
    """Take it back at the first reason; go on after the bake time with enough answers; else wait."""
    if reason := fault(evidence):
        return Verdict(Step.TAKE_BACK, reason)
    if evidence.baked >= evidence.bake and evidence.new.requests >= ENOUGH:
        return Verdict(Step.GO_ON)
    return Verdict(Step.WAIT)


def fault(evidence: Evidence) -> str:
    """Why the release must go, or nothing."""
    if not evidence.is_running:
        return "its container has ended"
    if evidence.restarts >= RESTARTS:
        return f"its container restarted {evidence.restarts} times"
    if evidence.failed_probes >= FAILED_PROBES:
        return f"the synthetic transaction failed {evidence.failed_probes} times in a row"
    return _of_answers(evidence.new, evidence.old, evidence.drag) or _of_events(evidence)


def drag(before: Figures, now: Figures) -> float:
    """How many times slower the rest of the system has become: a busy machine is no fault of the release. 1 where too little is known."""
    if min(before.requests, now.requests) < ENOUGH_TO_COMPARE or not before.p95:
        return 1.0
    return min(MOST_DRAG, max(1.0, now.p95 / before.p95))


def _of_answers(new: Figures, old: Figures, drag: float) -> str:
    is_gross = new.errors >= GROSS and new.error_ratio >= max(GROSS_RATIO, ERROR_FACTOR * old.error_ratio)
    if new.requests < ENOUGH and not is_gross:
        return ""
    if is_gross or new.error_ratio > max(ERROR_FLOOR, ERROR_FACTOR * old.error_ratio):
        return f"{new.errors} of {new.requests} answers failed ({new.error_ratio:.1%}; the old release: {old.error_ratio:.1%})"
    if new.p95 > max(SLOW_FLOOR, SLOW_FACTOR * old.p95) * drag:
        return f"p95 is {new.p95 * 1000:.0f} ms (the old release: {old.p95 * 1000:.0f} ms)"
    return ""


def _of_events(evidence: Evidence) -> str:
    if evidence.outbox_age > OUTBOX_AGE:
        return f"an event waits in the outbox for {evidence.outbox_age:.0f} s"
    if evidence.dead_letters > evidence.dead_letters_before:
        return f"dead letters grew from {evidence.dead_letters_before} to {evidence.dead_letters}"
    return ""
