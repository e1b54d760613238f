"""The databases come back: base by base until one is good, then the archive until the target."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from production.backup.container import Agent, BackupFailed
from production.compose import Compose
from production.console import say
from production.containers import Container
from production.errors import OperatorError
from production.redaction import redact

PERCENT = re.compile(r"restore file .*?(\d+(?:\.\d+)?)%\)")
UNREACHED = "recovery ended before configured recovery target was reached"
LOOK = 1.0  # seconds
Report = Callable[[str], None]


class RecoveryFailed(OperatorError):
    """PostgreSQL did not come up from the restored files; the message holds the end of its log."""


class TargetUnreached(RecoveryFailed):
    """The archive ends before the moment that was asked for."""


@dataclass(frozen=True)
class Target:
    """What to go back to; ``time`` None is everything that is archived."""

    time: datetime | None = None
    timeline: str = ""

    @property
    def arguments(self) -> list[str]:
        """The same for the agent."""
        time_of = ["--time", self.time.isoformat()] if self.time else []
        return time_of + (["--timeline", self.timeline] if self.timeline else [])

    def __str__(self) -> str:
        return (f"the state of {self.time.isoformat()}" if self.time else "the latest state") + (
            f" on timeline {self.timeline}" if self.timeline else ""
        )


def bring_back(
    agent: Agent, target: Target, bases: Sequence[Mapping[str, Any]], report: Report, *, is_drill: bool = False
) -> dict[str, Any]:
    """Restore the newest base that is good; the one that was used. Raises BackupFailed when none is."""
    for base in bases:
        words = ["--label", base["label"], "--repository", str(base["repository"]), *target.arguments, *(["--drill"] if is_drill else [])]
        try:
            agent.once("restore-database", *words, said=lambda line: _percent(line, report))
        except BackupFailed as failure:
            say(f"warning: the base {base['label']} of repository {base['repository']} cannot be restored: {failure}")
            continue
        return dict(base)
    raise BackupFailed("None of the bases can be restored. The databases are not usable now; the archive is as it was.")


def recover(compose: Compose, agent: Agent, report: Report, *, timeout: float) -> dict[str, Any]:
    """Start PostgreSQL, which replays the archive, and wait until it takes writes; how far it came. Raises RecoveryFailed."""
    compose.run("up", "--detach", "--no-deps", "backup", "db", capture=True)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        _refuse_crash(compose)
        try:
            told: dict[str, Any] = agent.ask("replayed", timeout=20)
        except OperatorError:
            time.sleep(LOOK)
            continue
        if not told["is_recovering"]:
            return told
        report(f"replayed up to {told['last_commit'] or 'the base'}")
        time.sleep(LOOK)
    raise RecoveryFailed(f"The recovery has not ended within {timeout:.0f} s: `Scripts/tts logs db` tells how far it is.")


def _refuse_crash(compose: Compose) -> None:
    if not any(_has_crashed(container) for container in compose.containers() if container.service == "db"):
        return
    said = compose.run("logs", "--no-color", "--no-log-prefix", "--tail", "40", "db", capture=True, check=False).stdout
    compose.run("stop", "db", capture=True)
    if UNREACHED in said:
        raise TargetUnreached("The archive ends before that moment.")
    raise RecoveryFailed(f"PostgreSQL did not come up from the restored files:\n{redact(said[-2000:], compose.home)}")


def _has_crashed(container: Container) -> bool:
    return container.restarts > 0 or container.state in {"restarting", "exited", "dead"}


def _percent(line: str, report: Report) -> None:
    if found := PERCENT.search(line):
        report(f"database files {found[1]} %")
