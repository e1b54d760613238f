"""What a check found, and what to do about it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True)
class Finding:
    """Something that is wrong. A warning lets the system start."""

    subject: str
    problem: str
    remedy: str
    is_warning: bool = False


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """Those that forbid a start."""
    return [finding for finding in findings if not finding.is_warning]


def as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """For programs."""
    return [{"level": "warning" if finding.is_warning else "error", **_plain(finding)} for finding in findings]


def as_table(findings: Sequence[Finding]) -> Table:
    """For people: errors first."""
    table = Table("", "What", "Problem", "Remedy", title_justify="left")
    for finding in sorted(findings, key=lambda finding: finding.is_warning):
        table.add_row("warning" if finding.is_warning else "ERROR", finding.subject, finding.problem, finding.remedy)
    return table


def _plain(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in asdict(finding).items() if name != "is_warning"}
