"""One supervised process: how it is started, watched, stopped and started again."""

import os
import pwd
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

#: seconds before a process that ended is started again; the last one repeats
BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
#: a process that ran this long counts as healthy again
SETTLED_AFTER = 60.0


@dataclass(frozen=True)
class Program:
    """What to run."""

    name: str
    command: tuple[str, ...]
    cwd: Path
    env: dict[str, str] = field(repr=False)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within: float = 15.0
    user: str | None = None
    ready_url: str | None = None


class Child:
    """A program and the process that runs it."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.restarts = 0
        self.started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def last_pid(self) -> int | None:
        """The id of the present or of the last process."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the last process ended."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the process in a session of its own, its output appended to its log."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.program.command,
                cwd=self.program.cwd,
                env=self.program.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_user(self.program.user),
            )
        self.started_at = time.time()
        self._start_at = 0.0

    def schedule_restart(self, now: float) -> float:
        """After an unexpected end: choose when to start again; the more failures in a row, the later."""
        if time.time() - self.started_at > SETTLED_AFTER:
            self._failures = 0
        delay = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1
        self._start_at = now + delay
        return delay

    def is_due(self, now: float) -> bool:
        """Whether the moment of the scheduled restart has come."""
        return 0.0 < self._start_at <= now

    @property
    def awaits_restart(self) -> bool:
        """Whether a restart is scheduled."""
        return self._start_at > 0.0

    def ask_to_stop(self) -> None:
        """Send the program's own stop signal."""
        self._start_at = 0.0
        if self._process and self.is_running:
            self._process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """End the process and all that it started."""
        if self._process:
            kill_group(self._process.pid)
            self._process.wait()


def kill_group(leader: int) -> None:
    """Kill a process group, if anything of it is left."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


class Account(TypedDict, total=False):
    """Which account a process runs as; empty: ours."""

    user: str
    group: int
    extra_groups: list[str]


def as_user(name: str | None) -> Account:
    """The arguments of subprocess that run a program as somebody else."""
    if name is None:
        return {}
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}
