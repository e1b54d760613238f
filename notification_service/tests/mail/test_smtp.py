"""The conversation with a real server that misbehaves in every way."""

import socket

import pytest

from mail import smtp
from mail.letter import write_letter
from mail.outcome import Outcome, Stage, Verdict
from mail.smtp import Server, line, post
from tests.mail.test_letter import draft
from tests.sink import PASSWORD, USER


@pytest.fixture
def letter():
    return write_letter(draft())


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(smtp, "READ_SECONDS", 0.3)


def test_a_mail_is_handed_in_with_its_envelope(sink, letter):
    assert post(letter) == Outcome(Verdict.ACCEPTED)
    assert sink.envelopes == [("tickets@tts.localhost", ["rosa@example.org"])]


def test_many_mails_share_one_connection(sink, letter):
    assert [post(letter).verdict for _ in range(5)] == [Verdict.ACCEPTED] * 5
    assert (len(sink.mails), len(sink.connections)) == (5, 1)


def test_a_connection_that_died_while_idle_is_replaced(sink, letter):
    post(letter)
    assert line._smtp is not None
    assert line._smtp.sock is not None
    line._smtp.sock.close()
    assert post(letter) == Outcome(Verdict.ACCEPTED)
    assert len(sink.mails) == 2


@pytest.mark.parametrize(
    ("command", "stage"), [("MAIL", Stage.SENDER), ("RCPT", Stage.RECIPIENT), ("DATA", Stage.DATA)]
)  # fmt: skip
def test_a_5xx_is_the_end_and_names_its_stage(sink, letter, command, stage):
    sink.replies[command] = "550 No such thing"
    assert post(letter) == Outcome(Verdict.REFUSED, stage, "550 No such thing")
    assert sink.mails == []


@pytest.mark.parametrize(
    ("command", "stage"), [("MAIL", Stage.SENDER), ("RCPT", Stage.RECIPIENT), ("DATA", Stage.DATA)]
)  # fmt: skip
def test_a_4xx_is_a_later_and_names_its_stage(sink, letter, command, stage):
    sink.replies[command] = "451 Come back later"
    assert post(letter) == Outcome(Verdict.DEFERRED, stage, "451 Come back later")


def test_a_refusal_does_not_spoil_the_next_mail(sink, letter):
    sink.replies["RCPT"] = "550 Unknown"
    post(letter)
    del sink.replies["RCPT"]
    assert post(letter) == Outcome(Verdict.ACCEPTED)


def test_a_drop_after_the_text_leaves_a_doubt(sink, letter):
    sink.drops_after_data = True
    outcome = post(letter)
    assert (outcome.verdict, outcome.stage) == (Verdict.IN_DOUBT, Stage.DATA)
    assert len(sink.mails) == 1


@pytest.mark.usefixtures("_impatient")
def test_a_server_that_is_slow_after_the_text_leaves_a_doubt(sink, letter):
    sink.wait["DATA"] = 1
    outcome = post(letter)
    assert (outcome.verdict, outcome.stage) == (Verdict.IN_DOUBT, Stage.DATA)


@pytest.mark.usefixtures("_impatient")
def test_a_server_that_is_slow_before_the_text_leaves_no_doubt(sink, letter):
    sink.wait["RCPT"] = 1
    outcome = post(letter)
    assert (outcome.verdict, outcome.stage) == (Verdict.DEFERRED, Stage.RECIPIENT)
    assert sink.mails == []


def test_a_refused_connection_is_a_later(letter):
    outcome = post(letter)
    assert (outcome.verdict, outcome.stage, outcome.reply) == (
        Verdict.DEFERRED, Stage.CONNECT, "ConnectionRefusedError: [Errno 111] Connection refused",
    )  # fmt: skip


def test_a_server_that_does_not_answer_is_left_alone_for_a_while(letter, settings, monkeypatch):
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.EMAIL_PORT = mute.getsockname()[1]
        first = post(letter)
        assert (first.verdict, first.stage) == (Verdict.DEFERRED, Stage.CONNECT)
        assert post(letter) == first
        mute.setblocking(False)
        mute.accept()[0].close()
        with pytest.raises(BlockingIOError):
            mute.accept()


def test_another_server_is_not_left_alone_because_the_first_one_was(letter, settings, sink):
    reachable, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    post(letter)
    settings.EMAIL_PORT = reachable
    assert post(letter) == Outcome(Verdict.ACCEPTED)


@pytest.mark.usefixtures("_impatient")
def test_a_server_that_hung_is_left_alone_too_but_the_next_mail_is_not_in_doubt(sink, letter):
    sink.wait["DATA"] = 1
    post(letter)
    assert (post(letter).verdict, len(sink.connections)) == (Verdict.DEFERRED, 1)


def test_a_server_that_was_left_alone_is_tried_again(sink, letter, monkeypatch):
    monkeypatch.setattr(smtp, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(smtp, "READ_SECONDS", 0.3)
    sink.wait["RCPT"] = 1
    post(letter)
    sink.wait.clear()
    assert post(letter) == Outcome(Verdict.ACCEPTED)


def test_the_right_credentials_are_let_in(strict_sink, letter, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER.decode(), PASSWORD.decode()
    assert post(letter) == Outcome(Verdict.ACCEPTED)


def test_wrong_credentials_are_a_later_at_the_login_because_they_are_no_fault_of_the_mail(strict_sink, letter, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "mailer", "wrong"
    outcome = post(letter)
    assert (outcome.verdict, outcome.stage, outcome.reply[:3]) == (Verdict.DEFERRED, Stage.AUTH, "535")


def test_a_server_without_tls_is_told_nothing_when_tls_is_asked_for(sink, letter, settings):
    settings.EMAIL_USE_TLS = True
    outcome = post(letter)
    assert (outcome.verdict, outcome.stage) == (Verdict.DEFERRED, Stage.CONNECT)
    assert sink.mails == []


def test_a_password_is_not_in_the_servers_printed_form():
    assert "hunter2" not in repr(Server("mail.example.org", 587, "me", "hunter2", True))
