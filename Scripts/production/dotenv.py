"""``.env.production``: read as Compose reads it, and refused where the two could differ."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<rest>.*)")
QUOTED = re.compile(r"""(?P<quote>['"])(?P<value>.*?)(?P=quote)\s*(?:#.*)?""")
PLAIN_VALUE = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")


@dataclass
class Variables:
    """What a file says, and every line that cannot be read with certainty."""

    values: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def parse(text: str) -> Variables:
    """Read NAME=value lines. A fault names the line and what to do; a faulty line gives no value."""
    found = Variables()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            _read(found, number, line.strip())
    return found


def quoted(value: str) -> str:
    """A value as it is written into the file. Raises ValueError for what no quoting can carry."""
    if PLAIN_VALUE.fullmatch(value):
        return value
    if "'" in value or "\n" in value:
        raise ValueError("a value can hold neither a single quote nor a line break")
    return f"'{value}'"


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with these values in place of its own; the comments stay. A name in a comment is put in force by being filled."""
    lines, missing = [], dict(values)
    for line in template.splitlines():
        match = LINE.fullmatch(line.removeprefix("#").strip()) if "=" in line else None
        name = match["name"] if match else ""
        lines.append(f"{name}={quoted(missing.pop(name))}" if name in missing else line)
    lines += [f"{name}={quoted(value)}" for name, value in missing.items()]
    return "\n".join(lines) + "\n"


def _read(found: Variables, number: int, line: str) -> None:
    match = LINE.fullmatch(line)
    if match is None:
        found.faults.append(f"line {number} is not NAME=value")
        return
    name = match["name"]
    try:
        value = _value(match["rest"])
    except ValueError as fault:
        found.faults.append(f"line {number}: {name} {fault}")
        return
    if name in found.values:
        found.faults.append(f"line {number}: {name} is set a second time; keep one of the lines")
    found.values[name] = value


def _value(rest: str) -> str:
    if rest[:1] in {"'", '"'}:
        match = QUOTED.fullmatch(rest)
        if match is None:
            raise ValueError("has a quote that is not closed")
        if match["quote"] == '"' and ("$" in match["value"] or "\\" in match["value"]):
            raise ValueError("holds $ or \\ in double quotes, which Compose would replace: use single quotes")
        return match["value"]
    value = re.split(r"(?:^|\s)#", rest, maxsplit=1)[0].strip()
    if "$" in value:
        raise ValueError("holds $, which Compose would replace: put the value in single quotes")
    return value
