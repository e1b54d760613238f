"""``tts init`` at a terminal: the few questions, asked until the answers make sense."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.paths import ROOT, SCRIPTS
from production.home import Home
from production.secret_files import SecretFiles


def converse(folder: Path, answers: dict[str, list[str]]) -> tuple[int, str]:
    """Run ``tts init`` at a terminal; each question, by words of it, has its answers in order. The exit code and all that was shown."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPTS), str(ROOT)]), "TTS_HOME": str(folder), "COLUMNS": "200"}
    terminal, other_end = pty.openpty()
    command = [sys.executable, "-m", "production.cli", "init"]
    ends = {"stdin": other_end, "stdout": other_end, "stderr": other_end}
    with subprocess.Popen(command, env=environment, start_new_session=True, **ends) as tool:
        os.close(other_end)
        shown = _answer(terminal, answers)
        os.close(terminal)
    return tool.returncode, shown


def _answer(terminal: int, answers: dict[str, list[str]]) -> str:
    shown, unread = "", ""
    while text := _read(terminal):
        shown, unread = shown + text, unread + text
        for words, given in answers.items():
            if given and words in unread and unread.rstrip("\r\n").endswith(": "):
                os.write(terminal, given.pop(0).encode() + b"\n")
                unread = ""
    return shown


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # the other end is closed
        return ""


@pytest.fixture
def answers():
    return {
        "The domain": ["not a domain!", "tickets.example.org"],
        "Your e-mail": ["rosa@example.org"],
        "Time zone": ["Mars", "Europe/Berlin"],
        "Mail server (SMTP)": ["smtp.example.org"],
        "Its port": [""],
        "User name there": ["tickets"],
        "Sender of": [""],
        "Backups:": ["s3"],
        "Address of the store": ["fra1.example.com"],
        "Bucket": ["tickets"],
        "Region": ["fra1"],
        "Password of the mail server": ["mail pass phrase"],
        "Access key": ["AKIAEXAMPLE"],
        "Secret key": ["store key secret"],
    }


def test_each_question_is_asked_until_its_answer_makes_sense(tmp_path, answers):
    code, shown = converse(tmp_path, answers)
    assert (code, {words: left for words, left in answers.items() if left}) == (0, {})
    assert 'TTS_DOMAIN is "not a domain!". It must be a host name, such as tickets.example.org.' in shown
    assert 'TTS_TIME_ZONE is "Mars". It must be a time zone, such as Europe/Berlin.' in shown
    values = Home.find(tmp_path).values
    assert {
        name: values[name] for name in ("TTS_DOMAIN", "TTS_TIME_ZONE", "DJANGO_EMAIL_PORT", "BACKUP_TARGET", "TTS_OVERLAYS", "S3_BUCKET")
    } == {
        "TTS_DOMAIN": "tickets.example.org",
        "TTS_TIME_ZONE": "Europe/Berlin",
        "DJANGO_EMAIL_PORT": "587",
        "BACKUP_TARGET": "s3",
        "TTS_OVERLAYS": "s3",
        "S3_BUCKET": "tickets",
    }
    assert values["DJANGO_DEFAULT_FROM_EMAIL"] == "Ticket Tracking <tickets@tickets.example.org>"


def test_the_secrets_of_others_are_asked_for_in_the_dark(tmp_path, answers):
    _, shown = converse(tmp_path, answers)
    secrets = SecretFiles(tmp_path / "secrets")
    kept = {name: secrets.read(name) for name in ("email_password", "s3_key", "s3_key_secret")}
    assert kept == {"email_password": "mail pass phrase", "s3_key": "AKIAEXAMPLE", "s3_key_secret": "store key secret"}
    assert [value for value in kept.values() if value in shown] == []


def test_a_second_time_what_was_answered_is_offered_and_no_secret_asked_for(tmp_path, answers):
    converse(tmp_path, answers)
    before = Home.find(tmp_path).values
    code, shown = converse(tmp_path, {words: [""] for words in answers})
    assert (code, Home.find(tmp_path).values, "Password of" in shown) == (0, before, False)
