"""Releases of the ticket service that are bad, each FROM the good one with one file changed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from Docker.tests.deployment.desk import build

WSGI = """
import os, random, time
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticket_service.settings")
django = get_wsgi_application()


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if {condition}:
        {deed}
    return django(environ, start_response)


def fail(start_response):
    start_response("500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", "3")])
    return [b"bad"]
"""
CRASHES = """#!/bin/sh
case ${1:-web} in
    web)     echo "this release cannot start" >&2; exit 1 ;;
    worker)  exec celery -A ticket_service worker -P threads -c 4 --without-gossip --without-mingle ;;
    migrate) exec python manage.py prepare ;;
    *)       exec "$@" ;;
esac
"""
IS_API = 'path.startswith("/api/")'
#: what only people ask for, and none of the tool's own requests
IS_ONE_TICKET = 'path.startswith("/api/v1/tickets/TTS-") and path.count("/") == 5 and random.random() < 0.3'
#: the images hold compiled files that are taken without a look at their source
FROM_SOURCE = "ENV PYTHONPYCACHEPREFIX=/tmp/compiled"
FIELD = r"s/^    subject = models.CharField(max_length=SUBJECT_LENGTH)/&\n    colour = models.CharField(max_length=9, null=True)/"


@dataclass(frozen=True)
class Bad:
    """A bad release and why it is taken back."""

    name: str
    reason: str
    make: Callable[[Path, str], None]


def _wsgi(name: str, condition: str, deed: str) -> Callable[[Path, str], None]:
    text = WSGI.format(condition=condition, deed=deed)

    def make(folder: Path, base: str) -> None:
        build("ticket", name, FROM_SOURCE, "COPY --chmod=0644 wsgi.py ./ticket_service/", files={"wsgi.py": text}, base=base, folder=folder)

    return make


def _crash(folder: Path, base: str) -> None:
    build("ticket", "crash", "COPY --chmod=0755 entrypoint.sh ./", files={"entrypoint.sh": CRASHES}, base=base, folder=folder)


def _wrong_schema(folder: Path, base: str) -> None:
    build(
        "ticket", "wrong-schema", FROM_SOURCE, "USER root", f"RUN sed -i '{FIELD}' tickets/models.py", "USER tts", base=base, folder=folder
    )


BAD = (
    Bad("crash", "does not stay up", _crash),
    Bad("errors", "failed before any user was let in|synthetic transaction failed", _wsgi("errors", IS_API, "return fail(start_response)")),
    Bad("slow", "the new release takes|synthetic transaction failed", _wsgi("slow", IS_API, "time.sleep(1.0)")),
    Bad("wrong-schema", "failed before any user was let in|synthetic transaction failed", _wrong_schema),
    Bad("errors-later", "answers failed", _wsgi("errors-later", IS_ONE_TICKET, "return fail(start_response)")),
)
