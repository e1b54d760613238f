"""Rules, runbook, dashboards, watch and Alertmanager speak of the same alerts and of metrics that exist."""

import ast
import json
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
import typer
import yaml

from bootstrap.paths import ROOT, SERVICES
from production.backup.agent import metrics as backup_metrics
from production.cli import COMMANDS
from production.state import COMPOSE_NAMES, PORTS
from production.state import SERVICES as SHORT_NAMES
from production.watching import alertmanager, conditions
from production.watching.host_metrics import HELPS
from production.watching.scrape import BACKUP_PORT, BROKER_PORT, WORKER_PORT

MONITORING = ROOT / "Docker" / "monitoring"
RUNBOOK = (ROOT / "documentation" / "runbook.md").read_text()
GROUPS = [group for path in sorted((MONITORING / "rules").glob("*.yml")) for group in yaml.safe_load(path.read_text())["groups"]]
RULES = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in RULES if "alert" in rule]
DASHBOARDS = sorted((MONITORING / "grafana" / "dashboards").glob("*.json"))
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
#: what Prometheus, RabbitMQ and the client library add by themselves; Docker/tests/test_monitoring.py sees the broker's
GIVEN = re.compile(r"up|rabbitmq_\w+")
WORDS = frozenset({"and", "or", "on", "by", "ignoring", "unless", "bool", "group_left", "offset"})


def severities(name: str) -> set[str]:
    return {rule["labels"]["severity"] for rule in ALERTS if rule["alert"] == name}


def metrics_in(expression: str) -> set[str]:
    """The names that an expression reads; functions, labels and words of the language are none."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]', "", expression)
    bare = re.sub(r"\b(by|on|ignoring|without)\s*\([^)]*\)", "", bare)
    found = re.findall(r"(?<![\w:.])([a-zA-Z_][\w:]*)(?![\w:]*\s*\()", bare)
    return {name for name in found if name not in WORDS and not re.fullmatch(r"\d.*|e\d+", name)}


@cache
def declared() -> frozenset[str]:
    """Every metric that the code has: counters, gauges and histograms by their declaration, figures by their tables."""
    names = set(HELPS) | set(backup_metrics.HELP)
    for path in [path for folder in ("servicekit", *SERVICES) for path in (ROOT / folder).rglob("*.py") if "tests" not in path.parts]:
        names |= _declared_in(ast.parse(path.read_text()))
    return frozenset(names | {rule["record"] for rule in RULES if "record" in rule})


def _declared_in(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"Counter", "Gauge", "Histogram"}
            and node.args
        ):
            (first, *_) = node.args
            if isinstance(first, ast.Constant):
                names |= {f"{first.value}{suffix}" for suffix in (("_bucket", "_count", "_sum") if node.func.id == "Histogram" else ("",))}
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and getattr(node.targets[0], "id", "").endswith("FIGURES"):
            names |= {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
    return names | {"database_up"}


def test_every_alert_has_its_section_and_every_section_its_alert():
    assert sorted(SECTIONS) == sorted({rule["alert"] for rule in ALERTS})


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_section_names_the_severity_and_says_where_to_look_and_what_helps(name):
    text = SECTIONS[name]
    said = {word.lower() for word in re.findall(r"\*\*(Page|Warn|Ticket)\b", text, re.IGNORECASE)}
    assert said == severities(name) - {"none"}
    assert "**Look:**" in text
    assert "**Do:**" in text


def test_every_link_of_the_runbook_leads_to_a_section():
    anchors = {heading.lower().replace(" ", "-").replace(",", "") for heading in re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)}
    assert {target for target in re.findall(r"\(#([\w-]+)\)", RUNBOOK) if target not in anchors} == set()


@pytest.mark.parametrize("line", sorted(set(re.findall(r"Scripts/tts ([a-z][^`\n]*)", RUNBOOK))))
def test_every_command_of_the_runbook_exists(line):
    words = line.split()
    module, attribute, _ = COMMANDS[words[0]]
    target = getattr(import_module(module), attribute)
    command = typer.main.get_command(target if isinstance(target, typer.Typer) else _app_of(target))
    if hasattr(command, "commands"):
        command = command.commands[words[1]]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} - options == set()


def _app_of(function: object) -> typer.Typer:
    app = typer.Typer()
    app.command()(function)
    return app


def test_watch_speaks_of_the_same_alerts_with_the_same_severity():
    tree = ast.parse(Path(conditions.__file__).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Trouble"]
    told = {node.args[0].value for node in calls if isinstance(node.args[0], ast.Constant)} | {"BackupOld", "MediaUnreplicated"}
    assert told - set(SECTIONS) == set()
    assert len(told) >= 12
    for node in calls:
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[2], ast.Name) and node.args[2].id.isupper():
            assert getattr(conditions, node.args[2].id) in severities(node.args[0].value), node.args[0].value


def test_every_alert_is_tried_by_promtool_once_quiet_and_once_firing():
    fires, is_quiet = set(), set()
    for path in (MONITORING / "tests").glob("*.yml"):
        for case in yaml.safe_load(path.read_text())["tests"]:
            for tried in case["alert_rule_test"]:
                (fires if tried["exp_alerts"] else is_quiet).add(tried["alertname"])
    assert fires == set(SECTIONS)
    assert is_quiet == set(SECTIONS) - {"Watchdog"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_every_rule_reads_metrics_that_exist(rule):
    assert {name for name in metrics_in(rule["expr"]) - declared() if not GIVEN.fullmatch(name)} == set()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_panel_reads_metrics_that_exist(path):
    dashboard = json.loads(path.read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    asked += [annotation["expr"] for annotation in dashboard["annotations"]["list"]]
    assert len(panels) >= 9
    assert {name for expression in asked for name in metrics_in(expression) - declared() if not GIVEN.fullmatch(name)} == set()


def test_the_five_dashboards_have_an_address_and_a_title_of_their_own():
    found = [json.loads(path.read_text()) for path in DASHBOARDS]
    assert [path.stem for path in DASHBOARDS] == ["data", "deployments", "events", "http", "overview"]
    assert len({dashboard["uid"] for dashboard in found}) == len({dashboard["title"] for dashboard in found}) == 5
    for dashboard in found:
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(ids) == len(set(ids))
        assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in dashboard["panels"])


@pytest.mark.parametrize("pair", alertmanager.INHIBITIONS, ids=lambda pair: pair[0])
def test_inhibitions_are_between_alerts_that_exist(pair):
    assert {name for side in pair for name in side.split("|")} - set(SECTIONS) == set()


def test_prometheus_scrapes_every_process_where_it_listens():
    jobs = {job["job_name"]: job for job in yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]}
    web = {name: found["port"] for found in jobs["web"]["dns_sd_configs"] for name in found["names"]}
    assert web == {COMPOSE_NAMES[service]: PORTS[service] for service in SHORT_NAMES}
    (workers,) = jobs["worker"]["dns_sd_configs"]
    assert (workers["port"], workers["names"]) == (WORKER_PORT, [f"{service}-worker" for service in SHORT_NAMES])
    assert jobs["queues"]["static_configs"] == jobs["rabbitmq"]["static_configs"] == [{"targets": [f"rabbitmq:{BROKER_PORT}"]}]
    assert jobs["backup"]["static_configs"] == [{"targets": [f"backup:{BACKUP_PORT}"]}]
    pattern = re.compile(jobs["web"]["relabel_configs"][0]["regex"])
    assert {match[1] for name in [*web, *workers["names"]] if (match := pattern.fullmatch(name))} == set(SHORT_NAMES)


def test_the_timer_looks_each_minute_as_the_deploy_user():
    units = ROOT / "Docker" / "host" / "files" / "etc" / "systemd" / "system"
    service = (units / "tts-watch.service").read_text()
    assert "\nExecStart=@REPOSITORY@/Scripts/tts watch --once\n" in service
    assert "\nUser=deploy\n" in service
    assert "\nOnCalendar=minutely\n" in (units / "tts-watch.timer").read_text()
