"""The overlays for a look inside and for staging, on a real engine."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from Docker.tests.stack import Stack, free_port, running
from production.compose import Compose

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def debug(images: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Database, broker and mail sink with both overlays."""
    ports = {name: str(free_port()) for name in ("DEBUG_DB_PORT", "DEBUG_AMQP_PORT", "DEBUG_RABBITMQ_PORT", "MAIL_PAGE_PORT")}
    with running(tmp_path_factory.mktemp("debug"), ("debug", "staging"), TTS_RELEASE=images, **ports) as stack:
        stack.compose.run("build", "--quiet", "mail", capture=True)
        stack.up("db", "rabbitmq", "mail")
        yield stack


def password(debug: Stack) -> str:
    return debug.compose.exec("rabbitmq", "cat", "/tmp/admin_password").strip()  # noqa: S108  (in the container)


def api(debug: Stack, path: str, user: str, secret: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{debug.home.values['DEBUG_RABBITMQ_PORT']}/api/{path}", auth=(user, secret), timeout=10)


def test_the_database_the_broker_and_the_mails_are_reached_on_this_machine_alone(debug: Stack) -> None:
    ports = {"db": ["DEBUG_DB_PORT"], "rabbitmq": ["DEBUG_AMQP_PORT", "DEBUG_RABBITMQ_PORT"], "mail": ["MAIL_PAGE_PORT"]}
    for service, names in ports.items():
        published = debug.inspect(service)["NetworkSettings"]["Ports"].values()
        bound = {(at["HostIp"], at["HostPort"]) for entries in published for at in entries or []}
        assert bound == {("127.0.0.1", debug.home.values[name]) for name in names}
        for _, port in bound:
            socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()


def test_the_brokers_administrator_comes_in_with_the_password_of_this_start(debug: Stack) -> None:
    assert api(debug, "whoami", "admin", password(debug)).json()["tags"] == ["administrator"]
    assert api(debug, "whoami", "admin", "admin").status_code == 401
    assert api(debug, "whoami", "guest", "guest").status_code == 401
    names = sorted(user["name"] for user in api(debug, "users", "admin", password(debug)).json())
    assert names == ["admin", "auth", "messaging", "notification", "ticket", "workflow"]


def test_the_password_is_another_one_after_a_restart_and_stands_in_no_log(debug: Stack) -> None:
    before = password(debug)
    debug.compose.run("restart", "rabbitmq", capture=True)
    debug.wait_until_well(60)
    assert password(debug) != before
    assert api(debug, "whoami", "admin", before).status_code == 401
    assert api(debug, "whoami", "admin", password(debug)).status_code == 200
    log = debug.logs("rabbitmq")
    assert before not in log
    assert password(debug) not in log


def test_a_mail_of_staging_ends_in_the_sink_and_is_shown_on_its_page(debug: Stack) -> None:
    text = "Subject: <b>Hello</b>\r\n\r\nText\r\n"
    debug.python("mail", f"import smtplib; smtplib.SMTP('127.0.0.1', 1025).sendmail('a@tts.test', ['b@tts.test'], {text!r})")
    page = f"http://127.0.0.1:{debug.home.values['MAIL_PAGE_PORT']}"
    (mail,) = httpx.get(f"{page}/mails.json").json()
    assert {key: mail[key] for key in ("number", "to", "subject")} == {"number": 1, "to": ["b@tts.test"], "subject": "<b>Hello</b>"}
    assert "&lt;b&gt;Hello&lt;/b&gt;" in httpx.get(page).text
    assert httpx.get(f"{page}/1").text == text
    assert httpx.get(f"{page}/2").status_code == 404


def test_the_services_of_staging_send_to_the_sink_and_to_nobody_else(debug: Stack) -> None:
    for service in ("notification-service", "notification-worker"):
        environment = debug.compose.config()["services"][service]["environment"]
        assert (environment["DJANGO_EMAIL_HOST"], environment["DJANGO_EMAIL_PORT"]) == ("mail", "1025")


def test_without_the_overlay_nothing_of_it_is_left_open(debug: Stack) -> None:
    plain = Stack(debug.home, Compose(debug.home))
    plain.up("db", "rabbitmq")
    for service in ("db", "rabbitmq"):
        assert not any((plain.inspect(service)["NetworkSettings"]["Ports"] or {}).values())
    plugins = plain.compose.exec("rabbitmq", "rabbitmq-plugins", "-q", "list", "--enabled", "--minimal").split()
    assert "rabbitmq_management" not in plugins
