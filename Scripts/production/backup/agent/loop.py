"""The container's main process: pgBackRest's server, the schedule, and what is told about both."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime

from production.backup.agent import archive, metrics, schedule
from production.backup.agent.contents import folders
from production.backup.agent.postgres import PostgresFailed
from production.backup.agent.records import LAYERS, Records, write_json
from production.backup.agent.schedule import Night, Plan
from production.backup.agent.settings import Settings

TURN = 5.0  # seconds
PATIENCE = 8.0  # seconds that a job has to end when the container stops
ALIVE = "alive"


def log(event: str, **details: object) -> None:
    """One JSON line, as all services write."""
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "service": "backup", "message": event, **details}
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


class Loop:
    """Turns every five seconds. Each job is a process of its own, so that its memory goes with it."""

    def __init__(self, settings: Settings, *, makes_backups: bool = True) -> None:
        self.settings, self.makes_backups = settings, makes_backups
        self.records = Records(settings.records)
        self.stopping = threading.Event()
        self.page = metrics.Page()
        self._jobs: dict[str, tuple[Plan, subprocess.Popen[str], float]] = {}
        self._server: subprocess.Popen[bytes] | None = None
        self._wal: archive.Archive | None = None
        self._folders: dict[str, int] = {}

    def run(self) -> None:
        """Until SIGTERM."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        log("backup schedule runs", makes_backups=self.makes_backups, repositories=len(self.settings.repositories))
        while not self.stopping.is_set():
            self._serve()
            self._tell()
            self._reap()
            if self.makes_backups and self._wal is not None and not self._wal.is_recovering:
                self._start_due()
            self.stopping.wait(TURN)
        self._end()

    def _serve(self) -> None:
        """Keep pgBackRest's server up: PostgreSQL hands its WAL to it."""
        if self._server is not None and self._server.poll() is not None:
            log("pgbackrest server ended", code=self._server.returncode)
            self._server = None
        if self._server is None:
            self._server = subprocess.Popen(["pgbackrest", "server", "--log-level-console=warn"])

    def _tell(self) -> None:
        try:
            self._wal = archive.look()
        except PostgresFailed:
            self._wal = None
        told = metrics.summary({name: self.records.read(name) for name in LAYERS}, self._wal, len(self.settings.repositories))
        write_json(self.settings.records / "backup.json", told)
        self.page.told = told
        (self.settings.runtime / ALIVE).touch()

    def _reap(self) -> None:
        for lane, (plan, process, started) in list(self._jobs.items()):
            seconds = time.monotonic() - started
            if process.poll() is None:
                if seconds > plan.longest.total_seconds():
                    os.killpg(process.pid, signal.SIGKILL)
                continue
            del self._jobs[lane]
            record = self.records.read(plan.layer)
            if process.returncode and (record.tried_at is None or record.tried_at.timestamp() < time.time() - seconds):
                record = self.records.failed(plan.layer, f"the job ended with {process.returncode}")  # it was killed and wrote no record
            log("backup job ended", layer=plan.layer, seconds=round(seconds, 1), error=record.error, **record.details)

    def _start_due(self) -> None:
        records = {name: self.records.read(name) for name in LAYERS}
        night = Night(self.settings.hour, self.settings.zone, len(self.settings.repositories))
        for plan in schedule.PLANS:
            if plan.lane in self._jobs:
                continue
            has_news = plan.layer == "media" and not records["media"].failures and self._has_new_files()
            if has_news or schedule.is_due(plan, records, night, datetime.now(UTC)):
                command = ["nice", sys.executable, "-m", "production.backup.agent", plan.layer]
                process = subprocess.Popen(command, text=True, stdout=subprocess.DEVNULL, start_new_session=True)
                self._jobs[plan.lane] = (plan, process, time.monotonic())

    def _has_new_files(self) -> bool:
        """Whether a folder of files has changed since this was last asked: a file is copied within seconds, and calm costs nothing."""
        seen = {path.name: path.stat().st_mtime_ns for path in folders(self.settings.media)}
        is_new = seen != self._folders
        self._folders = seen
        return is_new

    def _end(self) -> None:
        """pgBackRest ends a backup cleanly when it is asked to; the next one goes on from there."""
        for _, process, _ in self._jobs.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        if self._server is not None:
            self._server.terminate()
        until = time.monotonic() + PATIENCE
        for _, process, _ in self._jobs.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(until - time.monotonic(), 0.1))
        log("backup schedule has ended")
