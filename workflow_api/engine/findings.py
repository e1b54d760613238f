"""Everything that keeps a definition from running, each finding at its node."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from engine.definition import PRIORITIES, Definition, Sla, Step

WEIGHTS = range(1, 1001)


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. ``node`` is the key of a step, end or transition; "" the whole, "sla" the durations."""

    node: str
    code: str
    message: str


def find_problems(definition: Definition, acting_roles: Collection[str] | None = None) -> tuple[Finding, ...]:
    """All problems at once; empty for a definition that can run.

    ``acting_roles``: the roles whose holders may act on items; without it the existence of roles is not checked.
    """
    return (
        *_keys(definition),
        *_starts_and_ends(definition),
        *_edges(definition),
        *_reach(definition),
        *(finding for step in definition.steps for finding in _step(step, acting_roles)),
        *_sla(definition.sla),
    )


def _keys(definition: Definition) -> Iterator[Finding]:
    nodes = Counter([step.key for step in definition.steps] + [end.key for end in definition.ends])
    edges = Counter(transition.key for transition in definition.transitions)
    for counted, kind in ((nodes, "step or end"), (edges, "transition")):
        for key, count in counted.items():
            if count > 1:
                yield Finding(key, "duplicate_key", f"More than one {kind} has the key {key!r}.")
            if not key.strip():
                yield Finding(key, "no_key", f"A {kind} has no key.")


def _starts_and_ends(definition: Definition) -> Iterator[Finding]:
    starts = [step.key for step in definition.steps if step.is_start]
    if not starts:
        yield Finding("", "no_start", "No step is marked as the start.")
    if len(starts) > 1:
        for key in starts:
            yield Finding(key, "several_starts", "Only one step can be the start.")
    if not definition.ends:
        yield Finding("", "no_end", "There is no end.")


def _edges(definition: Definition) -> Iterator[Finding]:
    steps = {step.key for step in definition.steps}
    nodes = steps | {end.key for end in definition.ends}
    for transition in definition.transitions:
        if transition.source not in steps:
            yield Finding(transition.key, "unknown_node", f"It starts from {transition.source!r}, which is no step.")
        if transition.target not in nodes:
            yield Finding(transition.key, "unknown_node", f"It leads to {transition.target!r}, which does not exist.")


def _reach(definition: Definition) -> Iterator[Finding]:
    forward: dict[str, set[str]] = {}
    backward: dict[str, set[str]] = {}
    for transition in definition.transitions:
        forward.setdefault(transition.source, set()).add(transition.target)
        backward.setdefault(transition.target, set()).add(transition.source)
    starts = [step.key for step in definition.steps if step.is_start]
    reached = _closure(starts, forward)
    finishing = _closure([end.key for end in definition.ends], backward)
    names = {step.key: step.name for step in definition.steps} | {end.key: end.name for end in definition.ends}
    for key, name in names.items():
        if starts and key not in reached:
            yield Finding(key, "unreachable", f"No way leads from the start to {name!r}.")
    for step in definition.steps:
        if step.key not in finishing:
            yield Finding(step.key, "dead_end", f"No way leads from {step.name!r} to an end.")


def _closure(keys: list[str], edges: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(edges.get(key, ()))
    return found


def _step(step: Step, acting_roles: Collection[str] | None) -> Iterator[Finding]:
    if not step.role:
        yield Finding(step.key, "no_role", "The step has no role: nobody could be given it.")
    for role, code in ((step.role, "role_cannot_act"), (step.escalation_role, "escalation_role_cannot_act")):
        if role and acting_roles is not None and role not in acting_roles:
            yield Finding(step.key, code, f"The role {role!r} does not exist or may not act on tasks.")
    if step.weight not in WEIGHTS:
        yield Finding(step.key, "bad_weight", f"The weight must be a whole number from {WEIGHTS[0]} to {WEIGHTS[-1]}.")
    if step.kind not in ("start", "step"):
        yield Finding(step.key, "bad_kind", "The kind must be start or step.")


def _sla(sla: Sla | None) -> Iterator[Finding]:
    if sla is None:
        yield Finding("sla", "no_sla", "All four durations are required.")
        return
    if sla.critical <= 0:
        yield Finding("sla", "bad_sla", "The durations must be positive.")
    for shorter, longer in pairwise(PRIORITIES):
        if sla.minutes(shorter) >= sla.minutes(longer):
            yield Finding("sla", "bad_sla_order", f"{shorter} must be shorter than {longer}.")
