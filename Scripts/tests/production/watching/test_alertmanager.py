"""Alertmanager's configuration follows from the channels that a deployment has."""

import pytest
import yaml

from production.watching.alertmanager import configuration, write
from production.watching.preparation import prepare


def store(home, name, value):
    (home.secrets / name).unlink(missing_ok=True)
    (home.secrets / name).write_text(value)


def receivers(home):
    """Receiver → its kinds of channel."""
    return {found["name"]: sorted(set(found) - {"name"}) for found in configuration(home)["receivers"]}


@pytest.fixture
def everything(home):
    store(home, "slack_webhook", "https://hooks.slack.example/T/B/very-secret")
    store(home, "pagerduty_key", "very-secret")
    store(home, "deadman_url", "https://switch.example/very-secret")
    home.values.update({"ALERT_EMAIL": "ops@example.org", "DJANGO_EMAIL_HOST_USER": "tickets"})
    return home


def test_with_all_channels_each_severity_has_its_own(everything):
    assert receivers(everything) == {
        "nobody": [],
        "switch": ["webhook_configs"],
        "page": ["pagerduty_configs", "slack_configs"],
        "warn": ["slack_configs"],
        "ticket": ["email_configs"],
    }


def test_a_channel_without_a_credential_is_left_out_and_another_takes_its_place(everything):
    store(everything, "pagerduty_key", "")
    assert receivers(everything)["page"] == ["email_configs", "slack_configs"]
    store(everything, "slack_webhook", "")
    assert receivers(everything)["page"] == receivers(everything)["warn"] == ["email_configs"]


def test_without_any_channel_alerts_are_kept_and_nobody_is_named(home):
    assert receivers(home) == {"nobody": [], "page": [], "warn": [], "ticket": []}
    assert "global" not in configuration(home)


def test_no_credential_stands_in_the_configuration(everything):
    write(everything)
    text = (everything.state / "alertmanager" / "alertmanager.yml").read_text()
    assert "very-secret" not in text
    assert sorted({line.split()[-1] for line in text.splitlines() if "/run/secrets/" in line}) == [
        "/run/secrets/deadman_url",
        "/run/secrets/email_password",
        "/run/secrets/pagerduty_key",
        "/run/secrets/slack_webhook",
    ]


@pytest.mark.parametrize(
    ("port", "use_tls", "required"), [("587", "True", True), ("465", "True", False), ("25", "False", False), ("465", "False", False)]
)
def test_mail_goes_out_as_the_settings_say(everything, port, use_tls, required):
    everything.values.update({"DJANGO_EMAIL_PORT": port, "DJANGO_EMAIL_USE_TLS": use_tls})
    found = configuration(everything)["global"]
    assert (found["smtp_smarthost"], found["smtp_require_tls"]) == (f"mail.example.org:{port}", required)


def test_the_overlay_finds_what_it_mounts(everything):
    prepare(everything)
    prepare(everything)
    folder = everything.state / "alertmanager"
    assert (folder.stat().st_mode & 0o777, (folder / "alertmanager.yml").stat().st_mode & 0o777) == (0o755, 0o644)
    assert (everything.state / "monitoring").stat().st_mode & 0o777 == 0o755
    assert yaml.safe_load((folder / "alertmanager.yml").read_text()) == configuration(everything)
