"""When the jobs have to run before anything else may change."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from production import drift, jobs
from production.containers import Container
from production.starting import Part

HASHES = frozenset({"with what it waits for", "alone"})
RAN_AT = 1767261600.0  # 2026-01-01T10:00:00Z


def a_container(service: str, **changes: Any) -> Container:
    """A job that ended well, or what it prepares."""
    found = Container.of(
        {
            "Id": service,
            "Name": f"/tts-{service}",
            "Image": "sha256:1",
            "Created": "2026-01-01T09:00:00.123456789Z",
            "RestartCount": 0,
            "State": {"Status": "exited", "ExitCode": 0, "StartedAt": "2026-01-01T10:00:00Z"},
            "Config": {"Image": "tts/auth:1", "Labels": {"com.docker.compose.service": service, "com.docker.compose.config-hash": "alone"}},
            "HostConfig": {},
            "NetworkSettings": {},
        }
    )
    return replace(found, **changes)


DATA = [a_container("db"), a_container("rabbitmq")]


@pytest.fixture
def configuration(tmp_path: Path) -> dict[str, Any]:
    """A job with a secret that is older than its last run."""
    secret = tmp_path / "database_url"
    secret.touch()
    os.utime(secret, (RAN_AT - 60, RAN_AT - 60))
    job = {"restart": "no", "image": "tts/auth:1", "secrets": [{"source": "url"}]}
    services = {"auth-migrate": job, "auth-service": {"restart": "unless-stopped"}, "db": {"image": "tts/db:1"}}
    return {"services": services, "secrets": {"url": {"file": str(secret)}}}


def has_done(configuration: dict[str, Any], *, data: list[Container] = DATA, **changes: Any) -> bool:
    return jobs.has_done_its_work(a_container("auth-migrate", **changes), configuration, data, HASHES, "sha256:1")


def test_what_does_something_once_is_a_job(configuration):
    assert jobs.names(configuration) == ["auth-migrate"]


def test_a_job_that_ended_well_is_not_repeated(configuration):
    assert has_done(configuration)


@pytest.mark.parametrize("changes", [{"exit_code": 1}, {"state": "running"}, {"image_id": "sha256:0"}, {"config_hash": "another"}], ids=str)
def test_a_job_that_failed_or_is_another_one_now_is_due(configuration, changes):
    assert not has_done(configuration, **changes)


def test_a_secret_that_changed_since_makes_it_due(configuration):
    path = Path(configuration["secrets"]["url"]["file"])
    os.utime(path, (RAN_AT + 1, RAN_AT + 1))
    assert not has_done(configuration)
    assert drift.changed_files(configuration, a_container("auth-migrate")) == ["database_url"]


@pytest.mark.parametrize(
    "data", [DATA[:1], [DATA[0], replace(DATA[1], created_at="2026-01-01T10:00:01Z")]], ids=["no broker", "a broker made since"]
)
def test_a_database_or_broker_that_may_be_empty_makes_it_due(configuration, data):
    assert not has_done(configuration, data=data)


def test_a_job_that_failed_is_waited_for_no_longer():
    part, failed = Part("auth-migrate", is_job=True), a_container("auth-migrate", exit_code=1)
    assert (part.has_failed([failed]), part.has_failed([replace(failed, state="running")]), part.has_failed([])) == (True, False, False)
    assert not Part("auth-service", is_job=False).has_failed([a_container("auth-service", exit_code=1)])


def test_a_container_made_alone_and_one_made_with_all_run_as_declared():
    running = [a_container("db", config_hash=label) for label in (*HASHES, "another")]
    found = drift._configuration({"db": HASHES}, running)
    assert [(each.what, each.difference) for each in found] == [("tts-db", "it was started with other settings than those declared now")]
