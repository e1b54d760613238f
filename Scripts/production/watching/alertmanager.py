"""Alertmanager's configuration, for the channels that the deployment has: ``state/alertmanager/alertmanager.yml``.

Credentials are named by their files and stand in none of it; a channel without one is left out.
"""

from collections.abc import Iterable
from typing import Any

import yaml

from production.files import make_folder, make_state_folder, write_atomically
from production.home import Home
from production.watching import channels
from production.watching.channels import IMPLICIT_TLS, MAIL, PAGERDUTY, SLACK
from production.watching.conditions import PAGE, TICKET, WARN
from production.watching.host_metrics import READABLE, READABLE_FOLDER
from production.watching.incidents import RUNBOOK

SECRETS = "/run/secrets"
TITLE = "{{ .Status | toUpper }}: {{ .GroupLabels.alertname }} {{ .CommonLabels.service }}"
TEXT = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}" + RUNBOOK + "#{{ .GroupLabels.alertname | toLower }}"
#: how long until somebody is reminded of what still holds
REPEAT = {PAGE: "4h", WARN: "24h", TICKET: "7d"}
#: cause → what it brings about, and what is therefore not told as well
INHIBITIONS = (
    ("PgDown", "BurnFast|BurnSlow|SyntheticFailing|OutboxStuck|WorkerSilent|SchedulerLag|QueueOldest|DeliverySlow|MailFailing|LatencyHigh"),
    ("RabbitAlarm|RabbitDown", "OutboxStuck|QueueOldest|DeliverySlow|QueueNoConsumer|WorkerSilent|TargetDown"),
    ("BurnFast", "BurnSlow|BurnTicket|LatencyHigh"),
    ("BurnSlow", "BurnTicket"),
    ("WatchSilent", "SyntheticFailing|ServiceDown|DiskFull|MemPressure|CertExpiry|CertServedMismatch|DrillOld"),
)


def write(home: Home) -> None:
    """Put the configuration in place, in one step."""
    folder = home.state / "alertmanager"
    make_state_folder(home.state)
    make_folder(folder, READABLE_FOLDER)
    text = yaml.safe_dump(configuration(home), sort_keys=False, allow_unicode=True, width=160)
    write_atomically(folder / "alertmanager.yml", text, mode=READABLE)


def configuration(home: Home) -> dict[str, Any]:
    """All of it."""
    have = channels.available(home)
    found: dict[str, Any] = {"global": _mail_server(home)} if MAIL in have else {}
    has_switch = bool(channels.secret(home, "deadman_url"))
    return found | {
        "route": {
            "receiver": "nobody",
            "group_by": ["alertname", "service"],
            "group_wait": "30s",
            "group_interval": "5m",
            "routes": [
                {"matchers": ['alertname="Watchdog"'], "receiver": "switch" if has_switch else "nobody", "repeat_interval": "5m"},
                *({"matchers": [f'severity="{name}"'], "receiver": name, "repeat_interval": REPEAT[name]} for name in REPEAT),
            ],
        },
        "inhibit_rules": [*map(_inhibition, INHIBITIONS), _worse_hides_bad()],
        "receivers": [
            {"name": "nobody"},
            *([{"name": "switch", "webhook_configs": [{"url_file": f"{SECRETS}/deadman_url"}]}] if has_switch else []),
            *({"name": severity, **_receiver(home, channels.route(severity, have))} for severity in REPEAT),
        ],
    }


def _receiver(home: Home, chosen: Iterable[str]) -> dict[str, Any]:
    made: dict[str, tuple[str, dict[str, Any]]] = {
        PAGERDUTY: ("pagerduty_configs", {"routing_key_file": f"{SECRETS}/pagerduty_key", "description": TITLE}),
        SLACK: ("slack_configs", {"api_url_file": f"{SECRETS}/slack_webhook", "title": TITLE, "text": TEXT}),
        MAIL: ("email_configs", {"to": ", ".join(channels.recipients(home)), "headers": {"Subject": TITLE}, "text": TEXT}),
    }
    return {name: [{"send_resolved": True, **settings}] for name, settings in (made[channel] for channel in chosen)}


def _mail_server(home: Home) -> dict[str, Any]:
    port, user = int(home.values.get("DJANGO_EMAIL_PORT") or 587), home.values.get("DJANGO_EMAIL_HOST_USER", "")
    wants_tls = home.values.get("DJANGO_EMAIL_USE_TLS", "").lower() in channels.TRUE
    server: dict[str, Any] = {
        "smtp_smarthost": f"{home.values['DJANGO_EMAIL_HOST']}:{port}",
        "smtp_from": home.values.get("DJANGO_DEFAULT_FROM_EMAIL", ""),
        "smtp_require_tls": wants_tls and port != IMPLICIT_TLS,
    }
    return server | ({"smtp_auth_username": user, "smtp_auth_password_file": f"{SECRETS}/email_password"} if user else {})


def _inhibition(pair: tuple[str, str]) -> dict[str, Any]:
    cause, consequences = pair
    return {"source_matchers": [f'alertname=~"{cause}"'], "target_matchers": [f'alertname=~"{consequences}"']}


def _worse_hides_bad() -> dict[str, Any]:
    return {
        "source_matchers": [f'severity="{PAGE}"'],
        "target_matchers": [f'severity="{WARN}"'],
        "equal": ["alertname", "service"],
    }
