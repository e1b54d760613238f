"""People in a running system who file tickets while something breaks, and what they were promised."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from Docker.tests.stack import Stack, docker

WRITER = Path(__file__).with_name("writer.py")
LOGINS = "import json; print(json.dumps({p['email']: p['password'] for p in json.load(open('/tmp/demo.json'))}))"


@dataclass(frozen=True)
class Promise:
    """A ticket whose filing was answered with 201. ``at`` is the time of the answer, ``sha256`` its file's or None."""

    number: str
    at: float
    sha256: str | None


def demo_logins(stack: Stack) -> dict[str, str]:
    """E-mail → password of the demo people, who are made."""
    auth = stack.compose.serving("auth-service")
    stack.compose.exec(auth, "python", "manage.py", "seed_demo", "--out", "/tmp/demo.json")  # noqa: S108
    found: dict[str, str] = json.loads(stack.python(auth, LOGINS))
    return found


class Writer:
    """Files tickets from within until it is stopped or the system is gone."""

    def __init__(self, stack: Stack, password: str, journal: Path, rate: float = 4.0) -> None:
        self._stack, self._journal, self._service = stack, journal, stack.compose.serving("ticket-service")
        self._output: IO[str] = journal.open("w", encoding="utf-8")
        command = [
            *stack.compose.command,
            "exec",
            "--no-TTY",
            self._service,
            "python",
            "-",
            "employee@demo.tts",
            password,
            "3600",
            str(rate),
            stack.compose.serving("auth-service"),
        ]
        with WRITER.open("rb") as program:
            self._process = subprocess.Popen(
                command, env=stack.compose.environment(), stdin=program, stdout=self._output, stderr=sys.stderr
            )

    def stop(self) -> list[Promise]:
        """What was promised until now. The process inside ends too, if its container still runs: it would not notice by itself."""
        inside = self._lines()[0]
        self._stack.compose.run("exec", "--no-TTY", self._service, "sh", "-c", f"kill {inside}", capture=True, check=False)
        self._process.kill()
        self._process.wait()
        self._output.close()
        return [Promise(**json.loads(line)) for line in self._lines() if line.endswith("}")]

    def wait_for(self, count: int, seconds: float) -> None:
        """Until so many tickets were accepted."""
        deadline = time.monotonic() + seconds
        while len(self._lines()) <= count:
            assert time.monotonic() < deadline, f"fewer than {count} tickets in {seconds:.0f} s"
            time.sleep(1)

    def _lines(self) -> list[str]:
        return self._journal.read_text(encoding="utf-8").splitlines()


def numbers(stack: Stack) -> set[str]:
    """Every ticket in the database."""
    return set(stack.compose.exec("db", "psql", "-U", "postgres", "-d", "ticket_db", "-Atc", "SELECT number FROM tickets_ticket").split())


@dataclass(frozen=True)
class Verdict:
    """What of the promised is gone: how many tickets, how many seconds' worth, and how many of them are not at the end."""

    lost: int
    rpo: float
    holes: int


def judge(stack: Stack, promised: list[Promise], lost_at: float) -> Verdict:
    """Compare what was promised with what is there after a restore. ``lost_at``: when the data were lost, in epoch seconds."""
    there = numbers(stack)
    last = max((promise.at for promise in promised if promise.number in there), default=promised[0].at)
    lost = [promise for promise in promised if promise.number not in there]
    return Verdict(len(lost), lost_at - last, sum(promise.at <= last for promise in lost))


def lose_the_database(stack: Stack) -> float:
    """Its process and its files are gone at once, as with a disk; the moment in epoch seconds."""
    docker("rm", "--force", stack.container("db").id)
    lost_at = time.time()
    holders = [container.id for container in stack.compose.containers() if container.service in {"backup", "provision", "restore"}]
    docker("rm", "--force", *holders)
    docker("volume", "rm", f"{stack.home.project}_postgres_data")
    return lost_at
