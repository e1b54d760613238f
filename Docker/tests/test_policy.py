"""The rules hold for what Compose makes of the files, with every overlay; and each rule notices when it is broken."""

import copy
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from Docker.tests.home import make_home
from Docker.tests.policy import violations
from production.home import DOCKER, Home

pytestmark = pytest.mark.docker
OVERLAYS = ([], ["debug"], ["staging"], ["s3"], ["monitoring"], ["debug", "monitoring", "s3", "staging"])
Document = dict[str, Any]


def render(home: Home, *overlays: str, **variables: str) -> str:
    """What Compose makes of the files, as JSON."""
    files = ["docker-compose.prod.yml", *(f"docker-compose.{overlay}.yml" for overlay in overlays)]
    command = ["docker", "compose", "--project-name", home.project, "--project-directory", str(DOCKER), "--profile", "*"]
    command += [word for file in files for word in ("-f", str(DOCKER / file))]
    command += ["--env-file", str(home.env_file), "config", "--format", "json"]
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "TTS_HOME": str(home.path), **variables}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    bucket = {"S3_ENDPOINT": "s3.tts.test", "S3_BUCKET": "tts", "S3_REGION": "fra1"}
    return make_home(tmp_path_factory.mktemp("policy") / "home", "tts-policy", 18080, 18443, **bucket)


@pytest.fixture(scope="module")
def document(home: Home) -> Document:
    rendered: Document = json.loads(render(home))
    return rendered


@pytest.mark.parametrize("overlays", OVERLAYS, ids="+".join)
def test_every_rule_holds_with_these_overlays(home: Home, overlays: list[str]) -> None:
    assert violations(json.loads(render(home, *overlays))) == []


def test_a_drill_shares_the_repository_with_the_system_that_runs_and_nothing_else(home: Home) -> None:
    found = violations(json.loads(render(home, "drill", TTS_DRILL_OF="tts")))
    assert found == ["volumes backup_repo: is not this deployment's own"]


@pytest.mark.parametrize("overlays", OVERLAYS, ids="+".join)
def test_no_secret_is_in_the_configuration(home: Home, overlays: list[str]) -> None:
    rendered = render(home, *overlays)
    kept = {path.name: path.read_text() for path in home.secrets.iterdir() if path.stat().st_size}
    assert len(kept) >= 34
    assert [name for name, value in kept.items() if value in rendered] == []


def test_the_containers_are_those_of_the_blueprint_and_the_jobs_before_them(document: Document) -> None:
    apps = ("auth", "ticket", "workflow", "messaging", "notification")
    expected = {f"{app}{kind}" for app in apps for kind in ("", "-worker", "-migrate")}
    expected |= {"db", "rabbitmq", "frontend", "nginx", "backup", "certbot", "provision"}
    names = [service["container_name"] for service in document["services"].values() if "container_name" in service]
    assert sorted(names) == sorted(f"tts-policy-{name}" for name in expected)


def test_only_nginx_publishes(document: Document) -> None:
    published = [(name, port["published"]) for name, service in document["services"].items() for port in service.get("ports", [])]
    assert published == [("nginx", "18080"), ("nginx", "18443")]


def test_development_is_reached_from_this_machine_alone() -> None:
    command = ["docker", "compose", "-f", str(DOCKER / "docker-compose.yml"), "config", "--format", "json"]
    rendered = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    ports = [(name, p["host_ip"], p["target"]) for name, s in rendered["services"].items() for p in s.get("ports", [])]
    assert sorted(ports) == [
        ("db", "127.0.0.1", 5432),
        ("mail", "127.0.0.1", 8025),
        ("nginx", "127.0.0.1", 8080),
        ("rabbitmq", "127.0.0.1", 15672),
    ]


def on(service: str, **values: Any) -> Callable[[Document], None]:
    """A change of one service."""
    return lambda document: document["services"][service].update(values)


def without(service: str, key: str) -> Callable[[Document], None]:
    """A service that lacks something."""
    return lambda document: document["services"][service].pop(key)


def more(service: str, key: str, value: Any) -> Callable[[Document], None]:
    """One more entry of a list or a mapping."""

    def change(document: Document) -> None:
        entries = document["services"][service].setdefault(key, type(value)())
        entries.update(value) if isinstance(value, dict) else entries.extend(value)

    return change


def with_network(**network: Any) -> Callable[[Document], None]:
    return lambda document: document["networks"]["data"].update(network)


BROKEN = [
    (on("db", cap_drop=["NET_RAW"]), "db: has capabilities"),
    (on("nginx", cap_add=["NET_BIND_SERVICE"]), "nginx: has capabilities"),
    (without("auth-service", "cap_drop"), "auth-service: has capabilities"),
    (without("frontend", "security_opt"), "frontend: may gain privileges"),
    (more("backup", "security_opt", ["seccomp:unconfined"]), "backup: runs unconfined"),
    (on("ticket-service", user="0:0"), "ticket-service: runs as root"),
    (without("rabbitmq", "user"), "rabbitmq: runs as root"),
    (on("messaging-service", privileged=True), "messaging-service: is privileged"),
    (on("workflow-worker", network_mode="host"), "workflow-worker: shares network_mode"),
    (on("workflow-worker", pid="host"), "workflow-worker: shares pid"),
    (on("auth-worker", read_only=False), "auth-worker: can write into its image"),
    (
        more("backup", "volumes", [{"type": "bind", "source": "/var/run/docker.sock", "target": "/s", "read_only": True}]),
        "backup: holds the engine's socket",
    ),
    (more("db", "volumes", [{"type": "bind", "source": "/etc", "target": "/x"}]), "db: can write into the host's etc"),
    (on("auth-service", tmpfs=["/run/x:size=64m"]), "auth-service: /run/x in memory is not bounded or can hold programs"),
    (on("db", tmpfs=["/run/x:noexec,nosuid,nodev"]), "db: /run/x in memory is not bounded or can hold programs"),
    (without("notification-service", "mem_limit"), "notification-service: has no memory limit"),
    (without("notification-worker", "pids_limit"), "notification-worker: has no limit of processes"),
    (without("db", "ulimits"), "db: has no limit of open files"),
    (without("provision", "logging"), "provision: has logs without rotation"),
    (on("nginx", logging={"driver": "json-file"}), "nginx: has logs without rotation"),
    (on("auth-migrate", mem_limit=str(512 * 1024**2)), "auth-migrate: is a job with more memory than is left beside the system"),
    (without("messaging-worker", "stop_grace_period"), "messaging-worker: has no time to stop"),
    (without("workflow-api", "restart"), "workflow-api: is not started again"),
    (on("db", healthcheck={"disable": True}), "db: is never asked whether it is well"),
    (without("frontend", "healthcheck"), "frontend: is never asked whether it is well"),
    (on("rabbitmq", image="rabbitmq"), "rabbitmq: has an image without a version"),
    (on("rabbitmq", image="rabbitmq:latest"), "rabbitmq: has an image without a version"),
    (on("rabbitmq", image="registry:5000/rabbitmq"), "rabbitmq: has an image without a version"),
    (more("auth-service", "environment", {"DJANGO_SECRET_KEY": "x"}), "auth-service: has the secret DJANGO_SECRET_KEY in its environment"),
    (more("db", "environment", {"POSTGRES_PASSWORD": "x"}), "db: has the secret POSTGRES_PASSWORD in its environment"),
    (more("ticket-service", "secrets", [{"source": "auth_database_url"}]), "ticket-service: holds auth_database_url"),
    (more("ticket-service", "secrets", [{"source": "migrator_ticket_database_url"}]), "ticket-service: holds migrator_ticket_database_url"),
    (more("ticket-service", "secrets", [{"source": "jwt_signing_key"}]), "ticket-service: holds the signing key"),
    (more("db", "ports", [{"target": 5432, "published": "5432"}]), "db: publishes 5432 on every address"),
    (more("db", "ports", [{"target": 22, "host_ip": "127.0.0.1"}]), "db: publishes 22 on 127.0.0.1"),
    (more("nginx", "ports", [{"target": 8081, "published": "8081"}]), "nginx: publishes 8081 on every address"),
    (with_network(internal=False), "network data: leads out"),
    (more("auth-service", "networks", {"bus": None}), "auth-service: is on the network bus"),
    (more("ticket-worker", "networks", {"egress": None}), "ticket-worker: is on the network egress"),
    (more("db", "networks", {"front": None}), "db: is on the network front"),
    (without("frontend", "networks"), "frontend: is on no network of ours"),
    (without("auth-service", "depends_on"), "auth-service: does not wait for auth-migrate"),
    (without("ticket-migrate", "depends_on"), "auth-worker: does not wait for auth-migrate"),
    (on("db", mem_limit=str(800 * 1024**2)), "together: "),
    (on("nginx", container_name="nginx"), "nginx: its container is called nginx"),
    (
        lambda document: document["volumes"]["postgres_data"].update(name="postgres_data"),
        "volumes postgres_data: is not this deployment's own",
    ),
]


@pytest.mark.parametrize(("break_it", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_a_broken_rule_is_named(document: Document, break_it: Callable[[Document], None], said: str) -> None:
    broken = copy.deepcopy(document)
    break_it(broken)
    assert any(found.startswith(said) for found in violations(broken)), violations(broken)


def test_every_service_is_held_to_every_rule_of_its_own(document: Document) -> None:
    for name in document["services"]:
        broken = copy.deepcopy(document)
        broken["services"][name] = {"restart": "unless-stopped", "networks": {}}
        found = {line.partition(": ")[2] for line in violations(broken) if line.startswith(f"{name}: ")}
        assert found >= {
            "has capabilities",
            "may gain privileges",
            "runs as root",
            "can write into its image",
            "has no memory limit",
            "has no limit of processes",
            "has no limit of open files",
            "has logs without rotation",
            "has no time to stop",
            "is never asked whether it is well",
            "has an image without a version",
            "is on no network of ours",
        }


def test_the_files_hold_nothing_but_what_the_policy_looks_at() -> None:
    """A Compose file that no test renders would be held to no rule."""
    known = {
        "docker-compose.prod.yml",
        "docker-compose.yml",
        "docker-compose.drill.yml",
        *(f"docker-compose.{overlay}.yml" for overlay in OVERLAYS[-1]),
    }
    assert {path.name for path in Path(DOCKER).glob("*compose*.y*ml")} == known
