"""Whether the migrations of what is about to start can run beside what runs."""

from collections.abc import Mapping, Sequence

from production.compose import Compose
from production.containers import Container
from production.deployment import gate
from production.deployment.engine import Engine
from production.deployment.overlay import default_release
from production.errors import OperatorError
from production.findings import Finding
from production.state import COMPOSE_NAMES, SERVICES, State


def check(compose: Compose, containers: Sequence[Container]) -> list[Finding]:
    """Only of services whose image is another one than the one that runs: the others have been through it."""
    changed = _changed(compose, containers)
    try:
        gate.judge_migrations(Engine(compose.home), changed)
    except OperatorError as refusal:
        return [Finding("migrations", str(refusal), "Scripts/tts deploy says what to do; the system runs on as it is.")]
    return []


def _changed(compose: Compose, containers: Sequence[Container]) -> Mapping[str, str]:
    """Service → release that would start."""
    state, changed = State.load(compose.home), {}
    for service in SERVICES:
        name = state.serving(COMPOSE_NAMES[service])
        running = next((c for c in containers if c.service == name and c.state == "running"), None)
        if running is None:
            continue
        release = state.services[service].release or default_release(compose.home)
        image = f"{running.image.rpartition(':')[0]}:{release}"
        wanted = compose.docker("image", "ls", "-q", "--no-trunc", image).strip()
        if wanted and wanted != running.image_id:
            changed[service] = release
    return changed
