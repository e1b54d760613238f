"""The whole system back to an earlier state, or back at all."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from production import starting
from production.backup import aftercare, databases
from production.backup.configuration import fingerprint
from production.backup.container import Agent
from production.backup.databases import Target, TargetUnreached
from production.compose import Compose
from production.console import Steps, say
from production.errors import OperatorError, RefusedByPreflight
from production.files import make_folder, write_atomically
from production.home import Home

RECOVERY_LIMIT = 3600.0  # seconds
START_LIMIT = 300.0
ROOM = 1.3  # times the size of the databases
#: what PostgreSQL writes last, it must still hand over: so backup stops after it
KEEPERS = ("db", "backup")


@dataclass
class Report:
    """What was done, for people and programs; times in seconds."""

    target: str
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    base: str = ""
    restored_to: str | None = None
    timeline_before: str = ""
    rto_seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    mails_waiting: int = 0
    people_logged_out: int = 0
    events_again: int = 0
    faults: list[dict[str, str]] = field(default_factory=list)


class Restoration:
    """One restore of a deployment. The caller holds its lock."""

    def __init__(self, home: Home, target: Target, steps: Steps) -> None:
        self.home, self.target, self.steps = home, target, steps
        self.compose = Compose(home)
        self.agent = Agent(self.compose)
        self.report = Report(str(target))
        self._began = time.monotonic()

    def run(self, *, stops: bool) -> Report:
        """Everything. Raises RefusedByPreflight before anything was touched, OperatorError when it failed."""
        running = {container.service for container in self.compose.containers() if container.state == "running"}
        if running - {"backup"} and not stops:
            raise RefusedByPreflight(
                "The system runs, and a restore replaces all of its data: nothing was touched. "
                "--stop-everything stops it first; what it holds now stays in the archive."
            )
        bases = self._plan()
        self._began = time.monotonic()
        self._do("stop", lambda: self._stop(running))
        base = self._do("restore database files", lambda: databases.bring_back(self.agent, self.target, bases, self.steps.now))
        self.report.base = base["label"]
        self._do("restore files", self._restore_media)
        recovered = self._do("replay the archive", lambda: self._recover(bases))
        self.report.restored_to = recovered["last_commit"] or base["ended_at"]
        self._do("prepare", self._prepare)
        self._do("start", lambda: starting.start(self.compose, timeout=START_LIMIT))
        self.report.rto_seconds = round(time.monotonic() - self._began, 1)
        self.report.events_again = self._do("recover events", lambda: aftercare.recover_events(self.compose))
        self._do("verify", lambda: self._verify(base["label"]))
        self.compose.run("exec", "--detach", "backup", "tts-backup", "base", capture=True)  # of the new timeline
        self._remember()
        return self.report

    def _do(self, name: str, work: Callable[[], Any]) -> Any:
        started = time.monotonic()
        self.steps.now(name)
        result = work()
        self.report.steps[name] = round(time.monotonic() - started, 1)
        self.steps.advance(name)
        return result

    def _plan(self) -> list[dict[str, Any]]:
        """The bases that may be used, once all is checked that can be before anything is touched."""
        told = self.agent.once("plan", *self.target.arguments)
        bases: list[dict[str, Any]] = told["bases"]
        if not bases:
            raise RefusedByPreflight(f"No backup leads to {self.target}: {told['oldest'] or 'there is none'}. Nothing was touched.")
        manifest = bases[0]["manifest"]
        if manifest and manifest["postgres"]["major"] != told["major"]:
            raise RefusedByPreflight(
                f"The backup is of PostgreSQL {manifest['postgres']['major']}, the image holds {told['major']}: "
                f"set POSTGRES_IMAGE and build the images of then. Nothing was touched."
            )
        if manifest and (unknown := aftercare.unknown_heads(self.compose, manifest)):
            raise RefusedByPreflight(
                f"The backup was made by a newer release ({manifest['release']}) than the images: {'; '.join(unknown)}. "
                "Set TTS_RELEASE to it. Nothing was touched."
            )
        self._insist_on_room(bases[0]["bytes"])
        return bases

    def _insist_on_room(self, size: int) -> None:
        place = Path(self.compose.docker("info", "--format", "{{.DockerRootDir}}").strip())
        if place.is_dir() and (free := shutil.disk_usage(place).free) < size * ROOM:
            raise RefusedByPreflight(
                f"The databases need {size * ROOM / 2**30:.1f} GiB below {place}, and {free / 2**30:.1f} GiB are free. Nothing was touched."
            )

    def _stop(self, running: set[str]) -> None:
        """Everything, in an order that brings the last transaction into the archive; then without the broker's queues.

        They hold events of a future that is given up; what was lost of the past is found by comparing outboxes with inboxes.
        """
        if "db" in running and "backup" in running:
            self.report.timeline_before = str(self.agent.ask("mark", timeout=60)["timeline"])
        for batch in (sorted(running - set(KEEPERS)), ["db"], ["backup"]):
            if present := [service for service in batch if service in running]:
                self.compose.run("stop", *present, capture=True)
        self.compose.run("--profile", "*", "down", "--remove-orphans", capture=True)
        self.compose.docker("volume", "rm", "--force", f"{self.home.project}_rabbitmq_data")

    def _restore_media(self) -> None:
        values = self.home.values
        self.agent.once("restore-media", user=f"{values.get('TTS_UID') or 10001}:{values.get('TTS_GID') or 10001}")

    def _recover(self, bases: list[dict[str, Any]]) -> dict[str, Any]:
        try:
            return databases.recover(self.compose, self.agent, self.steps.now, timeout=RECOVERY_LIMIT)
        except TargetUnreached:
            say("warning: the archive ends before that moment: everything that it holds is restored")
            target = Target(timeline=self.target.timeline)
            databases.bring_back(self.agent, target, bases, self.steps.now)
            return databases.recover(self.compose, self.agent, self.steps.now, timeout=RECOVERY_LIMIT)

    def _prepare(self) -> None:
        """The schema of this release, then silence: before any worker runs."""
        self.compose.run("up", "--detach", "--wait", "rabbitmq", "db", capture=True)
        self.compose.run("run", "--rm", "--no-deps", "--no-TTY", "provision", capture=True, input="")
        quiet = aftercare.quiet_down(self.compose, f"restored to {self.report.restored_to}")
        self.report.mails_waiting, self.report.people_logged_out = quiet["mails_waiting"], quiet["people_logged_out"]

    def _verify(self, label: str) -> None:
        audit = aftercare.audit(self.agent, label)
        self.report.faults = [asdict(fault) for fault in aftercare.faults_of(audit, fingerprint(self.home))]

    def _remember(self) -> None:
        make_folder(self.home.state)
        line = json.dumps(asdict(self.report))
        write_atomically(self.home.state / "restored.json", json.dumps({"mail": "paused", **asdict(self.report)}, indent=2) + "\n")
        with (self.home.state / "restores.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def confirm(home: Home, *, discards_older: bool) -> dict[str, Any]:
    """Let mail go out again after a restore. Raises OperatorError where there was none."""
    path = home.state / "restored.json"
    if not path.is_file():
        raise OperatorError("Nothing was restored here: mail goes out as always.")
    was = aftercare.resume_mail(Compose(home), discards_older=discards_older)
    path.unlink()
    return was
