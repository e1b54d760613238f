"""A document as data, and the same as Markdown. What is not known is None, and says so."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

NOT_KNOWN = "not known"
Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """A chapter: single facts, then tables by title, then remarks."""

    title: str
    facts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Sequence[Row]] = field(default_factory=dict)
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class Document:
    """One of the four."""

    title: str
    site: str
    written_at: str
    command: str
    sections: Sequence[Section]

    def data(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)

    def markdown(self) -> str:
        """For people."""
        head = f"# {self.title}\n\n{self.site}, {self.written_at}. Written by `{self.command}` from what is measured and recorded.\n"
        return "\n".join([head, *map(_section, self.sections)])


def _section(section: Section) -> str:
    parts = [f"## {section.title}\n"]
    if section.facts:
        parts.append("\n".join(["| | |", "|---|---|", *(f"| {name} | {said(value)} |" for name, value in section.facts.items())]) + "\n")
    for title, rows in section.tables.items():
        parts.append(f"**{title}**\n")
        parts.append(_table(rows) if rows else "None.\n")
    parts += [f"{remark}\n" for remark in section.remarks]
    return "\n".join(parts)


def _table(rows: Sequence[Row]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(said(row.get(name)) for name in columns)} |" for row in rows]
    return "\n".join(lines) + "\n"


def said(value: Any) -> str:
    """A value in words, safe in a table."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value).replace("|", "\\|").replace("\n", " ")
