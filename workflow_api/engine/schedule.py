"""How the time of the whole is shared out to the steps."""

from datetime import timedelta

from engine.definition import Definition


def whole(definition: Definition, priority: str) -> timedelta:
    """How long all of the work may take. Raises ValueError for a definition without durations."""
    if definition.sla is None:
        raise ValueError("the definition has no durations")
    return timedelta(minutes=definition.sla.minutes(priority))


def shares(definition: Definition, priority: str) -> dict[str, timedelta]:
    """Each step's part by weight, in whole seconds; together exactly the whole."""
    seconds = int(whole(definition, priority).total_seconds())
    weights = sum(step.weight for step in definition.steps)
    found: dict[str, timedelta] = {}
    passed = 0
    for step in definition.steps:
        before, passed = passed, passed + step.weight
        found[step.key] = timedelta(seconds=seconds * passed // weights - seconds * before // weights)
    return found


def share(definition: Definition, priority: str, step: str) -> timedelta:
    """The part of one step."""
    return shares(definition, priority)[step]
