"""Scripts/lint: format, rules, types, boundaries and sizes."""

import argparse
import sys
from pathlib import Path

from bootstrap import frontend
from bootstrap.paths import FRONTEND, ROOT, SCRIPTS, SERVICES, scripts_environment
from ops import sizes
from quality import boundaries
from quality.environment import offline_environment
from quality.steps import Step, perform_all, report_and_exit

PYTHON = Path(sys.executable)
RUFF = (PYTHON, "-m", "ruff")
MYPY = (PYTHON, "-m", "mypy")


def steps() -> list[Step]:
    """All of the linting."""
    return [
        Step("ruff format", (*RUFF, "format", "--check", "."), ROOT),
        Step("ruff", (*RUFF, "check", "."), ROOT),
        Step("sizes", find_faults=sizes.faults),
        Step("boundaries", find_faults=boundaries.faults),
        Step("types servicekit", _mypy("servicekit"), ROOT, offline_environment("servicekit") | {"MYPYPATH": str(ROOT)}),
        *(Step(f"types {service}", _mypy("."), ROOT / service, _types_environment(service)) for service in SERVICES),
        Step(
            "types Scripts",
            (*MYPY, "--config-file", "mypy.ini", "bootstrap", "ops", "production", "quality"),
            SCRIPTS,
            _tools_environment(),
        ),
        Step("front end", ("npm", "run", "--silent", "lint"), FRONTEND, frontend.ensure_modules()),
    ]


def _mypy(target: str) -> tuple[str | Path, ...]:
    return (*MYPY, "--config-file", ROOT / "pyproject.toml", target)


def _types_environment(service: str) -> dict[str, str]:
    return offline_environment(service) | {"MYPYPATH": str(ROOT)}


def _tools_environment() -> dict[str, str]:
    return {**scripts_environment(), "MYPYPATH": str(ROOT)}


if __name__ == "__main__":
    argparse.ArgumentParser(prog="Scripts/lint", description="Format, rules, types, boundaries and sizes of the code.").parse_args()
    report_and_exit(perform_all(steps()))
