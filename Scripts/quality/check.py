"""Scripts/check: everything that must hold before a change is shared."""

import argparse
import sys
from pathlib import Path

from bootstrap.paths import ROOT, SERVICES
from quality import lint, openapi, test
from quality.environment import offline_environment, production_environment
from quality.steps import Result, Step, perform_all, report_and_exit
from quality.suites import DOCKER, SUITES, Selection


def main() -> None:
    """Lint, descriptions, migrations, deployment, tests; then the table of how long each took. With ``--docker`` the deployment's, too."""
    parser = argparse.ArgumentParser(prog="Scripts/check", description="Lint, contracts, migrations, deployment settings, all tests.")
    parser.add_argument("--docker", action="store_true", help="also the tests of the deployment: over an hour, on an engine of their own")
    suites = [*SUITES, DOCKER] if parser.parse_args().docker else list(SUITES)
    results = perform_all([*lint.steps(), Step("openapi", find_faults=openapi.faults), *_migrations(), *_deployment()])
    outcomes = test.run(suites, Selection(is_live=False))
    test.report(outcomes)
    tests = [Result(f"test {outcome.suite}", "failed" if outcome.failures else "", outcome.seconds) for outcome in outcomes]
    report_and_exit([*results, *tests])


def _migrations() -> list[Step]:
    command = (Path(sys.executable), "manage.py", "makemigrations", "--check", "--dry-run")
    return [Step(f"migrations {service}", command, ROOT / service, offline_environment(service)) for service in SERVICES]


def _deployment() -> list[Step]:
    command = (Path(sys.executable), "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    return [Step(f"deployment {service}", command, ROOT / service, production_environment(service)) for service in SERVICES]


if __name__ == "__main__":
    main()
