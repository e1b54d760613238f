"""From what is wrong in this look to what somebody must be told: once when it begins, once when it is worse, once when it is over. Pure."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from production.watching.conditions import PAGE, Trouble
from production.watching.memory import Incident, Memory

LOOKS_UNTIL_OVER = 2  # what flutters is one incident
RUNBOOK = "documentation/runbook.md"


@dataclass(frozen=True)
class News:
    """Something to tell about an incident."""

    key: str
    severity: str
    text: str
    is_over: bool

    @property
    def line(self) -> str:
        """One line, with where to read on."""
        name = self.key.partition("/")[0]
        return f"{'over' if self.is_over else self.severity}: {self.key}: {self.text}" + (
            "" if self.is_over else f" See {RUNBOOK}#{name.lower()}."
        )


def follow(memory: Memory, troubles: Iterable[Trouble]) -> list[News]:
    """Bring the incidents up to this look (``memory.at``); give back what is to be told."""
    found = {trouble.key: trouble for trouble in troubles}
    return [*_over(memory, found.keys()), *(news for trouble in found.values() for news in _going_on(memory, trouble))]


def _going_on(memory: Memory, trouble: Trouble) -> Iterator[News]:
    incident = memory.incidents.get(trouble.key)
    if incident is None:
        incident = memory.incidents[trouble.key] = Incident(trouble.severity, trouble.text, memory.at, looks=0)
    is_worse = trouble.severity == PAGE and incident.severity != PAGE
    incident.looks, incident.good_looks = incident.looks + 1, 0
    incident.severity, incident.text = trouble.severity, trouble.text
    if incident.looks >= trouble.looks and (is_worse or not incident.is_told):
        incident.is_told = True
        yield News(trouble.key, trouble.severity, trouble.text, is_over=False)


def _over(memory: Memory, found: Iterable[str]) -> Iterator[News]:
    for key in memory.incidents.keys() - set(found):
        incident = memory.incidents[key]
        incident.good_looks += 1
        if incident.is_told and incident.good_looks < LOOKS_UNTIL_OVER:
            continue
        del memory.incidents[key]
        if incident.is_told:
            lasted = _duration(memory.at - incident.since)
            yield News(key, incident.severity, f"It lasted {lasted}, since {_utc(incident.since)}. {incident.text}", is_over=True)


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{max(1, round(seconds / 60))} min"


def _utc(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))
