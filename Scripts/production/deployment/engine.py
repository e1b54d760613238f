"""What is done to containers: start, look, stop. Everything here is real and takes time."""

import json
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from production.compose import Compose, ComposeFailed
from production.containers import Container
from production.deployment import overlay
from production.deployment.colours import Slot
from production.deployment.rules import READY_WITHIN, RESTARTS
from production.errors import OperatorError, RefusedByPreflight
from production.home import Home
from production.state import State

PAUSE = 0.3  # seconds between looks
READY_IN_A_ROW = 3
CHECK_TIMEOUT = 10.0  # seconds for one look into a container


class NotReady(OperatorError):
    """A container of the new release did not get ready."""


@dataclass(frozen=True)
class Image:
    """A release as the engine has it."""

    reference: str
    id: str


class Engine:
    """The containers of one deployment."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.compose = Compose(home)

    def containers(self) -> dict[str, Container]:
        """All of them, by name."""
        return {container.name: container for container in self.compose.containers()}

    def image(self, service: str, release: str) -> Image:
        """The image of a release; fetched if it is not here. Raises RefusedByPreflight if there is none."""
        reference = self.reference(service, release)
        found = self.image_id(reference)
        if not found:
            try:
                self.compose.docker("pull", "--quiet", reference)
            except ComposeFailed as failure:
                raise RefusedByPreflight(f"There is no image {reference}, neither here nor in the registry. {failure}") from None
            found = self.image_id(reference)
        return Image(reference, found)

    def reference(self, service: str, release: str) -> str:
        """The name of a release's image."""
        return f"{self.home.values.get('TTS_REGISTRY') or 'tts'}/{service}:{release}"

    def image_id(self, reference: str) -> str:
        """The image that a name stands for; empty if it is not here."""
        return self.compose.docker("image", "inspect", "--format", "{{.Id}}", reference, check=False).strip()

    def start(self, chosen: Sequence[Slot], state: State, trying: Mapping[str, str], *, anew: bool = False) -> None:
        """Make and start the containers of these places, as the overlay then says.

        Those that run as they should are left alone; ``anew`` not even these, for they may hold an old secret.
        """
        overlay.write(self.home, state, trying)
        names, force = [slot.compose_name for slot in chosen], ["--force-recreate"] if anew else []
        self.compose.run("up", "--detach", "--no-deps", "--no-build", "--pull", "never", "--quiet-pull", *force, *names, capture=True)

    def start_kept(self, chosen: Sequence[Slot]) -> None:
        """Start containers that were stopped, as they are."""
        self.compose.docker("start", *(slot.container(self.home.project) for slot in chosen))

    def stop(self, chosen: Iterable[Slot]) -> None:
        """SIGTERM and the container's own time to finish. Those that do not run are passed over; none is removed."""
        names = [slot.container(self.home.project) for slot in chosen]
        running = [name for name, container in self.containers().items() if name in names and container.state != "exited"]
        if running:
            self.compose.docker("stop", *running)

    def await_ready(self, chosen: Sequence[Slot], on_wait: Callable[[str], None] = lambda text: None, within: float = READY_WITHIN) -> None:
        """Until each container's own health check has passed three times in a row. Raises NotReady, with the end of its log."""
        deadline = time.monotonic() + within
        waiting = {slot.container(self.home.project): 0 for slot in chosen}
        while waiting:
            found = self.containers()
            for name in tuple(waiting):
                waiting[name] = waiting[name] + 1 if self._is_well(found, name) else 0
                if waiting[name] >= READY_IN_A_ROW:
                    del waiting[name]
            if waiting and time.monotonic() > deadline:
                raise NotReady(f"{', '.join(sorted(waiting))}: not ready within {within:.0f} s.\n{self.log_of(min(waiting))}")
            if waiting:
                on_wait(f"waiting for {', '.join(sorted(waiting))}")
                time.sleep(PAUSE)

    def _is_well(self, found: Mapping[str, Container], name: str) -> bool:
        container = found.get(name)
        if container is None or container.restarts >= RESTARTS:
            restarts = container.restarts if container else 0
            raise NotReady(f"{name} does not stay up ({restarts} restarts).\n{self.log_of(name)}")
        return container.state == "running" and self._check(name)

    def is_well(self, container: Container) -> bool:
        """Whether it is, also where the engine has not looked yet since it started."""
        return container.is_well or (container.state == "running" and container.health == "starting" and self._check(container.name))

    def _check(self, name: str) -> bool:
        """Run the container's health check now, instead of waiting for the engine to do so."""
        test = self._health_check(name)
        if not test:
            return True
        return self.look(name, *test) is not None

    def _health_check(self, name: str) -> list[str]:
        told: dict[str, Any] | None = json.loads(self.compose.docker("inspect", "--format", "{{json .Config.Healthcheck}}", name))
        kind, *words = (told or {}).get("Test") or ["NONE"]
        return {"CMD": words, "CMD-SHELL": ["/bin/sh", "-c", *words]}.get(kind, [])

    def look(self, name: str, *command: str, timeout: float = CHECK_TIMEOUT) -> str | None:
        """What a command in a container prints, or None if it fails or takes longer than ``timeout`` seconds."""
        words = ["docker", "exec", name, *command]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=timeout)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout if done.returncode == 0 else None

    def tell(self, name: str, text: str, *command: str) -> None:
        """Give a command in a container something to read. Raises ComposeFailed."""
        words = ["docker", "exec", "--interactive", name, *command]
        done = subprocess.run(words, input=text, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise ComposeFailed(f"`{' '.join(command)}` in {name} failed: {done.stderr.strip()[-500:]}")

    def log_of(self, name: str) -> str:
        """The end of what a container wrote."""
        done = subprocess.run(["docker", "logs", "--tail", "15", name], capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip()
