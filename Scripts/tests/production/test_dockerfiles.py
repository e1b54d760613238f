"""The five images are made alike, so that they share what they have in common."""

import re
from pathlib import Path

import pytest

from bootstrap.paths import ROOT, SERVICES

PORTS = {"auth": "8000", "ticket_service": "8000", "workflow_api": "8000", "messaging": "8001", "notification_service": "8001"}
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)


def packages(lock: Path) -> set[tuple[str, str]]:
    """The names and versions of a lock file."""
    return set(PINNED.findall(lock.read_text(encoding="utf-8")))


@pytest.mark.parametrize("service", SERVICES)
def test_a_dockerfile_differs_from_the_others_by_name_and_port_alone(service: str) -> None:
    def neutral(name: str) -> str:
        text = (ROOT / name / "Dockerfile.prod").read_text(encoding="utf-8")
        return re.sub(rf"\b{name}\b", "SERVICE", text).replace(PORTS[name], "PORT")

    assert neutral(service) == neutral("auth")


@pytest.mark.parametrize("service", SERVICES)
def test_an_entrypoint_knows_the_same_roles(service: str) -> None:
    lines = (ROOT / service / "entrypoint.sh").read_text(encoding="utf-8").splitlines()
    workers = [line for line in lines if line.lstrip().startswith("worker)")]
    assert workers == [
        f"    worker)  exec celery -q -A {service} worker -P threads -c 4 --without-gossip --without-mingle ;;",
    ]
    assert [line.split(")")[0].strip() for line in lines if re.match(r"    \S+\)", line)] == ["web", "worker", "migrate", "*"]


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_installed_for_all_is_what_the_service_is_locked_to(service: str) -> None:
    assert packages(ROOT / "servicekit" / "requirements.txt") <= packages(ROOT / service / "requirements.txt")


def test_the_test_tools_are_of_the_versions_that_are_used_everywhere() -> None:
    assert packages(ROOT / "Scripts/requirements/test.txt") <= packages(ROOT / "Scripts/requirements/dev.txt")
