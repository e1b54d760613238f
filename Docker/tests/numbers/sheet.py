"""The figures, printed as they come and once more as a table."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One value, and what it may be at most; None where nothing is promised. ``load`` is the machine's of the last minute."""

    what: str
    seen: float | str
    at_most: float | None
    load: float

    @property
    def is_kept(self) -> bool:
        """Whether the promise, if there is one, is kept."""
        return self.at_most is None or float(self.seen) <= self.at_most

    def __str__(self) -> str:
        promise = "" if self.at_most is None else f"<= {self.at_most:g}" + ("" if self.is_kept else "  NOT KEPT")
        seen = self.seen if isinstance(self.seen, str) else f"{self.seen:g}"
        return f"| {self.what} | {seen} | {promise} | {self.load:.1f} |"


@dataclass
class Sheet:
    """All of them."""

    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, seen: float | str, at_most: float | None = None) -> None:
        """One more, printed at once."""
        figure = Figure(what, round(seen, 2) if isinstance(seen, float) else seen, at_most, os.getloadavg()[0])
        self.figures.append(figure)
        _write(str(figure))

    @contextmanager
    def timed(self, what: str, at_most: float | None = None) -> Iterator[None]:
        """Seconds of what is done within."""
        began = time.monotonic()
        yield
        self.add(what, time.monotonic() - began, at_most)

    def show(self) -> bool:
        """The table; whether every promise is kept."""
        _write("\n| what | seen | promised | load |\n|---|---|---|---|", *map(str, self.figures))
        return all(figure.is_kept for figure in self.figures)


def _write(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
