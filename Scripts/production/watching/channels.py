"""Who is told what, and how: PagerDuty, Slack, e-mail; those that a deployment has. Alertmanager is set up by the same rule."""

import json
import smtplib
import ssl
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from production.home import Home
from production.watching.conditions import PAGE, TICKET, WARN
from production.watching.incidents import News

PAGERDUTY, SLACK, MAIL = "pagerduty", "slack", "mail"
PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"
#: severity → for each message that is due, the channels in the order in which they are wanted
CHOICES: dict[str, tuple[tuple[str, ...], ...]] = {
    PAGE: ((PAGERDUTY, MAIL), (SLACK,)),
    WARN: ((SLACK, MAIL, PAGERDUTY),),
    TICKET: ((MAIL, SLACK, PAGERDUTY),),
}
PATIENCE = 10.0  # seconds
FILES: dict[str, str] = {PAGERDUTY: "pagerduty_key", SLACK: "slack_webhook"}
IMPLICIT_TLS = 465
TRUE = frozenset({"true", "1", "yes", "on"})


class NotDelivered(Exception):
    """A message was not taken; the text holds no secret."""


@dataclass(frozen=True)
class Letter:
    """What goes to one channel. ``key`` is the incident, for the channel that wants one message each."""

    channel: str
    subject: str
    text: str
    key: str = ""
    is_over: bool = False
    written_at: float = 0.0


def available(home: Home) -> frozenset[str]:
    """The channels that the deployment has what they need for."""
    found = {channel for channel, name in FILES.items() if secret(home, name)}
    if recipients(home) and home.values.get("DJANGO_EMAIL_HOST"):
        found.add(MAIL)
    return frozenset(found)


def route(severity: str, have: Iterable[str]) -> tuple[str, ...]:
    """Page → PagerDuty and Slack, warn → Slack, ticket → e-mail; where the one is missing, the other takes its place."""
    have = frozenset(have)
    chosen = [next((channel for channel in choice if channel in have), "") for choice in CHOICES[severity]]
    return tuple(channel for channel in chosen if channel)


def letters(site: str, news: Sequence[News], have: Iterable[str], at: float) -> list[Letter]:
    """One letter a channel, for all that it is told in this look; one an incident for PagerDuty."""
    by_channel: dict[str, list[News]] = {}
    for item in news:
        for channel in route(item.severity, have):
            by_channel.setdefault(channel, []).append(item)
    found = []
    for channel, items in by_channel.items():
        if channel == PAGERDUTY:
            found += [Letter(channel, f"{site}: {item.key}", item.line, item.key, item.is_over, at) for item in items]
        else:
            found.append(Letter(channel, _subject(site, items), "\n".join(item.line for item in items), written_at=at))
    return found


def send(home: Home, letter: Letter) -> None:
    """Hand it over. Raises NotDelivered."""
    try:
        if letter.channel == MAIL:
            _send_mail(home, letter)
        elif letter.channel == SLACK:
            _post(secret(home, FILES[SLACK]), {"text": f"*{letter.subject}*\n{letter.text}"})
        else:
            _post(PAGERDUTY_URL, _event(secret(home, FILES[PAGERDUTY]), home, letter))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotDelivered(f"{letter.channel}: {type(error).__name__}") from error  # an error's text may hold the address, which is the key


def ping(url: str) -> None:
    """Tell a dead man's switch that somebody watches; it raises the alarm when it is not told."""
    with suppress(OSError, ValueError), urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310  (the operator's own)
        answer.read()


def secret(home: Home, name: str) -> str:
    """A credential in its file; empty where there is none."""
    path: Path = home.secrets / name
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def recipients(home: Home) -> list[str]:
    """The addresses in ALERT_EMAIL."""
    return [address.strip() for address in home.values.get("ALERT_EMAIL", "").split(",") if address.strip()]


def _subject(site: str, items: Sequence[News]) -> str:
    if len(items) == 1:
        return f"{site}: {items[0].key} {'is over' if items[0].is_over else f'({items[0].severity})'}"
    begun = sum(not item.is_over for item in items)
    return f"{site}: {begun} new, {len(items) - begun} over"


def _event(key: str, home: Home, letter: Letter) -> Mapping[str, object]:
    event = {"routing_key": key, "dedup_key": f"{home.project}/{letter.key}", "event_action": "resolve" if letter.is_over else "trigger"}
    return event | {"payload": {"summary": letter.text[:1000], "source": home.url or home.project, "severity": "critical"}}


def _post(url: str, content: Mapping[str, object]) -> None:
    body, headers = json.dumps(content).encode(), {"Content-Type": "application/json", "User-Agent": "tts"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310  (the operator's own)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
        answer.read()


def _send_mail(home: Home, letter: Letter) -> None:
    host, port = home.values["DJANGO_EMAIL_HOST"], int(home.values.get("DJANGO_EMAIL_PORT") or 587)
    message = EmailMessage()
    message["Subject"], message["From"] = letter.subject, home.values.get("DJANGO_DEFAULT_FROM_EMAIL", "tts@localhost")
    message["To"] = ", ".join(recipients(home))
    message.set_content(letter.text + "\n")
    secure, user = ssl.create_default_context(), home.values.get("DJANGO_EMAIL_HOST_USER", "")
    with (
        smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=secure)
        if port == IMPLICIT_TLS
        else smtplib.SMTP(host, port, timeout=PATIENCE) as server
    ):
        if port != IMPLICIT_TLS and home.values.get("DJANGO_EMAIL_USE_TLS", "").lower() in TRUE:
            server.starttls(context=secure)
        if user:
            server.login(user, secret(home, "email_password"))
        server.send_message(message)
