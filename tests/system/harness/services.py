"""One service of the system: its database, its web process and its worker."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.system.harness.processes import NotReady, Process, free_port, wait_until

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Kind:
    """What is fixed about a service."""

    name: str
    prefixes: tuple[str, ...]
    is_asgi: bool = False


KINDS = (
    Kind("auth", ("/api/v1/auth/", "/api/v1/users/", "/api/v1/roles/", "/.well-known/", "/admin/auth/")),
    Kind("ticket_service", ("/api/v1/tickets/", "/api/v1/categories/", "/api/v1/attachments/", "/admin/tickets/")),
    Kind("workflow_api", ("/api/v1/workflows/", "/api/v1/tasks/", "/api/v1/sla/", "/admin/workflows/")),
    Kind("messaging", ("/api/v1/comments/", "/ws/", "/admin/messaging/"), is_asgi=True),
    Kind("notification_service", ("/api/v1/notifications/", "/admin/notifications/")),
)


class Service:
    """The two processes of a service, and its commands."""

    def __init__(self, kind: Kind, *, folder: Path, env: Mapping[str, str], database: str) -> None:
        self.name = kind.name
        self.prefixes = kind.prefixes
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {**env, "WEB_BIND": f"127.0.0.1:{self.port}"}
        self.folder = ROOT / kind.name
        self.web = self._process("web", self._web_command(kind), folder)
        self.worker = self._process("worker", self._worker_command(), folder)
        self._logs = folder

    def _process(self, role: str, command: list[str], folder: Path) -> Process:
        return Process(f"{self.name} {role}", command, log=folder / f"{self.name}-{role}.log", env=self.env, cwd=self.folder)

    def _web_command(self, kind: Kind) -> list[str]:
        if kind.is_asgi:
            return [str(BIN / "daphne"), "-b", "127.0.0.1", "-p", str(self.port), "-v", "0", f"{self.name}.asgi:application"]
        return [str(BIN / "gunicorn"), "-c", "python:servicekit.gunicorn_conf", f"{self.name}.wsgi"]

    def _worker_command(self) -> list[str]:
        options = ["-P", "threads", "-c", "4", "--without-gossip", "--without-mingle"]
        return [str(BIN / "celery"), "-A", self.name, "worker", *options]

    def second_worker(self) -> Process:
        """One more worker beside the first; start it."""
        command = [*self._worker_command(), "-n", "second@%h"]
        return self._process("worker-2", command, self._logs)

    def manage(self, *arguments: str, **extra_env: str) -> str:
        """What ``manage.py`` prints; a failure shows all that it said."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=self.folder, env={**self.env, **extra_env}, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{self.name}: manage.py {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Start both processes, unless they run; does not wait."""
        for process in (self.web, self.worker):
            if not process.is_running:
                process.start()

    def kill(self) -> None:
        """kill -9 to both."""
        self.web.kill()
        self.worker.kill()

    def stop(self) -> None:
        """Ask both to end."""
        self.web.stop()
        self.worker.stop()

    def is_live(self) -> bool:
        """Whether the web process answers at all."""
        return self._status("/livez") == 200

    def is_ready(self) -> bool:
        """Whether the service is fit to serve: database, migrations, a living worker."""
        return self._status("/readyz") == 200

    def _is_ready_or_dead(self) -> bool:
        for process in (self.web, self.worker):
            if not process.is_running:
                raise NotReady(f"the {process.name} has ended")
        return self.is_ready()

    def wait_ready(self, seconds: float = 60.0) -> None:
        """Fail with the last words of both processes if it is not ready in time."""
        try:
            wait_until(self._is_ready_or_dead, f"{self.name} is ready", seconds, every=0.2)
        except AssertionError as error:
            raise AssertionError(
                f"{error}\n--- web\n{self.web.tail()}\n--- worker\n{self.worker.tail()}\n--- /readyz\n{self.readiness()}"
            ) from None

    def readiness(self) -> str:
        """What /readyz says."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).text
        except httpx.HTTPError as error:
            return repr(error)

    def _status(self, path: str) -> int:
        try:
            return httpx.get(f"{self.url}{path}", timeout=5).status_code
        except httpx.HTTPError:
            return 0


def base_environment() -> dict[str, str]:
    """The little that a service takes from the machine."""
    return {"PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
