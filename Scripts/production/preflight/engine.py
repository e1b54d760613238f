"""Docker: there, new enough, and with every image."""

import json
import re
import shutil

from production.compose import Compose, ComposeFailed
from production.findings import Finding

ENGINE, COMPOSE = (24, 0), (2, 24)
INSTALL = "Install Docker Engine and its Compose plugin: Docker/host/setup does."


def engine(compose: Compose) -> list[Finding]:
    """Whether Docker can be used at all."""
    if not shutil.which("docker"):
        return [Finding("engine", "Docker is not installed", INSTALL)]
    try:
        server = json.loads(compose.docker("version", "--format", "{{json .Server}}"))
    except ComposeFailed as failure:
        return [
            Finding(
                "engine", f"the Docker engine does not answer: {failure}", "systemctl start docker; is your account in the group docker?"
            )
        ]
    try:
        plugin = compose.docker("compose", "version", "--short").strip()
    except ComposeFailed:
        return [Finding("compose", "the Compose plugin is not installed", INSTALL)]
    return [*too_old("engine", str(server["Version"]), ENGINE), *too_old("compose", plugin, COMPOSE)]


def too_old(what: str, version: str, least: tuple[int, int]) -> list[Finding]:
    """Whether a version is below the least one."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    if found and (int(found[1]), int(found[2])) >= least:
        return []
    return [Finding(what, f"{what} is {version}; at least {least[0]}.{least[1]} is needed", INSTALL)]


def images(compose: Compose) -> list[Finding]:
    """Images that the configuration names and the engine does not have."""
    try:
        wanted = sorted(set(compose.run("config", "--images", capture=True).stdout.split()))
    except ComposeFailed as failure:
        return [Finding("compose", f"the configuration cannot be read: {failure}", "Correct what it names.")]
    missing = [image for image in wanted if not _is_present(compose, image)]
    if not missing:
        return []
    remedy = "`Scripts/tts up --build` builds them, `Scripts/tts up --pull` fetches them from TTS_REGISTRY."
    return [Finding("images", f"missing: {', '.join(missing)}", remedy)]


def _is_present(compose: Compose, image: str) -> bool:
    return bool(compose.docker("image", "ls", "-q", image).strip())
