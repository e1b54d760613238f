"""Keeps a set of processes running: starts them in order, starts again what ended, stops all of them cleanly."""

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.request import urlopen

from ops import log_files
from ops.child import Child, Program

logger = logging.getLogger("tts.supervisor")

PAUSE = 0.1
ASK_EVERY = 0.25
ROTATE_EVERY = 5.0
#: a process that ends this often before the system was ready once, will not get ready
HOPELESS_AFTER = 3


class NotReady(Exception):
    """A process did not get ready; the message says which, why and where its log is."""


class Supervisor:
    """The children of one instance, and the reaper that ends them should we die."""

    def __init__(self, logs: Path, on_change: Callable[[], None] = lambda: None) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._on_change = on_change
        self._stages: list[list[Child]] = []
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", Path(__file__).with_name("reaper.py")], stdin=subprocess.PIPE, start_new_session=True, text=True
        )
        self._rotated_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def children(self) -> list[Child]:
        """All processes, in the order of their start."""
        return [child for stage in self._stages for child in stage]

    def start(self, programs: Iterable[Program]) -> None:
        """Start programs as the next stage; stages are stopped in the opposite order."""
        stage: list[Child] = []
        self._stages.append(stage)
        for program in programs:
            child = Child(program, self._logs / f"{program.name}.log")
            stage.append(child)
            self._start(child)
        self._on_change()

    def tick(self) -> None:
        """Look after everybody once."""
        now = time.monotonic()
        for child in self.children:
            if child.awaits_restart:
                self._start_again(child, now)
            elif not child.is_running:
                self._note_end(child, now)
        if now - self._rotated_at > ROTATE_EVERY:
            self._rotated_at = now
            log_files.rotate(self._logs)

    def run(self) -> None:
        """Look after everybody until an exception (a signal) ends it."""
        while True:
            self.tick()
            time.sleep(PAUSE)

    def wait_until(self, is_ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Look after everybody until something is so. Raises NotReady when it does not come about."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.tick()
            self._give_up_on_hopeless()
            if time.monotonic() > deadline:
                raise NotReady(f"{what} did not get ready within {seconds:.0f} s. Logs: {self._logs}")
            time.sleep(ASK_EVERY)

    def wait_until_all_answer(self, seconds: float) -> None:
        """Wait until every program with a readiness address answers 200 there."""
        for child in self.children:
            if url := child.program.ready_url:
                self.wait_until(lambda url=url: answers(url), f"{child.program.name} ({url})", seconds)  # type: ignore[misc]

    def stop(self) -> None:
        """Stop the stages, the last first; kill what does not stop in time."""
        for stage in reversed(self._stages):
            _stop_stage(stage)
        self._stages.clear()
        self._tell_reaper("bye")
        if self._reaper.stdin:
            self._reaper.stdin.close()
        self._reaper.wait(timeout=5)

    def state(self) -> dict[str, Any]:
        """What is known about each process."""
        return {
            child.program.name: {
                "pid": child.pid,
                "started_at": round(child.started_at, 3),
                "restarts": child.restarts,
                "ready_url": child.program.ready_url,
            }
            for child in self.children
        }

    def _start(self, child: Child) -> None:
        child.start()
        position = next(number for number, stage in enumerate(self._stages) if child in stage)
        self._tell_reaper(f"track {child.pid} {int(child.program.stop_signal)} {-position}")

    def _start_again(self, child: Child, now: float) -> None:
        if child.is_due(now):
            child.restarts += 1
            self._start(child)
            self._on_change()

    def _note_end(self, child: Child, now: float) -> None:
        child.kill()  # whatever it left behind
        self._tell_reaper(f"drop {child.last_pid}")
        delay = child.schedule_restart(now)
        logger.warning("%s ended (%s), starts again in %.1f s; log: %s", child.program.name, _ending(child.exit_code), delay, child.log)
        self._on_change()

    def _give_up_on_hopeless(self) -> None:
        for child in self.children:
            if child.restarts >= HOPELESS_AFTER and child.awaits_restart:
                raise NotReady(f"{child.program.name} does not stay up. The end of {child.log}:\n{log_files.tail(child.log, 25)}")

    def _tell_reaper(self, line: str) -> None:
        if self._reaper.stdin and self._reaper.poll() is None:
            self._reaper.stdin.write(line + "\n")
            self._reaper.stdin.flush()


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urlopen(url, timeout=3) as response:  # noqa: S310 - our own loopback addresses
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def _stop_stage(stage: list[Child]) -> None:
    for child in stage:
        child.ask_to_stop()
    deadline = time.monotonic() + max((child.program.stop_within for child in stage), default=0.0)
    while any(child.is_running for child in stage) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in stage:
        child.kill()


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
