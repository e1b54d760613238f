"""CURRENT_DEPLOYMENT_STATUS: what runs, how it is set up, what it uses."""

from production.reports import figures
from production.reports.shape import Document, Row, Section
from production.reports.situation import Situation, mib


def write(situation: Situation) -> Document:
    """The document."""
    return Document(
        "Current deployment status",
        situation.home.url or situation.home.project,
        situation.at,
        "Scripts/tts report current",
        [
            _environment(situation),
            Section("Services", tables={"Containers": _containers(situation), "As the services say": figures.by_service(situation)}),
            _configuration(situation),
            Section("Resources", {**figures.server(situation), **figures.database(situation)}),
            Section("Performance", tables={"Front door": [figures.traffic(situation, 1), figures.traffic(situation, 30)]}),
            Section("Backups", figures.drills(situation), {"Layers": figures.backups(situation)}),
            Section("Issues", tables={"Now": figures.troubles(situation), "Last outages": figures.outages(situation)}),
        ],
    )


def _environment(situation: Situation) -> Section:
    home = situation.home
    facts = {
        "Environment": home.environment,
        "State": situation.page["state"],
        "Compose project": home.project,
        "Overlays": home.values.get("TTS_OVERLAYS") or "none",
        "Maintenance page": situation.reading.is_maintenance,
        **figures.certificate(situation),
        **situation.watched,
    }
    return Section("Environment", facts)


def _second(moment: str) -> str | None:
    """A moment as Docker writes it, to the second; None for its "never", which is in the year 1."""
    return None if moment.startswith("0001") else moment[:19].replace("T", " ")


def _containers(situation: Situation) -> list[Row]:
    rows = []
    for container in situation.reading.containers or ():
        if container.state == "exited" and container.exit_code == 0:
            continue  # a job that has done its work
        use = situation.reading.use.get(container.name)
        rows.append(
            {
                "container": container.name,
                "state": f"{container.state}, {container.health}" if container.health else container.state,
                "image": container.image,
                "since": _second(container.started_at),
                "restarts": container.restarts,
                "memory MiB": mib(use.memory) if use else None,
                "limit MiB": mib(container.memory_limit) or "none",
                "CPU s": round(use.cpu_seconds, 1) if use else None,
            }
        )
    return rows


def _configuration(situation: Situation) -> Section:
    default = situation.home.values.get("TTS_RELEASE") or "local"
    releases = [
        {"service": name, "release": service.release or default, "colour": service.colour, "release before": service.previous or "none"}
        for name, service in situation.state.services.items()
    ]
    differences = None if situation.drift is None else len(situation.drift)
    rows = [{"what": d.what, "difference": d.difference, "remedy": d.remedy} for d in situation.drift or ()]
    facts = {"Settings": len(situation.home.values), "Differences between declared and running": differences}
    return Section("Configuration", facts, {"Releases": releases, "Drift": rows})
