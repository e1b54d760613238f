"""Prometheus, Alertmanager, watch, the status page and the reports on a deployment that runs."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import yaml

from bootstrap.paths import ROOT
from Docker.tests.stack import WEB, Stack, base_images, docker, running, wait_for
from production.home import DOCKER
from production.watching import reading
from production.watching.preparation import prepare
from production.watching.scrape import pages_of, read_all

pytestmark = [pytest.mark.docker, pytest.mark.slow]
MONITORING = DOCKER / "monitoring"
RULE_TESTS = sorted(path.name for path in (MONITORING / "tests").glob("*.yml"))
#: counters with labels, and records of what a new deployment has not had yet
AFTER_EVENTS = {
    "mail_attempts_total",
    "events_published_total",
    "events_handled_total",
    "events_delivery_seconds_bucket",
    "jobs_run_total",
    "drill_rto_seconds",
    "drill_rpo_seconds",
    "deployment_last_seconds",
    "deployment_last_downtime_seconds",
    "deployment_last_finished_timestamp_seconds",
    "deployment_last_p95_seconds",
    "certificate_served_matches",
    "backup_last_success_timestamp_seconds",
}
LASTING = 15  # containers of a deployment that run all the time
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    """The addresses of the containers are this machine's, too."""


def image(variable: str, other: str = "") -> str:
    """The image that the overlay uses; one file of base images may hold both programs in one."""
    bases = base_images()
    return (
        bases.get(variable)
        or bases.get(other)
        or str(_overlay()["services"][variable.removesuffix("_IMAGE").lower()]["image"]).split(":-")[1][:-1]
    )


def _overlay() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCKER / "docker-compose.monitoring.yml").read_text())
    return found


def alertmanager_image() -> str:
    return image("ALERTMANAGER_IMAGE", "PROMETHEUS_IMAGE")


def promtool(*words: str) -> str:
    return docker(
        "run",
        "--rm",
        "--volume",
        f"{MONITORING}:/m:ro",
        "--workdir",
        "/m/tests",
        "--entrypoint",
        "promtool",
        image("PROMETHEUS_IMAGE"),
        *words,
    )


def amtool(folder: Path, *words: str) -> str:
    return docker("run", "--rm", "--volume", f"{folder}:/etc/alertmanager:ro", "--entrypoint", "amtool", alertmanager_image(), *words)


class TestRules:
    def test_the_configuration_is_valid(self, engine: str) -> None:
        assert "is valid prometheus config" in docker(
            "run", "--rm", "--volume", f"{MONITORING}:/etc/prometheus:ro", "--entrypoint", "promtool", image("PROMETHEUS_IMAGE"),
            "check", "config", "--lint-fatal", "/etc/prometheus/prometheus.yml",
        )  # fmt: skip

    @pytest.mark.parametrize("name", RULE_TESTS)
    def test_every_rule_fires_when_it_must_and_only_then(self, engine: str, name: str) -> None:
        assert promtool("test", "rules", name).split() == ["Unit", "Testing:", name, "SUCCESS"]


@pytest.fixture(scope="module")
def folder(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of a deployment that has every channel."""
    given = {"slack_webhook": "https://hooks.slack.example/T/B/x", "pagerduty_key": "R0UT1NG", "deadman_url": "https://switch.example/x"}
    with running(tmp_path_factory.mktemp("routes"), ALERT_EMAIL="ops@example.org") as stack:
        for name, value in given.items():
            (stack.home.secrets / name).unlink()
            (stack.home.secrets / name).write_text(value)
        prepare(stack.home)
        yield stack.home.state / "alertmanager"


class TestRoutes:
    def test_alertmanager_takes_the_configuration(self, folder: Path) -> None:
        said = amtool(folder, "check-config", "/etc/alertmanager/alertmanager.yml")
        assert "SUCCESS" in said
        assert " - 6 inhibit rules" in said
        assert " - 5 receivers" in said

    @pytest.mark.parametrize(
        ("labels", "receiver"),
        [
            (["alertname=PgDown", "severity=page"], "page"),
            (["alertname=OutboxStuck", "severity=warn", "service=auth"], "warn"),
            (["alertname=DrillOld", "severity=ticket"], "ticket"),
            (["alertname=Watchdog", "severity=none"], "switch"),
            (["alertname=Whatever"], "nobody"),
        ],
    )
    def test_each_severity_goes_its_way(self, folder: Path, labels: list[str], receiver: str) -> None:
        assert (
            amtool(folder, "config", "routes", "test", "--config.file=/etc/alertmanager/alertmanager.yml", *labels).splitlines()[0]
            == receiver
        )


@pytest.fixture(scope="module")
def monitored(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment with the overlay; after a minute, so that all has been scraped."""
    settings = {"TTS_OVERLAYS": "monitoring", "ALERTMANAGER_IMAGE": alertmanager_image()}
    with running(tmp_path_factory.mktemp("monitored"), **settings) as stack:
        prepare(stack.home)
        stack.up()
        assert tts(stack, "watch", "--once").returncode == 0
        time.sleep(50)
        yield stack


def tts(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    """The operator's tool on this deployment."""
    environment = {**os.environ, "TTS_HOME": str(stack.home.path)}
    return subprocess.run([ROOT / "Scripts" / "tts", *words], env=environment, capture_output=True, text=True, check=False)


def ask(stack: Stack, service: str, port: int, path: str) -> Any:
    """What Prometheus or Alertmanager answers this host."""
    networks = stack.inspect(service)["NetworkSettings"]["Networks"]
    address = next(network["IPAddress"] for network in networks.values())
    with urllib.request.urlopen(f"http://{address}:{port}{path}", timeout=10) as answer:
        return json.load(answer)


def query(stack: Stack, expression: str) -> list[dict[str, Any]]:
    """The present value of an expression."""
    found: list[dict[str, Any]] = ask(stack, "prometheus", 9090, f"/api/v1/query?query={quote(expression)}")["data"]["result"]
    return found


def front(stack: Stack, path: str) -> httpx.Response:
    """A request from outside."""
    domain, port = stack.home.values["TTS_DOMAIN"], stack.home.values["HTTPS_PORT"]
    with httpx.Client(verify=False, trust_env=False) as client:  # noqa: S501  (its own certificate, on this machine)
        return client.get(f"https://127.0.0.1:{port}{path}", headers={"Host": domain}, extensions={"sni_hostname": domain})


class TestPrometheus:
    def test_every_target_is_up(self, monitored: Stack) -> None:
        targets = ask(monitored, "prometheus", 9090, "/api/v1/targets")["data"]["activeTargets"]
        assert [(t["labels"]["job"], t["labels"].get("service"), t["lastError"]) for t in targets if t["health"] != "up"] == []
        jobs = sorted(t["labels"]["job"] for t in targets)
        assert {job: jobs.count(job) for job in set(jobs)} == {
            "web": 5, "worker": 5, "queues": 1, "rabbitmq": 1, "backup": 1, "host": 1, "monitoring": 2,
        }  # fmt: skip

    def test_every_service_says_what_it_must_under_its_own_name(self, monitored: Stack) -> None:
        for metric in ("database_up", "outbox_oldest_seconds", "dead_letters", "wal_archive_age_seconds", "worker_heartbeat_age_seconds"):
            assert sorted(found["metric"]["service"] for found in query(monitored, metric)) == sorted(WEB)
        assert sorted(found["metric"]["service"] for found in query(monitored, 'relay_blocked{job="worker"}')) == sorted(WEB)

    def test_every_metric_of_the_rules_and_dashboards_that_needs_no_event_is_there(self, monitored: Stack) -> None:
        from Scripts.tests.production.watching.test_rules_and_runbook import ALERTS, DASHBOARDS, metrics_in

        expressions = [rule["expr"] for rule in ALERTS]
        for path in DASHBOARDS:
            expressions += [t["expr"] for panel in json.loads(path.read_text())["panels"] for t in panel.get("targets", ())]
        wanted = {name for expression in expressions for name in metrics_in(expression)}
        known = set(ask(monitored, "prometheus", 9090, "/api/v1/label/__name__/values")["data"])
        assert wanted - known - AFTER_EVENTS == set()

    def test_only_what_a_fresh_deployment_lacks_fires(self, monitored: Stack) -> None:
        def alerts() -> set[str]:
            return {alert["labels"]["alertname"] for alert in ask(monitored, "prometheus", 9090, "/api/v1/alerts")["data"]["alerts"]}

        # no drill yet; the clock is this machine's own affair; a first dump that met the migrations is made again after a minute
        wait_for(lambda: alerts() - {"ClockSkew"} == {"Watchdog", "DrillOld"}, 150)

    def test_alertmanager_hears_of_it(self, monitored: Stack) -> None:
        assert "Watchdog" in {alert["labels"]["alertname"] for alert in ask(monitored, "alertmanager", 9093, "/api/v2/alerts")}

    def test_they_keep_within_their_memory(self, monitored: Stack) -> None:
        use = {name: monitored.inspect(name)["State"]["OOMKilled"] for name in ("prometheus", "alertmanager")}
        limits = {name: monitored.inspect(name)["HostConfig"]["Memory"] // MIB for name in use}
        assert (use, limits) == ({"prometheus": False, "alertmanager": False}, {"prometheus": 192, "alertmanager": 64})


class TestWatch:
    def test_on_a_fresh_deployment_only_the_drill_is_missing(self, monitored: Stack) -> None:
        done = tts(monitored, "watch", "--once", "--json")
        assert done.returncode == 0, done.stderr
        assert [trouble["name"] for trouble in json.loads(done.stdout)["troubles"]] == ["DrillOld"]

    def test_every_page_of_metrics_is_read_from_this_host(self, monitored: Stack) -> None:
        from production.watching.engine import Engine

        pages = pages_of(Engine().containers(monitored.home.project))
        answers = read_all(pages)
        assert (len(pages), answers.silent()) == (13, [])
        assert answers.total("process_resident_memory_bytes") is not None  # of the workers

    def test_requests_are_counted_at_the_front_door(self, monitored: Stack) -> None:
        before = reading.read_object(monitored.home.state / "watch.json")["edge"]["statuses"]
        for _ in range(5):
            assert front(monitored, "/api/v1/tickets/").status_code == 401
        time.sleep(2)  # nginx writes its log each second
        tts(monitored, "watch", "--once")
        after = reading.read_object(monitored.home.state / "watch.json")["edge"]["statuses"]
        assert after["401"] - before.get("401", 0) == 5

    def test_a_part_that_stops_is_told_and_shown_and_so_is_its_return(self, monitored: Stack) -> None:
        monitored.compose.run("stop", "ticket-service", capture=True)
        try:
            looks = [json.loads(tts(monitored, "watch", "--once", "--json").stdout)["troubles"] for _ in range(2)]
            assert {(trouble["name"], trouble["subject"]) for trouble in looks[-1]} >= {
                ("ServiceDown", "ticket-service"),
                ("SyntheticFailing", "ticket"),
            }
            shown = {part["key"]: part["state"] for part in front(monitored, "/status/status.json").json()["components"]}
            assert {key for key, state in shown.items() if state == "down"} == {"ticket"}
            (incident,) = front(monitored, "/status/status.json").json()["incidents"]
            assert (incident["components"], incident["state"], incident["ended_at"]) == (["Tickets"], "down", None)
        finally:
            monitored.compose.run("start", "ticket-service", capture=True)
            monitored.wait_until_well()
        looks = [json.loads(tts(monitored, "watch", "--once", "--json").stdout)["troubles"] for _ in range(2)]
        assert [trouble["name"] for trouble in looks[-1]] == ["DrillOld"]
        (incident,) = front(monitored, "/status/status.json").json()["incidents"]
        assert incident["ended_at"] is not None

    def test_nobody_is_told_twice_while_alertmanager_tells(self, monitored: Stack) -> None:
        assert reading.read_object(monitored.home.state / "watch.json")["unsent"] == []


class TestReports:
    @pytest.mark.parametrize("name", ["current", "live", "deployment", "completion"])
    def test_each_document_is_written_from_what_runs(self, monitored: Stack, name: str) -> None:
        written = tts(monitored, "report", name)
        assert written.returncode == 0, written.stderr
        assert written.stdout.startswith("# ")
        data = json.loads(tts(monitored, "report", name, "--json").stdout)
        assert data["site"] == monitored.home.url

    def test_the_current_one_names_every_container_with_its_memory(self, monitored: Stack) -> None:
        data = json.loads(tts(monitored, "report", "current", "--json").stdout)
        (services,) = [section for section in data["sections"] if section["title"] == "Services"]
        rows = services["tables"]["Containers"]
        assert len(rows) == LASTING + 2
        assert all(0 < row["memory MiB"] < row["limit MiB"] for row in rows)
        assert {row["ready"] for row in services["tables"]["As the services say"]} == {"yes"}


def test_the_status_page_stands_when_every_service_is_down(monitored: Stack) -> None:
    others = sorted({container.service for container in monitored.containers()} - {"nginx"})
    monitored.compose.run("stop", *others, capture=True)
    tts(monitored, "watch", "--once")
    page, data = front(monitored, "/status/"), front(monitored, "/status/status.json").json()
    assert (page.status_code, page.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    assert "<h1>The system is not available</h1>" in page.text
    assert data["state"] == "down"
    assert [front(monitored, f"/status/{name}").status_code for name in ("status.css", "status.js", "icon.svg")] == [200, 200, 200]
