"""The drawing of a task: its pinned graph, what is done, where it stands, which ways it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import Definition, Outcome
from servicekit.contracts import Person
from tasks.models import Task, TaskItem


@dataclass(frozen=True, slots=True)
class Node:
    """A step or an end. ``at`` and ``by``: who has it since when, or who did it when."""

    key: str
    name: str
    role: str
    kind: str  # start, step, end
    state: str = "pending"  # done, active, pending
    at: datetime | None = None
    by: Person | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition, and whether it was taken."""

    source: str
    target: str
    key: str
    name: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole graph."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(definition: Definition, task: Task, items: Sequence[TaskItem]) -> Drawing:
    """The pinned graph with what these items, in their order, have done in it."""
    steps = [_step_node(definition, key, items) for key in (step.key for step in definition.steps)]
    ends = [_end_node(end.key, end.name, task) for end in definition.ends]
    taken = {item.transition for item in items if item.status == Outcome.DONE}
    edges = [Edge(way.source, way.target, way.key, way.name, way.key in taken) for way in definition.transitions]
    return Drawing((*steps, *ends), tuple(edges))


def _step_node(definition: Definition, key: str, items: Sequence[TaskItem]) -> Node:
    step = definition.step(key)
    kind = "start" if step.is_start else "step"
    here = [item for item in items if item.step == key]
    for item in here:
        if item.is_open:
            by = item.assignee.named if item.assignee else None
            return Node(key, step.name, step.role, kind, "active", item.assigned_at or item.entered_at, by)
    for item in reversed(here):
        if item.status == Outcome.DONE:
            return Node(key, step.name, step.role, kind, "done", item.closed_at, item.closed_by)
    return Node(key, step.name, step.role, kind)


def _end_node(key: str, name: str, task: Task) -> Node:
    reached = task.end == key
    return Node(key, name, "", "end", "done" if reached else "pending", task.closed_at if reached else None)
