import subprocess
from pathlib import Path

import pytest

from bootstrap.paths import ROOT
from ops import sizes
from quality import boundaries, machine
from quality.junit import Outcome, read_report
from quality.suites import SUITES, Selection, Suite, perform, run_pytest

REPORT = """<?xml version="1.0"?><testsuites><testsuite>
<testcase classname="a" name="passes"/>
<testcase classname="a" name="fails"><failure message="x">\x1b[31mred\x1b[0m</failure></testcase>
<testcase classname="a" name="breaks"><error message="y"/></testcase>
<testcase classname="a" name="waits"><skipped message="no network"/></testcase>
</testsuite></testsuites>"""


def test_a_report_is_counted_with_names_and_reasons(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    outcome = Outcome("auth")
    read_report(outcome, tmp_path / "report.xml")
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, ["a::fails", "a::breaks"], [("a::waits", "no network")])
    assert outcome.failures == 2


def test_a_suite_whose_machine_lacks_a_program_fails_and_names_it() -> None:
    def lacks(suite: Suite, selection: Selection) -> Outcome:
        raise machine.Missing("RabbitMQ is missing. On Debian, as root: apt-get install rabbitmq-server")

    outcome = perform(Suite("system", lacks), Selection())
    assert outcome.failures == 1
    assert outcome.trouble == "RabbitMQ is missing. On Debian, as root: apt-get install rabbitmq-server"


def test_a_missing_program_is_asked_for_where_it_cannot_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(machine, "CHROMIUM", ("no-such-browser",))
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    with pytest.raises(machine.Missing, match=r"Chromium is missing\. On Debian, as root: apt-get install chromium"):
        machine.ensure_chromium()


def test_all_suites_are_known_by_name() -> None:
    services = ["auth", "ticket_service", "workflow_api", "messaging", "notification_service"]
    assert [suite.name for suite in SUITES] == ["servicekit", *services, "tools", "frontend", "system", "e2e"]


@pytest.mark.parametrize("script", ["check", "lint", "test"])
def test_asked_for_help_a_script_prints_its_usage_and_does_nothing(script: str) -> None:
    done = subprocess.run([ROOT / "Scripts" / script, "--help"], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout.partition("\n")[0].split(" [")[0], done.stderr) == (0, f"usage: Scripts/{script}", "")


def test_the_boundaries_hold_every_app_of_every_service() -> None:
    contracts = boundaries.contracts()
    assert 'name = "servicekit imports no service"' in contracts
    assert 'containers = ["attachments", "forms", "ticket_service", "tickets", "transfer"]' in contracts
    assert 'source_modules = ["engine"]\nforbidden_modules = ["django", "rest_framework"' in contracts


def test_a_function_past_sixty_lines_is_named_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "auth"
    folder.mkdir()
    (folder / "long.py").write_text("def fine():\n    pass\n\n\ndef endless():\n" + "    pass\n" * 61)
    monkeypatch.setattr(sizes, "ROOT", tmp_path)
    assert sizes.faults() == "auth/long.py:5 endless: a function of 62 lines (at most 60)\n"


def test_a_suite_that_ran_no_test_has_failed(tmp_path: Path) -> None:
    empty = Suite("empty", run_pytest(tmp_path, "--rootdir", str(tmp_path), "-c", "/dev/null"))
    outcome = perform(empty, Selection(is_live=False))
    assert (outcome.failures, outcome.trouble) == (1, "ran no test (exit code 5)")
    chosen = perform(empty, Selection(keyword="nothing_is_called_so", is_live=False))
    assert (chosen.failures, chosen.trouble) == (0, "")
