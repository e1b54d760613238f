"""Child processes that can be started, stopped, hung and killed, with all their descendants."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class NotReady(AssertionError):
    """Something did not come to pass in time."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30.0, every: float = 0.1) -> None:
    """Return when ``condition`` holds; fail with ``what`` once the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise NotReady(f"not within {seconds:g} s: {what}")
        time.sleep(every)


def accepts_connections(port: int) -> bool:
    """Whether somebody listens on the port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Process:
    """One command in its own process group; a signal goes to the whole group."""

    def __init__(
        self, name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path | None = None, user: str | None = None
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.env = dict(env)
        self.cwd = cwd
        self.user = user
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether the first process of the group lives."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process and of its group."""
        assert self._child is not None, f"{self.name} was never started"
        return self._child.pid

    def start(self, **extra_env: str) -> None:
        """Start the command; the variables given here hold for this one start."""
        assert not self.is_running, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env={**self.env, **extra_env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user if os.geteuid() == 0 else None,
                group=None if self.user is None or os.geteuid() != 0 else _group_of(self.user),
                extra_groups=[] if self.user and os.geteuid() == 0 else None,
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all its descendants."""
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)

    def stop(self, seconds: float = 20.0) -> None:
        """Ask it to end (TERM), and kill what is left after the time."""
        if self._child is None:
            return
        if self.is_running:
            os.kill(self._child.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it as a power cut would: nothing runs after this, not even its cleaning up."""
        self.signal(signal.SIGKILL)
        if self._child is not None:
            self._child.wait(10)

    def pause(self) -> None:
        """Hang it."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self.signal(signal.SIGCONT)

    def wait(self, seconds: float) -> int:
        """The exit status, once it has ended by itself."""
        assert self._child is not None
        return self._child.wait(seconds)

    def tail(self, lines: int = 25) -> str:
        """The last lines that it wrote."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(line[:400] for line in text.splitlines()[-lines:])


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
