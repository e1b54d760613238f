"""The record of deployments, also when the machine dies under the pen."""

import json

import pytest

from production.deployment.record import DEPLOYMENT, DONE, INTERRUPTED, Journal, begin
from production.home import Home

WAY_BACK = {"auth": {"colour": "blue", "release": "1.0", "previous": ""}}


@pytest.fixture
def home(tmp_path):
    (tmp_path / "state").mkdir()
    return Home(tmp_path)


def a_record(original=WAY_BACK, release="1.1"):
    return begin(DEPLOYMENT, release=release, strategy="rolling", services=["auth"], original=original)


def test_a_deployment_is_one_line_with_who_what_and_when(home):
    journal, record = Journal(home), a_record()
    journal.open(record)
    record.downtime_seconds, record.p95_before_ms = 0.5, {"auth": 41.0}
    journal.close(record, DONE)
    (line,) = (home.state / "deployments.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert {key: told[key] for key in ("kind", "release", "strategy", "services", "outcome", "downtime_seconds", "p95_before_ms")} == {
        "kind": "deployment", "release": "1.1", "strategy": "rolling", "services": ["auth"], "outcome": "done", "downtime_seconds": 0.5,
        "p95_before_ms": {"auth": 41.0},
    }  # fmt: skip
    assert told["who"]
    assert told["started"].endswith("+00:00")
    assert told["finished"] >= told["started"]
    assert journal.interrupted() is None
    assert (home.state / "deployments.jsonl").stat().st_mode & 0o777 == 0o600


def test_one_that_was_killed_is_written_down_by_the_next_which_keeps_the_way_back(home):
    journal = Journal(home)
    journal.open(a_record())
    half_way = {"auth": {"colour": "green", "release": "1.1", "previous": "1.0"}}
    second = a_record(half_way)
    Journal(home).open(second)
    assert [record.outcome for record in journal.records()] == [INTERRUPTED]
    assert second.original == WAY_BACK
    assert (found := journal.interrupted()) is not None
    assert found.id == second.id


def test_one_whose_tool_died_between_its_last_line_and_its_end_has_ended(home):
    journal, record = Journal(home), a_record()
    journal.open(record)
    opened = (home.state / "deployment.json").read_text()
    journal.close(record, DONE)
    (home.state / "deployment.json").write_text(opened)
    assert journal.interrupted() is None


def test_the_way_back_of_other_services_is_not_mixed_in(home):
    Journal(home).open(a_record())
    second = a_record({"ticket": {"colour": "blue", "release": "1.0", "previous": ""}})
    Journal(home).open(second)
    assert list(second.original) == ["ticket"]


def test_half_a_line_costs_no_other(home):
    journal = Journal(home)
    for release in ("1.1", "1.2"):
        record = a_record(release=release)
        journal.open(record)
        journal.close(record, DONE)
        with (home.state / "deployments.jsonl").open("a") as lines:
            lines.write('{"id": "cut of')
    assert [record.release for record in journal.records()] == ["1.1", "1.2"]


def test_without_any_there_are_none(home):
    assert (Journal(home).records(), Journal(home).interrupted()) == ([], None)
