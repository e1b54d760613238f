"""The latest backup, restored beside the running system, used, timed, and taken away again."""

import json
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from production.backup import aftercare, databases
from production.backup.configuration import fingerprint
from production.backup.container import Agent, BackupFailed
from production.backup.databases import Target
from production.compose import Compose
from production.console import Steps
from production.dotenv import quoted
from production.errors import OperatorError, RefusedByPreflight
from production.files import make_folder, make_state_folder, write_atomically
from production.home import Home
from production.memory import free_mib
from production.services import last_line
from production.state import State

RECORD = "drills.jsonl"
#: memory that must be free, in MiB: databases, broker, three services with their workers; or the databases alone
NEEDS = {"full": 1000, "data": 300}
SERVICES = ("auth-service", "auth-worker", "ticket-service", "ticket-worker", "workflow-api", "workflow-worker")
LIMIT = 1800.0  # seconds
ROOM = 1.3
COORDINATOR = (
    "import sys; from accounts.services import NewUser, create_user; from servicekit.principal import SYSTEM; "
    "create_user(new=NewUser(email='drill@tts.invalid', name='Restore Drill', password=sys.stdin.readline().strip(), "
    "roles=('hdts.coordinator', 'tts.agent')), by=SYSTEM)"
)


@dataclass
class Drill:
    """What a drill came to; one line of the record. Times in seconds."""

    kind: str
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    ok: bool = False
    rto_seconds: float | None = None
    rpo_seconds: float | None = None
    backup: str = ""
    repository: int = 0
    release: str = ""
    bytes: int = 0
    contents: int = 0
    ticket: dict[str, Any] | None = None
    steps: dict[str, float] = field(default_factory=dict)
    faults: list[dict[str, str]] = field(default_factory=list)
    error: str = ""


def perform(home: Home, kind: str, repository: int, steps: Steps) -> Drill:
    """Run a drill and record it. Raises RefusedByPreflight where there is no room for it."""
    insist_on_memory(kind, free_mib(home))
    drill = Drill(kind, release=home.values.get("TTS_RELEASE", ""))
    copy = _copy_of(home, is_from_store=repository == 2)
    compose = Compose(copy, ["drill"], extra={"TTS_DRILL_OF": home.project})
    try:
        _clear(compose)
        _Run(drill, compose, steps).run(home, repository)
    except OperatorError as failure:
        drill.error = str(failure)
    finally:
        _clear(compose)
        shutil.rmtree(copy.path, ignore_errors=True)
    drill.ok = not drill.error and not drill.faults
    record(home, drill)
    return drill


def insist_on_memory(kind: str, free: int) -> None:
    """Refuse what would take memory from the running system. ``free`` is what is left, in MiB."""
    if free >= NEEDS[kind]:
        return
    instead = " --data-only needs 300 MiB and leaves out the ticket;" if kind == "full" else ""
    raise RefusedByPreflight(
        f"A {kind} drill needs {NEEDS[kind]} MiB beside the running system, and {free} MiB are free.{instead} "
        "or run it on another machine, from the same store."
    )


def record(home: Home, drill: Drill) -> None:
    """One line more."""
    make_state_folder(home.state)
    with (home.state / RECORD).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(drill)) + "\n")


class _Run:
    """The steps."""

    def __init__(self, drill: Drill, compose: Compose, steps: Steps) -> None:
        self.drill, self.compose, self.steps = drill, compose, steps
        self.agent = Agent(compose)

    def run(self, home: Home, repository: int) -> None:
        """All of them. Raises OperatorError."""
        began = time.monotonic()
        base = self._do("restore database files", lambda: self._restore(repository))
        self._do("restore files", lambda: self._restore_media(home))
        told = self._do("replay the archive", lambda: databases.recover(self.compose, self.agent, self.steps.now, timeout=LIMIT))
        if told["last_commit"]:  # what was committed after it, and until the end of the archive was read, would have been lost
            self.drill.rpo_seconds = round((datetime.now(UTC) - datetime.fromisoformat(told["last_commit"])).total_seconds(), 1)
        if self.drill.kind == "full":
            self._do("start", lambda: self.compose.run("up", "--detach", "--wait", *SERVICES, capture=True, timeout=LIMIT))
        self.drill.rto_seconds = round(time.monotonic() - began, 1)
        audit = self._do("verify", lambda: aftercare.audit(self.agent, base["label"]))
        self.drill.contents = audit["media"]["contents"]
        self.drill.faults = [asdict(fault) for fault in aftercare.faults_of(audit, fingerprint(home))]
        if self.drill.kind == "full":
            self.drill.ticket = self._do("file a ticket", self._file_ticket)

    def _do(self, name: str, work: Callable[[], Any]) -> Any:
        started = time.monotonic()
        self.steps.now(name)
        result = work()
        self.drill.steps[name] = round(time.monotonic() - started, 1)
        self.steps.advance(name)
        return result

    def _restore(self, repository: int) -> dict[str, Any]:
        bases = [base for base in self.agent.once("plan")["bases"] if base["repository"] == repository]
        if not bases:
            raise BackupFailed("there is no base to restore")
        place = Path(self.compose.docker("info", "--format", "{{.DockerRootDir}}").strip())
        if place.is_dir() and shutil.disk_usage(place).free < bases[0]["bytes"] * ROOM:
            raise BackupFailed(f"{bases[0]['bytes'] * ROOM / 2**30:.1f} GiB must be free below {place} for a copy of the databases")
        base = databases.bring_back(self.agent, Target(), bases, self.steps.now, is_drill=True)
        self.drill.backup, self.drill.repository, self.drill.bytes = base["label"], base["repository"], base["bytes"]
        return base

    def _restore_media(self, home: Home) -> None:
        self.agent.once("restore-media", user=f"{home.values.get('TTS_UID') or 10001}:{home.values.get('TTS_GID') or 10001}")

    def _file_ticket(self) -> dict[str, Any]:
        """Two people who exist in the copy alone."""
        passwords = [secrets.token_urlsafe(24) for _ in range(2)]
        self._manage("synthetic_person", data=f"{passwords[0]}\n")
        self._manage("shell", "-c", COORDINATOR, data=f"{passwords[1]}\n")
        script = Path(__file__).with_name("synthetic_ticket.py").read_text(encoding="utf-8")
        log_ins = json.dumps([["synthetic@tts.invalid", passwords[0]], ["drill@tts.invalid", passwords[1]]])
        told: dict[str, Any] = json.loads(self._exec("ticket-service", "python", "-", log_ins, data=script))
        return told

    def _manage(self, *arguments: str, data: str) -> None:
        self._exec("auth-service", "python", "manage.py", *arguments, data=data)

    def _exec(self, service: str, *command: str, data: str) -> str:
        done = self.compose.run("exec", "--no-TTY", service, *command, capture=True, check=False, input=data, timeout=180)
        if done.returncode:
            raise BackupFailed(f"the restored system does not work: {last_line(done.stderr or done.stdout)}")
        return done.stdout


def _copy_of(home: Home, *, is_from_store: bool) -> Home:
    """A home for the copy: the same settings and secrets, another project; it knows of the bucket only if it restores from there."""
    folder = home.state / "drill"
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    shutil.copytree(home.secrets, folder / "secrets")
    values = home.values | {"TTS_PROJECT": f"{home.project}-drill", "TTS_OVERLAYS": "s3" if is_from_store else ""}
    write_atomically(folder / ".env.production", "".join(f"{name}={quoted(value)}\n" for name, value in values.items()))
    make_folder(folder / "state")
    shutil.copytree(home.state / "rabbitmq", folder / "state" / "rabbitmq")
    state = State.load(home)
    state.path = folder / "state" / "state.json"
    for service in state.services.values():
        service.colour = "blue"
    state.save()
    return Home(folder, values)


def _clear(compose: Compose) -> None:
    """Containers, networks and volumes of the copy; the repository is the running system's, and stays."""
    compose.run("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5", capture=True)
