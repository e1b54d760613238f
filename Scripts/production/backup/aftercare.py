"""What a restored system needs before and after people come back to it."""

import json
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from production.backup.container import Agent
from production.compose import Compose, ComposeFailed
from production.services import call, last_line
from production.state import SERVICES

HEADS = (
    "import json; from django.db.migrations.loader import MigrationLoader; "
    "print(json.dumps(['.'.join(name) for name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations]))"
)


@dataclass(frozen=True)
class Fault:
    """Something that is not as the backup promised."""

    what: str
    found: str


def unknown_heads(compose: Compose, manifest: dict[str, Any]) -> list[str]:
    """Migrations in the backup that the images do not have: their code is older than the data."""
    missing = []
    for service in SERVICES:
        database = manifest["databases"].get(f"{service}_db", {})
        heads = {f"{app}.{head}" for app, head in database.get("heads", {}).items()}
        if heads:
            known = set(_one_shot(compose, f"{service}-migrate", "python", "manage.py", "shell", "-c", HEADS))
            missing += [f"{service}: {head}" for head in sorted(heads - known)]
    return missing


def quiet_down(compose: Compose, reason: str) -> dict[str, int]:
    """Before any worker runs: no mail leaves, and everybody has to log in again. How many mails wait, and how many people it meets."""
    mail = _prepared(compose, "notification-migrate", f"mail_sending pause --reason {shlex.quote(reason)}")
    sessions = _prepared(compose, "auth-migrate", "end_all_sessions --reason restore")
    return {"mails_waiting": mail["waiting"], "people_logged_out": sessions["people"]}


def recover_events(compose: Compose) -> int:
    """Publish again what some service has not handled; how many events. The broker's queues are new and empty."""
    told = {service: _lines(compose, service, "published") for service in SERVICES}
    everything = "\n".join(line for lines in told.values() for line in lines)
    lacking = {line for service in SERVICES for line in _lines(compose, service, "unhandled", everything)}
    if not lacking:
        return 0
    counts = [_lines(compose, service, "publish", "\n".join(sorted(lacking))) for service in SERVICES]
    return sum(_again(lines) for lines in counts)


def faults_of(audit: dict[str, Any], fingerprint: str) -> list[Fault]:
    """What an audit found, in words."""
    media = audit["media"]
    faults = [Fault("counts", text) for text in audit["counts"]]
    faults += [
        Fault("files", f"{len(media[kind])} of {media['contents']} contents are {kind}") for kind in ("missing", "damaged") if media[kind]
    ]
    faults += [Fault("structure", text) for text in audit["amcheck"] or []]
    kept = ((audit["wanted"] or {}).get("configuration") or {}).get("jwt_key", "")
    if kept and fingerprint and kept != fingerprint:
        faults.append(Fault("signing key", "it is another one than when the backup was made: tokens of programs are refused"))
    return faults


def audit(agent: Agent, label: str, *, amcheck: bool = True) -> dict[str, Any]:
    """Counts, files and structure against the manifest of a base."""
    told: dict[str, Any] = agent.ask("audit", "--label", label, *([] if amcheck else ["--quick"]), timeout=7200)
    return told


def resume_mail(compose: Compose, *, discards_older: bool) -> dict[str, Any]:
    """The operator has confirmed: mail leaves again. How it was before."""
    return call(compose, "notification", "mail_sending", "resume", *(["--discard-older"] if discards_older else []))[-1]


def _prepared(compose: Compose, service: str, command: str) -> Any:
    """What a management command prints at its end, with the schema of this release, run while no service does."""
    return _one_shot(compose, service, "sh", "-c", f"python manage.py prepare >&2 && python manage.py {command}")


def _one_shot(compose: Compose, service: str, *command: str) -> Any:
    """The JSON that a command prints at its end, run in a container of its own."""
    options = ["run", "--rm", "--no-deps", "--no-TTY"]
    done = compose.run(*options, service, *command, capture=True, check=False, input="", timeout=300)
    if done.returncode:
        raise ComposeFailed(f"{service}: {last_line(done.stderr or done.stdout)}")
    return json.loads(last_line(done.stdout))


def _lines(compose: Compose, service: str, step: str, data: str = "") -> Sequence[str]:
    """One step of recover_events in a running worker."""
    name = compose.serving(f"{service}-worker")
    command = ["exec", "--no-TTY", name, "python", "manage.py", "recover_events", step]
    done: subprocess.CompletedProcess[str] = compose.run(*command, capture=True, check=False, input=data, timeout=600)
    if done.returncode:
        raise ComposeFailed(f"{service}: {last_line(done.stderr or done.stdout)}")
    return done.stdout.splitlines()


def _again(lines: Sequence[str]) -> int:
    return sum(int(json.loads(line)["again"]) for line in lines if line.startswith("{"))
