"""What the page says, as data: ``status.json``. Nothing in it names a machine, a container, an address or an error's text."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from production.home import Home
from production.status_page import history
from production.status_page.components import COMPONENTS, DEGRADED, DOWN, MAINTENANCE, UNKNOWN, UP, states, worst
from production.watching.memory import DAYS, Day, Memory, Outage
from production.watching.reading import Reading, moment_of

SHOWN_INCIDENTS = 20
TOGETHER = 90.0  # seconds: outages that begin and end within these are one incident
OUTCOMES = {"done": "completed", "rolled back": "rolled back by itself", "failed": "did not complete", "interrupted": "did not complete"}


def write_down(home: Home, reading: Reading, memory: Memory) -> dict[str, Any]:
    """The whole page as data."""
    found = states(reading, memory)
    return {
        "checked_at": iso(reading.at),
        "site": home.values.get("TTS_DOMAIN") or home.project,
        "state": worst(found),
        "announcement": reading.maintenance_text if reading.is_maintenance else "",
        "components": [
            {
                "key": component.key,
                "name": component.name,
                "meaning": component.meaning,
                "state": found[component.key],
                **_ninety_days(memory, component.key, reading.moment),
            }
            for component in COMPONENTS
        ],
        "incidents": [*_incidents(history.real_outages(memory))][:SHOWN_INCIDENTS],
        "last_deployment": _deployment(reading),
        "backup": _backup(reading),
        "answers_today": _answers(memory.days.get(reading.moment.date().isoformat(), Day())),
        "certificate_expires": iso(reading.certificate.expires.timestamp()) if reading.certificate else None,
    }


def as_json(content: dict[str, Any]) -> str:
    """As it is written."""
    return json.dumps(content, separators=(",", ":")) + "\n"


def iso(at: float) -> str:
    """A moment, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def day_state(counts: list[int]) -> str:
    """How a day went: down from two looks on, for one may be a coincidence."""
    up, degraded, down, maintenance = counts
    if down >= history.LOOKS_UNTIL_OUTAGE:
        return DOWN
    if down or degraded >= history.LOOKS_UNTIL_OUTAGE:
        return DEGRADED
    if up or degraded:
        return UP
    return MAINTENANCE if maintenance else UNKNOWN


def _ninety_days(memory: Memory, key: str, today: datetime) -> dict[str, Any]:
    names = [(today.date() - timedelta(days=back)).isoformat() for back in range(DAYS - 1, -1, -1)]
    counts = [memory.days[name].components.get(key, [0, 0, 0, 0]) if name in memory.days else [0, 0, 0, 0] for name in names]
    return {
        "uptime": history.uptime(counts),
        "watched_days": sum(any(day) for day in counts),
        "days": [
            {"day": name, "state": day_state(day), **dict(zip((UP, DEGRADED, DOWN, MAINTENANCE), day, strict=True))}
            for name, day in zip(names, counts, strict=True)
        ],
    }


def _incidents(outages: list[Outage]) -> Iterator[dict[str, Any]]:
    """Outages that came and went together are one incident."""
    groups: list[list[Outage]] = []
    for outage in outages:
        if groups and _is_together(groups[-1][0], outage):
            groups[-1].append(outage)
        else:
            groups.append([outage])
    names = {component.key: component.name for component in COMPONENTS}
    order = list(names)
    for group in groups:
        ended = None if any(outage.until is None for outage in group) else max(outage.until or 0.0 for outage in group)
        began = min(outage.since for outage in group)
        keys = sorted({outage.component for outage in group if outage.component in names}, key=order.index)
        yield {
            "components": [names[key] for key in keys],
            "state": DOWN if any(outage.state == DOWN for outage in group) else DEGRADED,
            "began_at": iso(began),
            "ended_at": iso(ended) if ended else None,
            "minutes": round((ended - began) / 60) if ended else None,
        }


def _is_together(one: Outage, other: Outage) -> bool:
    if abs(one.since - other.since) > TOGETHER or (one.until is None) != (other.until is None):
        return False
    return one.until is None or other.until is None or abs(one.until - other.until) <= TOGETHER


def _deployment(reading: Reading) -> dict[str, Any] | None:
    for entry in reversed(reading.deployments):
        finished = moment_of(entry, "finished")
        if finished:
            outcome = OUTCOMES.get(str(entry.get("outcome")), "ended")
            return {"finished_at": iso(finished), "release": str(entry.get("release") or ""), "outcome": outcome}
    return None


def _backup(reading: Reading) -> dict[str, Any] | None:
    """When the last good ones were made; asked of the backup container, else of what was written down."""
    made = {
        labels["layer"]: at for _, labels, at in reading.pages.each("backup_last_success_timestamp_seconds") if at and "layer" in labels
    }
    if not made:
        layers = reading.backup.get("layers") or {}
        made = {name: at for name, layer in layers.items() if isinstance(layer, dict) and (at := moment_of(layer, "at"))}
    newest = max((made[name] for name in ("base", "dump") if name in made), default=None)
    if newest is None:
        return None
    return {"made_at": iso(newest), "recoverable_until": iso(made["wal"]) if "wal" in made else None}


def _answers(day: Day) -> dict[str, Any] | None:
    """Shares alone: how much is asked is nobody's business."""
    traffic = day.traffic
    if not traffic.requests:
        return None
    p95 = traffic.quantile(0.95)
    answered = 1 - traffic.count("5") / traffic.requests
    return {"answered": answered, "p95_seconds": None if p95 == float("inf") else p95}
