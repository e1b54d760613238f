"""LIVE_DEPLOYMENT_STATUS: how it is at this moment, and in the last minutes."""

from typing import Any

from production.reports import figures
from production.reports.shape import Document, Row, Section
from production.reports.situation import Situation

MINUTES = 10


def write(situation: Situation) -> Document:
    """The document."""
    return Document(
        "Live deployment status",
        situation.home.url or situation.home.project,
        situation.at,
        "Scripts/tts report live",
        [
            Section("Health", {"State": situation.page["state"], **situation.watched}, {"Front door": _probes(situation)}),
            Section("Availability over 90 days", tables={"Parts": _parts(situation)}),
            Section("Performance", _rises(situation, {"Requests": "edge_requests"}), {"Today": [figures.traffic(situation, 1)]}),
            Section("Errors", _errors(situation), {"By service": figures.by_service(situation)}),
            _people(situation),
            Section("Infrastructure", {**figures.server(situation), **figures.database(situation)}, {"Queues": _queues(situation)}),
            Section("Alerts", tables={"Now": figures.troubles(situation), "Last outages": figures.outages(situation)}),
        ],
    )


def _probes(situation: Situation) -> list[Row]:
    return [
        {"part": probe.target, "answer": probe.problem or "good", "ms": round(probe.seconds * 1000)} for probe in situation.reading.probes
    ]


def _parts(situation: Situation) -> list[Row]:
    return [
        {
            "part": part["name"],
            "now": part["state"],
            "available": None if part["uptime"] is None else f"{100 * part['uptime']:.3f} %",
            "days looked at": part["watched_days"],
        }
        for part in situation.page["components"]
    ]


def _rises(situation: Situation, wanted: dict[str, str]) -> dict[str, Any]:
    """Counters of the last minutes; not known until watch has looked twice in that time."""
    looks = [look for look in situation.memory.ring if look.at >= situation.reading.at - MINUTES * 60 - 60]
    found = {}
    for name, key in wanted.items():
        known = sum(key in look.values for look in looks) > 1
        found[f"{name} in {MINUTES} min"] = situation.memory.rise(key, MINUTES) if known else None
    return found


def _errors(situation: Situation) -> dict[str, Any]:
    return _rises(
        situation,
        {
            "Requests that failed (5xx)": "edge_5xx",
            "Requests turned away (429)": "edge_429",
            "Mails tried": "mail_tried",
            "Mails not taken": "mail_failed",
            "Log-ins refused": "login_failures",
            "Processes killed for memory": "oom_kills",
        },
    )


def _people(situation: Situation) -> Section:
    pages = situation.reading.pages
    facts = {
        "Browsers with a live connection": pages.total("live_sockets"),
        "Log-ins refused since auth started": pages.total("login_failures_total"),
    }
    return Section("People", facts)


def _queues(situation: Situation) -> list[Row]:
    pages = situation.reading.pages
    consumers = {labels["queue"]: value for _, labels, value in pages.each("rabbitmq_detailed_queue_consumers")}
    return [
        {"queue": labels["queue"], "messages": value, "consumers": consumers.get(labels["queue"])}
        for _, labels, value in pages.each("rabbitmq_detailed_queue_messages")
    ]
