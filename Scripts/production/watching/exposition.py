"""Prometheus' text format: read from the containers, written for Prometheus."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

LINE = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})?\s+(?P<value>\S+)(?:\s+\d+)?")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
Labels = Mapping[str, str]


@dataclass
class Samples:
    """Values by metric and labels."""

    values: dict[str, list[tuple[Labels, float]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, text: str) -> "Samples":
        """What a page of metrics says; lines that are none are passed over."""
        samples = cls()
        for line in text.splitlines():
            match = None if line.startswith("#") else LINE.fullmatch(line.strip())
            if match:
                samples.add(match["name"], _number(match["value"]), **_labels(match["labels"] or ""))
        return samples

    def add(self, metric: str, value: float, /, **labels: str) -> None:
        """One more value."""
        self.values[metric].append((labels, value))

    def find(self, metric: str, **labels: str) -> Iterator[tuple[Labels, float]]:
        """The values of a metric that carry these labels."""
        for own, value in self.values.get(metric, ()):
            if all(own.get(name) == wanted for name, wanted in labels.items()):
                yield own, value

    def total(self, metric: str, **labels: str) -> float | None:
        """Their sum; None where there is no such value."""
        found = [value for _, value in self.find(metric, **labels)]
        return sum(found) if found else None

    def text(self, helps: Mapping[str, str]) -> str:
        """The page, every metric with its meaning."""
        lines = []
        for name, values in self.values.items():
            kind = "counter" if name.endswith(("_total", "_bucket")) else "gauge"
            lines += [f"# HELP {name} {helps[name]}", f"# TYPE {name} {kind}"]
            lines += [f"{name}{_written(labels)} {value!r}" for labels, value in values]
        return "\n".join(lines) + "\n"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _labels(text: str) -> dict[str, str]:
    return {name: re.sub(r"\\.", lambda match: ESCAPES.get(match[0], match[0]), value) for name, value in LABEL.findall(text)}


def _written(labels: Labels) -> str:
    pairs = [f'{name}="{_escaped(value)}"' for name, value in labels.items()]
    return "{" + ",".join(pairs) + "}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
