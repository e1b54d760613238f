"""The suites of the repository and how each is run."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bootstrap import frontend, pythons
from bootstrap.console import SetupError
from bootstrap.paths import FRONTEND, ROOT, SCRIPTS, SERVICES
from quality import machine
from quality.browser import instance_for_browser
from quality.junit import Outcome, read_report


@dataclass(frozen=True)
class Selection:
    """What the command line asked for."""

    keyword: str = ""
    extra: tuple[str, ...] = ()
    #: show the output as it comes instead of only when something failed
    is_live: bool = True


@dataclass(frozen=True)
class Suite:
    """One suite; ``run`` gives back how it went. Nothing runs beside what ``is_alone``; its output is shown as it comes."""

    name: str
    run: Callable[["Suite", Selection], Outcome]
    is_alone: bool = False


def run_pytest(folder: Path, *paths: str) -> Callable[[Suite, Selection], Outcome]:
    """A suite of pytest, run from a folder."""

    def run(suite: Suite, selection: Selection) -> Outcome:
        choice = ["-k", selection.keyword] if selection.keyword else []
        command = [sys.executable, "-m", "pytest", "-q", *paths, *choice, *selection.extra]
        return _run(suite, selection, lambda report: [*command, f"--junitxml={report}"], folder, _python_environment())

    return run


def run_system(suite: Suite, selection: Selection) -> Outcome:
    """The tests with a real broker and real processes."""
    machine.ensure_rabbitmq()
    return run_pytest(ROOT, "tests/system")(suite, selection)


def run_docker(suite: Suite, selection: Selection) -> Outcome:
    """The tests of the deployment, on a container engine."""
    machine.require_engine()
    return run_pytest(ROOT, "Docker/tests")(suite, selection)


def run_frontend(suite: Suite, selection: Selection) -> Outcome:
    """The components' tests."""
    environment = frontend.ensure_modules()
    choice = ["-t", selection.keyword] if selection.keyword else []
    command = ["npx", "vitest", "run", "--reporter=default", "--reporter=junit", *choice, *selection.extra]
    return _run(suite, selection, lambda report: [*command, f"--outputFile.junit={report}"], FRONTEND, environment)


def run_browser(suite: Suite, selection: Selection) -> Outcome:
    """The journeys in Chromium, against a system that Scripts/run starts for them."""
    chromium = machine.ensure_chromium()
    environment = frontend.ensure_modules()
    frontend.ensure_build()
    pythons.ensure("ops", *SERVICES)
    choice = [f"--test-name-pattern={selection.keyword}"] if selection.keyword else []
    options = ["--test", "--test-concurrency=1", "--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=junit"]
    with instance_for_browser() as instance:
        environment |= instance | {"CHROMIUM": chromium}
        return _run(
            suite,
            selection,
            lambda report: ["node", *options, f"--test-reporter-destination={report}", *choice, *selection.extra, *_journeys()],
            FRONTEND,
            environment,
        )


SUITES = (
    Suite("servicekit", run_pytest(ROOT, "servicekit/tests")),
    *(Suite(service, run_pytest(ROOT / service, "tests")) for service in SERVICES),
    Suite("tools", run_pytest(ROOT, "Scripts/tests", "tests/ops")),
    Suite("frontend", run_frontend),
    Suite("system", run_system, is_alone=True),
    Suite("e2e", run_browser, is_alone=True),
)
#: run when they are named: it takes more than an hour and an engine to itself
DOCKER = Suite("docker", run_docker, is_alone=True)


def perform(suite: Suite, selection: Selection) -> Outcome:
    """Run a suite; what it lacks is its outcome, not an error."""
    started = time.monotonic()
    try:
        outcome = suite.run(suite, selection)
    except (machine.Missing, SetupError) as lack:
        outcome = Outcome(suite.name, trouble=str(lack))
    outcome.seconds = time.monotonic() - started
    return outcome


def _run(
    suite: Suite, selection: Selection, command: Callable[[Path], Sequence[str]], folder: Path, environment: dict[str, str]
) -> Outcome:
    outcome = Outcome(suite.name)
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary) / "report.xml"
        output = None if selection.is_live or suite.is_alone else subprocess.PIPE
        result = subprocess.run(
            command(report),
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            text=True,
            check=False,
        )
        if report.is_file() and report.stat().st_size:
            read_report(outcome, report)
    outcome.trouble = _trouble(outcome, selection, result.returncode)
    if result.stdout and outcome.failures:
        sys.stdout.write(f"\n===== {suite.name}\n{result.stdout}\n")
    return outcome


def _trouble(outcome: Outcome, selection: Selection, code: int) -> str:
    if not outcome.passed and not outcome.failed and not outcome.skipped:
        return "" if selection.keyword else f"ran no test (exit code {code})"
    return f"ended with exit code {code}" if code and not outcome.failed else ""


def _python_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(SCRIPTS)])}


def _journeys() -> list[str]:
    return [str(path.relative_to(FRONTEND)) for path in sorted(FRONTEND.glob("e2e/**/*.test.*"))]
