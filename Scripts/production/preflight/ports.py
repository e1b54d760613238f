"""The ports that the deployment will publish on this machine, and whoever holds one of them already."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from production.compose import Compose, ComposeFailed
from production.findings import Finding

#: as the Compose files write it: 127.0.0.1:${DEBUG_DB_PORT:-5432}:5432
PUBLISHED = re.compile(r"(\d+(?:\.\d+){3}):\$\{([A-Z_]+_PORT):-(\d+)\}:\d+")
OWN = re.compile(r":(\d+)->")
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - where others listen


@dataclass(frozen=True)
class Published:
    """A port to be published on an IPv4 address of the machine, and the variable that chooses it."""

    variable: str
    address: str
    port: int


def published(files: Iterable[Path], values: Mapping[str, str]) -> Iterator[Published]:
    """Those of Compose files, also of overlays. A value that is no number is for the check of the settings to tell."""
    for path in files:
        for address, variable, default in PUBLISHED.findall(path.read_text(encoding="utf-8")):
            port = values.get(variable) or default
            if port.isdecimal():
                yield Published(variable, address, int(port))


def held_by_the_deployment(compose: Compose) -> set[int]:
    """Those that its own containers publish now; none where the engine does not answer, which its own check tells."""
    with suppress(ComposeFailed):
        listed = compose.docker("ps", "--filter", f"label=com.docker.compose.project={compose.home.project}", "--format", "{{.Ports}}")
        return {int(port) for port in OWN.findall(listed)}
    return set()


def taken(wanted: Iterable[Published]) -> list[Finding]:
    """Ports that somebody else listens on, on the same address or on all."""
    listening = [entry for entry in psutil.net_connections(kind="tcp") if entry.status == psutil.CONN_LISTEN]
    holders = {(entry.laddr.ip, entry.laddr.port): entry.pid for entry in listening}
    return [
        Finding(
            each.variable,
            f"port {each.port} is taken by {_name(holder[0])}",
            f"Stop it, or give {each.variable} another port in .env.production.",
        )
        for each in wanted
        if (holder := [pid for (address, port), pid in holders.items() if port == each.port and _meets(address, each.address)])
    ]


def _meets(listens: str, wants: str) -> bool:
    return listens == wants or listens in EVERYWHERE or (wants in EVERYWHERE and ":" not in listens)


def _name(pid: int | None) -> str:
    if pid is None:
        return "another program"
    try:
        return f"{psutil.Process(pid).name()} (process {pid})"
    except psutil.Error:
        return f"process {pid}"
