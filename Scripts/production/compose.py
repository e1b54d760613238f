"""Docker Compose, always called the same way, and what it says about containers."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from production import catalogue
from production.children import bound
from production.containers import Container
from production.errors import OperatorError
from production.home import DOCKER, Home
from production.redaction import redact
from production.state import State


class ComposeFailed(OperatorError):
    """Docker said no; the message is what it said."""


class Compose:
    """The deployment as Compose sees it: the main file, the overlays of TTS_OVERLAYS and those given here."""

    def __init__(self, home: Home, overlays: Sequence[str] = (), *, extra: Mapping[str, str] | None = None) -> None:
        self.home = home
        chosen = [name.strip() for name in home.values.get("TTS_OVERLAYS", "").split(",") if name.strip()]
        self.overlays = tuple(dict.fromkeys([*chosen, *overlays]))
        self._extra = dict(extra or {})

    @property
    def files(self) -> list[Path]:
        """Every Compose file in force."""
        names = ["docker-compose.prod.yml", *(f"docker-compose.{overlay}.yml" for overlay in self.overlays)]
        written = (self.home.state / name for name in ("colours.yml", "scale.yml", "networks.yml"))
        return [*(DOCKER / name for name in names), *(path for path in written if path.is_file())]

    @property
    def command(self) -> list[str]:
        """The words before the subcommand."""
        images = os.environ.get("TTS_IMAGES_ENV")
        env_files = [self.home.env_file, *([Path(images)] if images else [])]
        words: list[str] = ["docker", "compose", "--project-name", self.home.project, "--project-directory", str(DOCKER)]
        words += ["--profile", "tls"] if self.home.values.get("TTS_CERTIFICATE") == "acme" else []
        return words + [word for file in self.files for word in ("-f", str(file))] + [w for f in env_files for w in ("--env-file", str(f))]

    def environment(self) -> dict[str, str]:
        """The process's own without what the deployment's file decides, and with the releases of the state."""
        decided = catalogue.known_names()
        inherited = {name: value for name, value in os.environ.items() if name not in decided}
        return {**inherited, "TTS_HOME": str(self.home.path), **State.load(self.home).releases(), **self._extra}

    def run(
        self, *arguments: str, capture: bool = False, check: bool = True, input: str | None = None, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """``docker compose …``. Raises ComposeFailed when ``check`` and it fails, or when it takes longer than ``timeout`` seconds."""
        named = " ".join(["docker compose", *arguments[:3]])
        return self._call([*self.command, *arguments], named, capture=capture, check=check, input=input, timeout=timeout)

    def exec(self, service: str, *command: str, input: str = "", timeout: float | None = None) -> str:
        """What a command in the container that serves prints; ``service`` is its blue name. Raises ComposeFailed with what it said."""
        return self.run("exec", "--no-TTY", self.serving(service), *command, capture=True, input=input, timeout=timeout).stdout

    def serving(self, service: str) -> str:
        """The Compose service behind a blue name at the moment."""
        return State.load(self.home).serving(service)

    def docker(self, *arguments: str, check: bool = True) -> str:
        """What ``docker …`` prints. Raises ComposeFailed."""
        return self._call(["docker", *arguments], " ".join(["docker", *arguments[:2]]), capture=True, check=check).stdout

    def containers(self) -> list[Container]:
        """Every container of the project, also those that have ended; sorted by name."""
        ids = self.docker("ps", "-aq", "--no-trunc", "--filter", f"label=com.docker.compose.project={self.home.project}").split()
        found = json.loads(self.docker("inspect", "--type", "container", *ids, check=False) or "[]") if ids else []
        return sorted(map(Container.of, found), key=lambda container: container.name)

    def config(self) -> dict[str, Any]:
        """The rendered configuration."""
        rendered: dict[str, Any] = json.loads(self.run("config", "--format", "json", capture=True).stdout)
        return rendered

    def hashes(self) -> dict[str, frozenset[str]]:
        """What a container of each service may be labelled with: made with --no-deps, what it waits for is none of its settings."""
        waiting = [name for name, service in self.config()["services"].items() if service.get("depends_on")]
        alone = "services:\n" + "".join(f"  {name}: {{depends_on: !reset null}}\n" for name in waiting) if waiting else "services: {}\n"
        told = [self._hashes(self.command), self._hashes([*self.command, "-f", "-"], alone)]
        return {name: frozenset(hashes[name] for hashes in told) for name in told[0]}

    def _hashes(self, command: list[str], input: str = "") -> dict[str, str]:
        done = self._call([*command, "config", "--hash", "*"], "docker compose config --hash", capture=True, check=True, input=input)
        return dict(line.split() for line in done.stdout.splitlines())

    def _call(
        self, command: list[str], named: str, *, capture: bool, check: bool, input: str | None = None, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        if not shutil.which(command[0]):
            raise ComposeFailed("Docker is not installed here: there is no `docker` on the PATH.")
        stream = subprocess.PIPE if capture else None
        try:
            done = subprocess.run(
                bound(command), env=self.environment(), stdout=stream, stderr=stream, input=input, text=True, check=False, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            raise ComposeFailed(f"`{named}` has not ended within {timeout:.0f} s.") from None
        if check and done.returncode:
            said = redact((done.stderr or done.stdout or "").strip()[-4000:], self.home)
            raise ComposeFailed(f"`{named}` failed with exit code {done.returncode}." + (f"\n{said}" if said else ""))
        return done
