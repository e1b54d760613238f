"""The few questions that only a person can answer."""

from collections.abc import Mapping
from dataclasses import dataclass

import typer

from production import environment
from production.console import say


@dataclass(frozen=True)
class Question:
    """One question. ``only_if`` names a variable and the value that makes it worth asking."""

    variable: str
    text: str
    only_if: tuple[str, str] | None = None
    may_be_empty: bool = False


QUESTIONS = (
    Question("TTS_DOMAIN", "The domain under which people will find it"),
    Question("TTS_ADMIN_EMAIL", "Your e-mail address, for the first administrator and the certificate"),
    Question("TTS_TIME_ZONE", "Time zone"),
    Question("DJANGO_EMAIL_HOST", "Mail server (SMTP)"),
    Question("DJANGO_EMAIL_PORT", "Its port: 587 STARTTLS, 465 TLS, 25 none"),
    Question("DJANGO_EMAIL_HOST_USER", "User name there (empty: none)", may_be_empty=True),
    Question("DJANGO_DEFAULT_FROM_EMAIL", "Sender of the mails"),
    Question("BACKUP_TARGET", "Backups: local, or s3 for an S3-compatible store besides"),
    Question("S3_ENDPOINT", "Address of the store", only_if=("BACKUP_TARGET", "s3")),
    Question("S3_BUCKET", "Bucket", only_if=("BACKUP_TARGET", "s3")),
    Question("S3_REGION", "Region", only_if=("BACKUP_TARGET", "s3")),
)
#: secrets that somebody else issued: asked for in the dark, when they are needed
SECRET_QUESTIONS = (
    ("email_password", "Password of the mail server", lambda values: bool(values.get("DJANGO_EMAIL_HOST_USER"))),
    ("s3_key", "Access key of the store", lambda values: values.get("BACKUP_TARGET") == "s3"),
    ("s3_key_secret", "Secret key of the store", lambda values: values.get("BACKUP_TARGET") == "s3"),
)


def ask(defaults: Mapping[str, str], answered: Mapping[str, str]) -> dict[str, str]:
    """Ask what is not answered yet, each until the answer makes sense; the placeholders of the example are no defaults."""
    answers = dict(answered)
    for question in QUESTIONS:
        known = {**defaults, **answers}
        if question.variable in answers or (question.only_if and known.get(question.only_if[0]) != question.only_if[1]):
            continue
        answers[question.variable] = _ask_one(question, _default(question, known))
    return answers


def ask_secrets(values: Mapping[str, str], present: set[str]) -> dict[str, str]:
    """Ask for the secrets of others that are needed and not there."""
    return {
        name: typer.prompt(text, hide_input=True, err=True)
        for name, text, is_needed in SECRET_QUESTIONS
        if name not in present and is_needed(values)
    }


def _default(question: Question, known: Mapping[str, str]) -> str | None:
    if question.variable == "DJANGO_DEFAULT_FROM_EMAIL" and known.get("TTS_DOMAIN"):
        return f"Ticket Tracking <tickets@{known['TTS_DOMAIN']}>"
    value = known.get(question.variable, "")
    if environment.check_one(question.variable, value) is None and (value or question.may_be_empty):
        return value
    return None


def _ask_one(question: Question, default: str | None) -> str:
    while True:
        answer = str(typer.prompt(question.text, default=default, err=True, show_default=bool(default))).strip()
        finding = environment.check_one(question.variable, answer)
        if finding is None and (answer or question.may_be_empty):
            return answer
        say(f"{finding.problem}. {finding.remedy}" if finding else "An answer is needed.")
