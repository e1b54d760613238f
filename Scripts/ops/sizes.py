"""How long functions and files are, by folder: half of them, nine of ten, the longest. Fails past the house's limits."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bootstrap.paths import ROOT, SERVICES

FOLDERS = ("servicekit", *SERVICES, "Scripts", "tests")
FUNCTION_LIMIT, FILE_LIMIT = 60, 400
SKIPPED = {"migrations", "node_modules", "__pycache__", ".data", "samples"}


@dataclass(frozen=True)
class Length:
    """A function or a file, and its number of lines."""

    lines: int
    where: str


def main() -> None:
    """Print the report; exit code 1 past a limit."""
    Console(width=120).print(_table())
    found = faults()
    sys.stdout.write(found)
    sys.exit(bool(found))


def faults() -> str:
    """The functions and files past their limits, one a line."""
    measured = [(*_measure(ROOT / folder),) for folder in FOLDERS]
    functions = [length for lengths, _ in measured for length in lengths if length.lines > FUNCTION_LIMIT]
    files = [length for _, lengths in measured for length in lengths if length.lines > FILE_LIMIT]
    lines = [f"{length.where}: a function of {length.lines} lines (at most {FUNCTION_LIMIT})" for length in functions]
    lines += [f"{length.where}: a file of {length.lines} lines (at most {FILE_LIMIT})" for length in files]
    return "".join(f"{line}\n" for line in lines)


def _table() -> Table:
    table = Table("Folder", title="Lines of functions and of files", title_justify="left")
    for heading in ("functions", "p50", "p90", "max", "files", "p50", "p90", "max", "lines"):
        table.add_column(heading, justify="right")
    for folder in FOLDERS:
        functions, files = _measure(ROOT / folder)
        total = sum(length.lines for length in files)
        table.add_row(folder, *_figures(functions), *_figures(files), str(total))
    return table


def _figures(lengths: list[Length]) -> tuple[str, str, str, str]:
    ordered = sorted(length.lines for length in lengths) or [0]
    half, most = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))]
    return str(len(lengths)), str(half), str(most), str(ordered[-1])


def _measure(folder: Path) -> tuple[list[Length], list[Length]]:
    functions: list[Length] = []
    files: list[Length] = []
    for path in sorted(folder.rglob("*.py")):
        if SKIPPED.isdisjoint(path.parts):
            text = path.read_text()
            where = str(path.relative_to(ROOT))
            files.append(Length(text.count("\n"), where))
            functions += _functions(ast.parse(text), where)
    return functions, files


def _functions(tree: ast.AST, where: str) -> Iterator[Length]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Length((node.end_lineno or node.lineno) - node.lineno + 1, f"{where}:{node.lineno} {node.name}")


if __name__ == "__main__":
    main()
