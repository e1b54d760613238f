"""The backup container, asked: in the one that runs, or in one of its own while everything else stands still."""

import json
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from production.compose import Compose
from production.errors import OperatorError
from production.redaction import redact

PROGRAM = "tts-backup"
Said = Callable[[str], None]


class BackupFailed(OperatorError):
    """The container could not do what it was asked; the message is what it said."""


class BackupDoesNotRun(OperatorError):
    """There is no running backup container."""


class Agent:
    """``ask`` is for the running container, ``once`` for a new one that may write the database's files and is gone afterwards."""

    def __init__(self, compose: Compose) -> None:
        self.compose = compose

    def ask(self, *arguments: str, data: bytes = b"", timeout: float | None = None) -> Any:
        """The JSON that it answers with. Raises BackupFailed, BackupDoesNotRun."""
        command = [*self.compose.command, "exec", "--no-TTY", "backup", PROGRAM, *arguments]
        try:
            done = subprocess.run(command, env=self.compose.environment(), input=data, capture_output=True, check=False, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise BackupFailed(f"{arguments[0]} has not ended within {timeout:.0f} s") from None
        said = done.stderr.decode(errors="replace")
        if done.returncode and ("is not running" in said or "no container found" in said):
            raise BackupDoesNotRun("The backup container does not run: Scripts/tts up starts it.")
        return self._answer(done.returncode, done.stdout.decode(errors="replace"), said)

    def once(self, *arguments: str, user: str = "", said: Said | None = None) -> Any:
        """The same in a container of its own; ``said`` hears each line on the way. Raises BackupFailed."""
        options = ["--rm", "--no-deps", "--no-TTY", *(["--user", user] if user else [])]
        command = [*self.compose.command, "--profile", "restore", "run", *options, "restore", *arguments]
        lines: list[str] = []
        with subprocess.Popen(
            command, env=self.compose.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None  # noqa: S101  (both are pipes)
            assert process.stderr is not None  # noqa: S101
            for line in process.stderr:
                lines.append(line)
                if said:
                    said(line.rstrip())
            output = process.stdout.read()
        return self._answer(process.returncode, output, "".join(lines))

    def _answer(self, code: int, output: str, said: str) -> Any:
        if code:
            raise BackupFailed(redact(_end_of(said), self.compose.home))
        return json.loads(output) if output.strip() else None


def _end_of(said: str, words: Sequence[str] = (" Container ", " Network ", " Volume ")) -> str:
    """The last line that tells something: neither Compose's own nor pgBackRest's progress."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith(tuple(words)) and " P0" not in line]
    return lines[-1] if lines else "it said nothing"
