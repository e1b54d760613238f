"""Ninety days of each component, look by look, and the outages in them. Pure."""

from production.status_page.components import DEGRADED, DOWN, MAINTENANCE, UP, states
from production.watching.memory import Memory, Outage
from production.watching.reading import Reading

#: the places in a day's counts
PLACES = {UP: 0, DEGRADED: 1, DOWN: 2, MAINTENANCE: 3}
LOOKS_UNTIL_OUTAGE = 2
KEEP_SECONDS = 90 * 86400.0


def follow(memory: Memory, reading: Reading) -> None:
    """Count this look, and begin or end outages by it. What is unknown is counted nowhere."""
    today = memory.today()
    for key, state in states(reading, memory).items():
        if state in PLACES:
            today.components.setdefault(key, [0, 0, 0, 0])[PLACES[state]] += 1
            _follow_outage(memory, key, state)
    memory.outages = [outage for outage in memory.outages if outage.until is None or memory.at - outage.until < KEEP_SECONDS]


def uptime(counts: list[list[int]]) -> float | None:
    """The share of looks that found a component usable; maintenance, being announced, is left out. None without any."""
    usable = sum(day[0] + day[1] for day in counts)
    all_looks = usable + sum(day[2] for day in counts)
    return usable / all_looks if all_looks else None


def real_outages(memory: Memory) -> list[Outage]:
    """The newest first; one bad look alone is none."""
    return sorted((outage for outage in memory.outages if outage.looks >= LOOKS_UNTIL_OUTAGE), key=lambda outage: -outage.since)


def _follow_outage(memory: Memory, key: str, state: str) -> None:
    running = next((outage for outage in memory.outages if outage.component == key and outage.until is None), None)
    if state in {UP, MAINTENANCE}:
        if running is not None:
            running.until = memory.at
            if running.looks < LOOKS_UNTIL_OUTAGE:
                memory.outages.remove(running)
    elif running is None:
        memory.outages.append(Outage(key, state, since=memory.at))
    else:
        running.looks += 1
        running.state = DOWN if DOWN in {state, running.state} else state
