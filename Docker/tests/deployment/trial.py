"""A deployment while people work."""

import os
from dataclasses import dataclass
from typing import Any

from Docker.tests.deployment.desk import Desk
from Docker.tests.deployment.load import Load


@dataclass(frozen=True)
class Trial:
    """What came of it: the tool's exit code and what it wrote, its record, and what people saw."""

    code: int
    told: str
    record: dict[str, Any]
    load: Load
    missed: list[str]

    def slowest(self, when: str) -> str:
        """Milliseconds of the slowest service's p95 ``before``, ``during`` or ``after``."""
        return f"{max(self.record[f'p95_{when}_ms'].values(), default=0.0):.0f}"

    def __str__(self) -> str:
        closes = sorted({close for ear in self.load.ears for close in ear.closes}, key=str)
        return (
            f"{self.record['outcome']} after {self.record['seconds']:.0f} s; {self.load.outcome}; {self.load.outcome.said} messages to "
            f"{len(self.load.ears)} sockets, {len(self.missed)} missed, closes {closes}; edge: {self.record['errors']} of "
            f"{self.record['requests']} failed; down {self.record['downtime_seconds']} s; p95 before {self.slowest('before')}, during "
            f"{self.slowest('during')} ms  [load {os.getloadavg()[0]:.1f}]"
        )


def deploy_under_load(desk: Desk, *arguments: str) -> Trial:
    """``tts deploy …`` while people work; all that was said has had time to arrive."""
    with Load(desk) as load:
        done = desk.tts("deploy", *arguments)
        load.settle()
        missed = load.missed()
    return Trial(done.returncode, done.stderr, desk.records[-1], load, missed)
