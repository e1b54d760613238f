"""Scripts/test: run the suites and say what came of it."""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.table import Table

from quality.junit import Outcome
from quality.suites import DOCKER, SUITES, Selection, Suite, perform


def main() -> None:
    """Read the command line, run, report; exit code 1 on any failure."""
    names, selection = _command_line()
    chosen = [suite for suite in (*SUITES, DOCKER) if suite.name in names]
    outcomes = run(chosen, selection)
    report(outcomes)
    sys.exit(any(outcome.failures for outcome in outcomes))


def run(suites: list[Suite], selection: Selection) -> list[Outcome]:
    """Run suites: two at a time those that bear company, then the others."""
    together = [suite for suite in suites if not suite.is_alone]
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(lambda suite: _perform_and_tell(suite, selection), together))
    return outcomes + [_perform_and_tell(suite, selection) for suite in suites if suite.is_alone]


def _perform_and_tell(suite: Suite, selection: Selection) -> Outcome:
    outcome = perform(suite, selection)
    verdict = f"{outcome.failures} failed" if outcome.failures else "ok"
    sys.stdout.write(f"{suite.name}: {outcome.passed} passed, {verdict} ({outcome.seconds:.0f} s)\n")
    sys.stdout.flush()
    return outcome


def _command_line() -> tuple[list[str], Selection]:
    known = [suite.name for suite in (*SUITES, DOCKER)]
    parser = argparse.ArgumentParser(prog="Scripts/test", description="Run the tests. Without a suite: all but those of the deployment.")
    parser.add_argument("suites", nargs="*", metavar="suite", help=f"one or more of: {', '.join(known)}")
    parser.add_argument("-k", dest="keyword", default="", help="only the tests whose names match")
    given, extra = parser.parse_known_args()
    if unknown := [name for name in given.suites if name not in known]:
        parser.error(f"no suite {', '.join(unknown)}; there are: {', '.join(known)}")
    names = given.suites or [suite.name for suite in SUITES]
    return names, Selection(keyword=given.keyword, extra=tuple(extra), is_live=len(names) == 1)


def report(outcomes: list[Outcome]) -> None:
    """The table of suites, what was skipped and why, what failed, and the closing line."""
    console = Console(width=140, soft_wrap=True)
    console.print(_table(outcomes))
    for outcome in outcomes:
        for name, reason in outcome.skipped:
            console.print(f"skipped  {outcome.suite}: {name}: {reason}", markup=False, highlight=False)
    for outcome in outcomes:
        if outcome.trouble:
            console.print(f"FAILED   {outcome.suite}: {outcome.trouble}", markup=False, highlight=False)
        for name in outcome.failed:
            console.print(f"FAILED   {outcome.suite}: {name}", markup=False, highlight=False)
    skipped = sum(len(outcome.skipped) for outcome in outcomes)
    ending = f", {skipped} skipped" if skipped else ""
    sys.stdout.write(f"{sum(o.passed for o in outcomes)} passed, {sum(o.failures for o in outcomes)} failed{ending}\n")


def _table(outcomes: list[Outcome]) -> Table:
    table = Table("Suite")
    for heading in ("Passed", "Failed", "Skipped", "Seconds"):
        table.add_column(heading, justify="right")
    for outcome in outcomes:
        table.add_row(outcome.suite, str(outcome.passed), str(outcome.failures), str(len(outcome.skipped)), f"{outcome.seconds:.0f}")
    return table


if __name__ == "__main__":
    main()
