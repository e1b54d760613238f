"""What a workflow is: steps, ends, the transitions between them, and how long the whole may take."""

from collections.abc import Mapping
from typing import Any

import msgspec

PRIORITIES = ("critical", "high", "medium", "low")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work for one role. ``weight`` is its share of the whole time."""

    key: str
    name: str
    instruction: str = ""
    role: str = ""
    escalation_role: str = ""
    weight: int = 1
    kind: str = "step"  # start, step

    @property
    def is_start(self) -> bool:
        """True if the work begins here."""
        return self.kind == "start"


class End(msgspec.Struct, frozen=True, kw_only=True):
    """Where the work is over."""

    key: str
    name: str


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """A way from a step to a step or an end; ``key`` is unique in the definition."""

    key: str
    name: str
    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    note_required: bool = False


class Sla(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes that the whole work may take, by priority."""

    critical: int
    high: int
    medium: int
    low: int

    def minutes(self, priority: str) -> int:
        """The duration for a priority. Raises KeyError for one that does not exist."""
        return {"critical": self.critical, "high": self.high, "medium": self.medium, "low": self.low}[priority]


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """The whole graph. It may be unfinished: ``find_problems`` says what it lacks before it can run."""

    steps: tuple[Step, ...] = ()
    ends: tuple[End, ...] = ()
    transitions: tuple[Transition, ...] = ()
    sla: Sla | None = None

    @property
    def start(self) -> Step:
        """The step marked start. Raises StopIteration where there is none."""
        return next(step for step in self.steps if step.is_start)

    def step(self, key: str) -> Step:
        """The step of that key. Raises KeyError."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    def transitions_from(self, key: str) -> tuple[Transition, ...]:
        """The ways out of a step, as drawn."""
        return tuple(transition for transition in self.transitions if transition.source == key)

    def is_end(self, key: str) -> bool:
        """True if the work is over there."""
        return any(end.key == key for end in self.ends)


def read_definition(data: Mapping[str, Any]) -> Definition:
    """The definition of its JSON form. Raises msgspec.ValidationError, naming the place, for another shape."""
    return msgspec.convert(data, Definition)
