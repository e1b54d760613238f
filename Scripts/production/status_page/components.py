"""The parts of the system as people know them, and how each is now. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from production.state import SERVICES
from production.watching.memory import Memory
from production.watching.reading import Reading

UP, DEGRADED, DOWN, MAINTENANCE, UNKNOWN = "up", "degraded", "down", "maintenance", "unknown"
SLOW = 2.0  # seconds for one request through the front door
#: worst first
ORDER = (DOWN, DEGRADED, MAINTENANCE, UNKNOWN, UP)
Judge = Callable[[Reading, Memory], str]


@dataclass(frozen=True)
class Component:
    """A part that somebody may miss."""

    key: str
    name: str
    meaning: str
    judge: Judge


def states(reading: Reading, memory: Memory) -> dict[str, str]:
    """Every component's state in this look."""
    if reading.is_maintenance:
        return {component.key: MAINTENANCE for component in COMPONENTS}
    found = {component.key: component.judge(reading, memory) for component in COMPONENTS}
    if not is_excused(reading, memory):
        return found
    missed = {outage.component for outage in memory.outages if outage.until is None}  # work that ends an outage is part of it
    excuse = MAINTENANCE if memory.was_well else UNKNOWN
    return {key: state if state == UP or key in missed else excuse for key, state in found.items()}


def is_excused(reading: Reading, memory: Memory) -> bool:
    """What does not work now is no outage: the operator starts, stops or restores all of it, or nobody has ever started anything here."""
    return reading.is_planned or not (memory.was_well or reading.containers)


def worst(found: dict[str, str]) -> str:
    """The state of the whole."""
    return next((state for state in ORDER if state in found.values()), UNKNOWN)


def _probed(target: str) -> Judge:
    """Down when a request through the front door fails; degraded when it is slow or the service itself says that something lacks."""

    def judge(reading: Reading, memory: Memory) -> str:
        probe = next((probe for probe in reading.probes if probe.target == target), None)
        if probe is None:
            return UNKNOWN
        if not probe.is_good:
            return DOWN
        return DEGRADED if probe.seconds > SLOW or reading.unready.get(target) else UP

    return judge


def _mail(reading: Reading, memory: Memory) -> str:
    """By the mails of the last ten minutes; without any, by whether its worker lives."""
    tried, failed = memory.rise("mail_tried", minutes=10), memory.rise("mail_failed", minutes=10)
    if tried > 5 and failed == tried:
        return DOWN
    if tried > 5 and failed / tried > 0.2:
        return DEGRADED
    return _alive(reading, ("notification",))


def _background(reading: Reading, memory: Memory) -> str:
    """Down when no worker lives; degraded when one does not, or when events or timers are late."""
    state = _alive(reading, SERVICES)
    if state != UP:
        return state
    is_late = (reading.pages.highest("outbox_oldest_seconds") or 0) > 60 or (reading.pages.highest("scheduled_job_lag_seconds") or 0) > 120
    return DEGRADED if is_late else UP


def _alive(reading: Reading, services: tuple[str, ...]) -> str:
    ages = reading.pages.by_service("worker_heartbeat_age_seconds")
    known = [ages[service] for service in services if service in ages]
    if not known:  # the database is asked for it by the web processes, and none of them says anything
        works = any(reading.is_well(f"{service}-worker") for service in services)
        return UNKNOWN if works or reading.containers is None else DOWN
    silent = [age for age in known if age > 90]
    return DOWN if len(silent) == len(known) else DEGRADED if silent else UP


COMPONENTS = (
    Component("frontend", "Web application", "The pages in your browser", _probed("frontend")),
    Component("auth", "Sign-in and accounts", "Logging in, people and their rights", _probed("auth")),
    Component("ticket", "Tickets", "Filing and following requests, attachments, knowledge articles", _probed("ticket")),
    Component("workflow", "Workflows and tasks", "Who works on what, by when", _probed("workflow")),
    Component("messaging", "Comments and live updates", "Talking on a ticket as it happens", _probed("messaging")),
    Component("notification", "Notifications", "What is new for you, in the application", _probed("notification")),
    Component("mail", "E-mail", "Messages to your mailbox", _mail),
    Component("background", "Background processing", "What follows from what you do: approvals, assignments, deadlines", _background),
)
