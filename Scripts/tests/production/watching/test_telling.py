"""Who is told what: once when it begins, once when it is worse, once when it is over."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from production.home import Home
from production.watching import channels
from production.watching.channels import Letter, NotDelivered, available, letters, route
from production.watching.conditions import PAGE, TICKET, WARN, Trouble
from production.watching.incidents import News, follow

STUCK = Trouble("OutboxStuck", "auth", WARN, "It waits 70 s.")
WORSE = Trouble("OutboxStuck", "auth", PAGE, "It waits 400 s.")


class TestIncidents:
    def looks(self, memory, *troubles):
        told = []
        for found in troubles:
            told.append([(news.key, news.severity, news.is_over) for news in follow(memory, found)])
            memory.at += 60
        return told

    def test_the_second_look_tells_and_no_later_one(self, memory):
        assert self.looks(memory, [STUCK], [STUCK], [STUCK], [STUCK]) == [[], [("OutboxStuck/auth", WARN, False)], [], []]

    def test_what_is_grave_at_once_is_told_at_once(self, memory):
        killed = Trouble("OOMKill", "", PAGE, "One process.", looks=1)
        assert self.looks(memory, [killed]) == [[("OOMKill", PAGE, False)]]

    def test_what_goes_by_itself_before_it_was_told_is_never_told(self, memory):
        assert self.looks(memory, [STUCK], [], [], [STUCK], []) == [[], [], [], [], []]

    def test_what_becomes_worse_is_told_again(self, memory):
        assert self.looks(memory, [STUCK], [STUCK], [WORSE], [WORSE]) == [
            [],
            [("OutboxStuck/auth", WARN, False)],
            [("OutboxStuck/auth", PAGE, False)],
            [],
        ]

    def test_the_end_is_told_once_after_two_good_looks(self, memory):
        assert self.looks(memory, [STUCK], [STUCK], [], [], [])[2:] == [[], [("OutboxStuck/auth", WARN, True)], []]

    def test_what_flutters_is_one_incident(self, memory):
        told = self.looks(memory, [STUCK], [STUCK], [], [STUCK], [], [STUCK], [], [])
        assert [news for look in told for news in look] == [("OutboxStuck/auth", WARN, False), ("OutboxStuck/auth", WARN, True)]

    def test_a_line_says_how_long_it_lasted_and_where_to_read_on(self, memory):
        follow(memory, [STUCK])
        memory.at += 60
        (begun,) = follow(memory, [STUCK])
        assert begun.line == "warn: OutboxStuck/auth: It waits 70 s. See documentation/runbook.md#outboxstuck."
        memory.at += 60
        follow(memory, [])
        memory.at += 180
        (over,) = follow(memory, [])
        assert over.line == "over: OutboxStuck/auth: It lasted 5 min, since 2026-03-14 12:00 UTC. It waits 70 s."


@pytest.mark.parametrize(
    ("have", "page", "warn", "ticket"),
    [
        (["pagerduty", "slack", "mail"], ("pagerduty", "slack"), ("slack",), ("mail",)),
        (["slack", "mail"], ("mail", "slack"), ("slack",), ("mail",)),
        (["mail"], ("mail",), ("mail",), ("mail",)),
        (["slack"], ("slack",), ("slack",), ("slack",)),
        (["pagerduty"], ("pagerduty",), ("pagerduty",), ("pagerduty",)),
        ([], (), (), ()),
    ],
)
def test_whatever_channels_there_are_everything_reaches_somebody(have, page, warn, ticket):
    assert (route(PAGE, have), route(WARN, have), route(TICKET, have)) == (page, warn, ticket)


def test_a_channel_without_its_credential_is_not_there(home):
    assert available(home) == frozenset()
    (home.secrets / "slack_webhook").chmod(0o600)
    (home.secrets / "slack_webhook").write_text("https://hooks.slack.example/T/B/x\n")
    home.values["ALERT_EMAIL"] = "ops@example.org, boss@example.org"
    assert available(home) == frozenset({"slack", "mail"})
    assert channels.recipients(home) == ["ops@example.org", "boss@example.org"]


def test_one_letter_holds_all_news_of_a_look_but_for_pagerduty():
    news = [News("PgDown", PAGE, "Away.", is_over=False), News("DiskFull", PAGE, "It was full.", is_over=True)]
    found = letters("tickets.example.org", news, ["pagerduty", "slack"], at=5.0)
    assert [(letter.channel, letter.subject, letter.key, letter.is_over) for letter in found] == [
        ("pagerduty", "tickets.example.org: PgDown", "PgDown", False),
        ("pagerduty", "tickets.example.org: DiskFull", "DiskFull", True),
        ("slack", "tickets.example.org: 1 new, 1 over", "", False),
    ]
    assert found[2].text == "page: PgDown: Away. See documentation/runbook.md#pgdown.\nover: DiskFull: It was full."


class Inbox:
    """Keeps what it is posted; answers 200, or ``status``."""

    def __init__(self) -> None:
        self.posts: list[dict[str, object]] = []
        self.status = 200
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                inbox.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(inbox.status)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/T/B/x"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    with made.server:
        threading.Thread(target=made.server.serve_forever, daemon=True).start()
        yield made
        made.server.shutdown()


def store(home: Home, name: str, value: str) -> None:
    path = home.secrets / name
    path.chmod(0o600)
    path.write_text(value)


class TestChannels:
    def test_slack_is_told_by_its_webhook(self, home, inbox):
        store(home, "slack_webhook", inbox.url)
        channels.send(home, Letter("slack", "site: PgDown (page)", "page: PgDown: Away."))
        assert inbox.posts == [{"text": "*site: PgDown (page)*\npage: PgDown: Away."}]

    def test_pagerduty_hears_of_the_beginning_and_of_the_end_under_one_key(self, home, inbox, monkeypatch):
        monkeypatch.setattr(channels, "PAGERDUTY_URL", inbox.url)
        store(home, "pagerduty_key", "R0UT1NG")
        channels.send(home, Letter("pagerduty", "s", "page: PgDown: Away.", key="PgDown"))
        channels.send(home, Letter("pagerduty", "s", "over: PgDown: Away.", key="PgDown", is_over=True))
        assert [(post["routing_key"], post["event_action"], post["dedup_key"]) for post in inbox.posts] == [
            ("R0UT1NG", "trigger", "tts/PgDown"),
            ("R0UT1NG", "resolve", "tts/PgDown"),
        ]
        assert inbox.posts[0]["payload"] == {
            "summary": "page: PgDown: Away.",
            "source": "https://tickets.example.org",
            "severity": "critical",
        }

    def test_mail_goes_to_everybody_in_alert_email(self, home):
        class Keep:
            async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's name)
                self.envelope = envelope
                return "250 OK"

        handler = Keep()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(handler, hostname="127.0.0.1", port=port)
        controller.start()
        home.values.update(
            {
                "DJANGO_EMAIL_HOST": "127.0.0.1",
                "DJANGO_EMAIL_PORT": str(port),
                "DJANGO_EMAIL_USE_TLS": "False",
                "ALERT_EMAIL": "ops@example.org, boss@example.org",
                "DJANGO_DEFAULT_FROM_EMAIL": "Tickets <tickets@example.org>",
            }
        )
        try:
            channels.send(home, Letter("mail", "site: PgDown (page)", "page: PgDown: Away."))
        finally:
            controller.stop()
        assert (handler.envelope.mail_from, handler.envelope.rcpt_tos) == ("tickets@example.org", ["ops@example.org", "boss@example.org"])
        assert b"Subject: site: PgDown (page)" in handler.envelope.content
        assert b"page: PgDown: Away." in handler.envelope.content

    @pytest.mark.parametrize("channel", ["slack", "mail", "pagerduty"])
    def test_what_is_not_taken_is_said_without_the_credential(self, home, monkeypatch, channel):
        address = "http://127.0.0.1:1/T/B/very-secret"
        store(home, "slack_webhook", address)
        store(home, "pagerduty_key", "very-secret")
        monkeypatch.setattr(channels, "PAGERDUTY_URL", address)
        home.values.update({"DJANGO_EMAIL_HOST": "127.0.0.1", "DJANGO_EMAIL_PORT": "1", "ALERT_EMAIL": "ops@example.org"})
        with pytest.raises(NotDelivered) as refusal:
            channels.send(home, Letter(channel, "s", "t"))
        assert str(refusal.value).startswith(f"{channel}: ")
        assert "very-secret" not in str(refusal.value)

    def test_an_answer_that_is_an_error_is_no_delivery(self, home, inbox):
        inbox.status = 403
        store(home, "slack_webhook", inbox.url)
        with pytest.raises(NotDelivered, match="slack: HTTPError"):
            channels.send(home, Letter("slack", "s", "t"))

    def test_a_dead_mans_switch_out_of_reach_troubles_nobody(self):
        channels.ping("http://127.0.0.1:1/")
        channels.ping("not an address")
