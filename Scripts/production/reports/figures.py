"""Figures that more than one document shows."""

from collections.abc import Iterable, Sequence
from typing import Any

from production.reports.shape import Row
from production.reports.situation import Situation, ago, mib, share
from production.state import SERVICES
from production.status_page import history
from production.status_page.document import iso
from production.watching.conditions import find_all, last_good_drill
from production.watching.edge_log import BOUNDS, Traffic
from production.watching.exposition import Samples
from production.watching.memory import Day


def troubles(situation: Situation) -> list[Row]:
    """What is wrong now, with since when watch has seen it."""
    rows = []
    for trouble in find_all(situation.reading, situation.memory):
        incident = situation.memory.incidents.get(trouble.key)
        since = iso(incident.since) if incident else "this look"
        runbook = f"runbook.md#{trouble.name.lower()}"
        rows.append({"severity": trouble.severity, "condition": trouble.key, "since": since, "what": trouble.text, "remedy": runbook})
    return rows


def outages(situation: Situation, limit: int = 10) -> list[Row]:
    """The last times in which a part did not work."""
    found = history.real_outages(situation.memory)[:limit]
    return [
        {"part": o.component, "state": o.state, "began": iso(o.since), "ended": iso(o.until) if o.until else "goes on", "looks": o.looks}
        for o in found
    ]


def traffic(situation: Situation, days: int) -> Row:
    """What the front door answered on the last days, today included."""
    names = sorted(situation.memory.days)[-days:]
    whole = Traffic()
    for name in names:
        whole.add(situation.memory.days.get(name, Day()).traffic)
    whole.add(situation.reading.traffic)  # what came in since watch looked
    return {
        "days": len(names),
        "requests": whole.requests,
        "answered": share(whole.requests - whole.count("5"), whole.requests),
        "5xx": whole.count("5"),
        "429": whole.count("429"),
        "p50": within(whole, 0.5),
        "p95": within(whole, 0.95),
        "p99": within(whole, 0.99),
    }


def within(traffic: Traffic, part: float) -> str | None:
    """The class of times that a quantile lies in: the log is counted in classes."""
    bound = traffic.quantile(part)
    if bound is None:
        return None
    return f"over {BOUNDS[-1]:g} s" if bound == float("inf") else f"within {bound * 1000:g} ms"


def by_service(situation: Situation) -> list[Row]:
    """Each service as it says of itself: since its processes started."""
    pages, rows = situation.reading.pages, []
    for service in SERVICES:
        own = [a.samples for a in pages.answers if a.page.service == service and a.page.role == "web" and a.samples]
        requests = _sum(own, "http_requests_total")
        errors = _sum(own, "http_requests_total", lambda labels: labels["status"].startswith("5"))
        p95 = _quantile(own, 0.95)
        problem = situation.reading.unready.get(service)
        rows.append(
            {
                "service": service,
                "ready": "yes" if problem == "" else problem,
                "requests": requests,
                "5xx": errors,
                "p95 within ms": None if p95 is None else "over 10000" if p95 == float("inf") else round(p95 * 1000),
                "outbox pending": _first(pages.by_service("outbox_pending"), service),
                "outbox oldest s": _first(pages.by_service("outbox_oldest_seconds"), service),
                "dead letters": _first(pages.by_service("dead_letters"), service),
                "timers late s": _first(pages.by_service("scheduled_job_lag_seconds"), service),
                "worker silent s": _first(pages.by_service("worker_heartbeat_age_seconds"), service),
            }
        )
    return rows


def server(situation: Situation) -> dict[str, Any]:
    """Memory, disk, CPU of the server and what the containers take of it."""
    host, use = situation.reading.host, situation.reading.use
    limits = sum(container.memory_limit for container in situation.reading.containers or () if container.state == "running")
    return {
        "Memory available MiB": f"{mib(host.memory_available)} of {mib(host.memory)}",
        "Containers' own memory MiB": mib(sum(item.memory for item in use.values())) if use else None,
        "Sum of their limits MiB": mib(limits) if use else None,
        "Disk free MiB": f"{mib(host.disk_free)} of {mib(host.disk)}",
        "Disk read, written MiB since the server started": f"{mib(host.disk_read)}, {mib(host.disk_written)}",
        "Network received, sent MiB since then": f"{mib(host.network_received)}, {mib(host.network_sent)}",
        "Load over a minute": f"{host.load:.2f} on {host.cpus} processors",
        "Processes killed for memory since the server started": host.oom_kills,
        "Server runs since": ago(host.uptime_seconds),
        "Clock": "follows another one" if host.clock.is_synchronized else "follows no other",
    }


def database(situation: Situation) -> dict[str, Any]:
    """The database as the services see it."""
    pages = situation.reading.pages
    used, limit = pages.highest("database_connections"), pages.highest("database_connections_limit")
    sizes = pages.by_service("database_size_bytes")
    return {
        "Connections": None if used is None or limit is None else f"{used:.0f} of {limit:.0f}",
        "Longest transaction s": pages.highest("database_longest_transaction_seconds"),
        "Longest wait for a lock s": pages.highest("database_longest_lock_wait_seconds"),
        "Size of all databases MiB": mib(sum(sizes.values())) if sizes else None,
        "Write-ahead log last archived": ago(pages.highest("wal_archive_age_seconds")),
    }


def backups(situation: Situation) -> list[Row]:
    """The last good backup of each layer."""
    made = {
        labels["layer"]: at for _, labels, at in situation.reading.pages.each("backup_last_success_timestamp_seconds") if "layer" in labels
    }
    failing = {labels["layer"]: bool(value) for _, labels, value in situation.reading.pages.each("backup_failing") if "layer" in labels}
    return [
        {"layer": layer, "last good": ago(situation.reading.at - at) if at else "never", "fails now": failing.get(layer)}
        for layer, at in sorted(made.items())
    ]


def drills(situation: Situation) -> dict[str, Any]:
    """The last restore that was tried."""
    good = last_good_drill(situation.reading)
    last = situation.reading.drills[-1] if situation.reading.drills else {}
    return {
        "Restores tried": len(situation.reading.drills),
        "Last good one": ago(situation.reading.at - good) if good else "never",
        "RTO s (target 900)": last.get("rto_seconds"),
        "RPO s (target 300)": last.get("rpo_seconds"),
    }


def certificate(situation: Situation) -> dict[str, Any]:
    """The one that the front door shows."""
    found = situation.reading.certificate
    if found is None:
        return {"Certificate": None}
    return {
        "Certificate ends in days": round(found.days_left(situation.reading.moment), 1),
        "Issued by": found.issuer,
        "Served as on the disk": found.matches,
    }


def _sum(pages: Sequence[Samples], metric: str, wanted: Any = lambda labels: True) -> int | None:
    if not pages:
        return None
    return int(sum(value for samples in pages for labels, value in samples.find(metric) if wanted(labels)))


def _quantile(pages: Iterable[Samples], part: float) -> float | None:
    """From a histogram: the upper end of the class that holds the quantile."""
    classes: dict[float, float] = {}
    for samples in pages:
        for labels, value in samples.find("http_request_seconds_bucket"):
            bound = float(labels["le"])
            classes[bound] = classes.get(bound, 0.0) + value
    total = classes.get(float("inf"), 0.0)
    return next((bound for bound in sorted(classes) if classes[bound] >= part * total), None) if total else None


def _first(values: dict[str, float], service: str) -> float | None:
    value = values.get(service)
    return None if value is None else round(value, 1)
