"""Frozen samples of every event: what the producer makes must look like them, and consumers must take them all."""

import json
from pathlib import Path
from typing import Any

import msgspec

from servicekit import contracts
from servicekit.contracts import Event, registry

SAMPLES = Path(contracts.__file__).parent / "samples"


def samples_for(event: type[Event]) -> list[Any]:
    """Every frozen sample of the event, as events of its class."""
    return [msgspec.convert(json.loads(path.read_text()), event) for path in sorted(SAMPLES.glob(f"{event.type}.v{event.schema}*.json"))]


def assert_looks_like_samples(event: Event) -> None:
    """Fail unless the event has exactly the fields of each of its samples that is newest, with values of the same kind."""
    paths = sorted(SAMPLES.glob(f"{event.type}.v{event.schema}*.json"))
    assert paths, f"{event.type} has no frozen sample"
    made, sample = _shape(msgspec.to_builtins(event)), _shape(json.loads(paths[-1].read_text()))
    assert made.keys() == sample.keys(), f"{event.type}: fields differ from the sample: {sorted(made.keys() ^ sample.keys())}"
    wrong = {name: (made[name], sample[name]) for name in made if "null" not in (made[name], sample[name]) and made[name] != sample[name]}
    assert wrong == {}, f"{event.type}: values differ in kind from the sample"


def types_published_by(module: Any) -> list[type[Event]]:
    """The event classes that a contracts module declares."""
    return [event for event in registry.values() if event.__module__ == module.__name__]


def _shape(value: dict[str, Any]) -> dict[str, str]:
    kinds = {str: "text", int: "number", float: "number", bool: "flag", list: "list", tuple: "list", dict: "object", type(None): "null"}
    return {name: kinds[type(part)] for name, part in value.items()}
