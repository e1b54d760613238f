"""``Scripts/tts status``: how the deployment is."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from production import announcement, certificate, drift, figures
from production.backup import status as backups
from production.backup.container import BackupDoesNotRun
from production.compose import Compose, ComposeFailed
from production.console import show, show_json
from production.containers import Container
from production.deployment import cut_off
from production.home import Home
from production.preflight.certificates import days_left
from production.state import State

BACKUP_LAYERS = ("wal", "base", "dump", "media", "configuration")


def status(as_data: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show containers, memory, releases, certificate, backups, events and drift. Exit code 1 when something is not well."""
    home = Home.find()
    report = gather(home)
    if as_data:
        show_json(report)
    else:
        _show(report)
    if not report["well"]:
        raise typer.Exit(1)


def gather(home: Home) -> dict[str, Any]:
    """Everything, as data. A part that cannot be had is null, and its reason stands in ``unknown``."""
    compose, state, unknown = Compose(home), State.load(home), {}
    containers = compose.containers()
    lasting = [container for container in containers if not _is_finished_job(container)]

    def attempt(name: str, read: Any) -> Any:
        try:
            return read()
        except (ComposeFailed, BackupDoesNotRun, OSError, ValueError) as failure:
            unknown[name] = str(failure).splitlines()[0]
            return None

    memory = attempt("memory", lambda: _memory(compose, lasting)) or {}
    events = attempt("events", lambda: figures.read(compose))
    differences = attempt("drift", lambda: drift.find(home, compose, containers))
    cut = cut_off.find(home)
    return {
        "url": home.url,
        "environment": home.environment,
        "well": cut is None and _is_well(lasting, events, differences),
        "maintenance": announcement.read(home),
        "cut_off": {"problem": cut.problem, "remedy": cut.remedy, "shares": dict(cut.shares)} if cut else None,
        "containers": [{**_describe(container), "memory_mib": memory.get(container.name)} for container in lasting],
        "memory_mib": round(sum(memory.values()), 1),
        "services": {name: asdict(service) for name, service in state.services.items()},
        "certificate_days": attempt("certificate", lambda: _certificate_days(compose)),
        "backup_age_seconds": attempt("backup", lambda: _backup_ages(home)),
        "events": [asdict(figure) for figure in events] if events else None,
        "drift": [asdict(difference) for difference in differences] if differences is not None else None,
        "unknown": unknown,
    }


def _is_well(containers: list[Container], events: list[figures.Figures] | None, differences: list[drift.Drift] | None) -> bool:
    if events is None or differences is None or not all(container.is_well for container in containers):
        return False
    return all(figure.is_well for figure in events) and not any(difference.is_missing for difference in differences)


def _is_finished_job(container: Container) -> bool:
    return container.state == "exited" and container.exit_code == 0 and container.service.endswith(("-migrate", "provision"))


def _describe(container: Container) -> dict[str, Any]:
    image, _, release = container.image.rpartition(":")
    return {
        "name": container.name,
        "service": container.service,
        "state": container.health or container.state,
        "image": image,
        "release": release,
        "restarts": container.restarts,
        "started_at": container.started_at,
    }


def _memory(compose: Compose, containers: list[Container]) -> dict[str, float]:
    names = [container.name for container in containers if container.state == "running"]
    if not names:
        return {}
    lines = compose.docker("stats", "--no-stream", "--format", "{{json .}}", *names).splitlines()
    return {entry["Name"]: mebibytes(entry["MemUsage"]) for entry in map(json.loads, lines)}


def mebibytes(text: str) -> float:
    """What ``docker stats`` writes: 81.3MiB / 200MiB → 81.3."""
    used = text.partition("/")[0].strip()
    for unit, factor in (("KiB", 1 / 1024), ("MiB", 1.0), ("GiB", 1024.0), ("B", 1 / 1024**2)):
        if used.endswith(unit):
            return round(float(used.removesuffix(unit)) * factor, 1)
    raise ValueError(f"docker stats says {text}")


def _certificate_days(compose: Compose) -> int | None:
    pair = certificate.on_disk(compose)
    return days_left(pair[0]) if pair else None


def _backup_ages(home: Home) -> dict[str, int | None]:
    """Seconds since the last success of each layer, asked of the backup container, which also refreshes ``state/backup.json``."""
    layers = backups.read(home)["layers"]
    now = datetime.now(UTC)
    moments = {name: layers.get(name, {}).get("at") for name in BACKUP_LAYERS}
    return {name: int((now - datetime.fromisoformat(at)).total_seconds()) if at else None for name, at in moments.items()}


def _show(report: dict[str, Any]) -> None:
    table = Table(title=f"{report['url']} ({report['environment']})", title_justify="left")
    for heading in ("Container", "State", "Release"):
        table.add_column(heading)
    for heading in ("MiB", "Restarts"):
        table.add_column(heading, justify="right")
    for line in report["containers"]:
        table.add_row(line["name"], line["state"], line["release"], str(line["memory_mib"] or "–"), str(line["restarts"]))
    show(table)
    show(*_lines(report))


def _lines(report: dict[str, Any]) -> list[str]:
    days, ages = report["certificate_days"], report["backup_age_seconds"] or {}
    serving = ", ".join(f"{name} {service['colour']}" for name, service in report["services"].items() if service["colour"] != "blue")
    lines = [
        f"Memory: {report['memory_mib']:.0f} MiB in all. Serving: {serving or 'blue everywhere'}.",
        f"Certificate: {f'{days} days left' if days is not None else 'none yet, a placeholder is served'}.",
        "Backups: " + (", ".join(f"{name} {_ago(age)}" for name, age in ages.items()) or "nothing known") + ".",
    ]
    lines += [f"Events of {event['service']}: {_events(event)}" for event in report["events"] or [] if _events(event)]
    if report["maintenance"]:
        lines.append(f"UNDER MAINTENANCE since {report['maintenance']['since']}. {report['maintenance']['message']}")
    if report["cut_off"]:
        lines.append(f"CUT OFF: {report['cut_off']['problem']}. {report['cut_off']['remedy']}")
    lines += [f"DRIFT {entry['what']}: {entry['difference']}. {entry['remedy']}" for entry in report["drift"] or []]
    lines += [f"Unknown: {name}: {reason}" for name, reason in report["unknown"].items()]
    return [*lines, "All is well." if report["well"] else "NOT WELL."]


def _ago(seconds: int | None) -> str:
    if seconds is None:
        return "never"
    return f"{seconds} s ago" if seconds < 300 else f"{seconds // 60} min ago" if seconds < 7200 else f"{seconds // 3600} h ago"


def _events(event: dict[str, Any]) -> str:
    parts = []
    if event["waiting"]:
        parts.append(f"{event['waiting']} wait, the oldest for {event['oldest_seconds']} s")
    if event["unroutable"]:
        parts.append(f"{event['unroutable']} unroutable")
    if event["dead_letters"]:
        parts.append(f"{event['dead_letters']} dead letters")
    if not 0 <= event["silent_seconds"] < 60:
        parts.append(
            "the worker was never seen" if event["silent_seconds"] < 0 else f"the worker is silent for {event['silent_seconds']} s"
        )
    return ", ".join(parts)
