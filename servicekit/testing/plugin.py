"""The pytest plugin: sets the environment before Django reads it, starts PostgreSQL, and gives the fixtures of all services."""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

IS_SERVICE = Path("manage.py").exists()
IS_SERVICEKIT = any(part.rstrip("/").endswith("servicekit") or "servicekit/" in part for part in sys.argv[1:])


def _prepare_environment() -> None:
    """Everything that servicekit.settings requires, with values that are good for one run."""
    from servicekit.testing import keys
    from servicekit.testing.postgres import start_postgres

    package = Path.cwd().name if IS_SERVICE else "servicekit.tests.project"
    sys.path.insert(0, str(Path.cwd()))
    if "TEST_DATABASE_URL" not in os.environ:  # xdist's workers inherit the controller's
        os.environ["TEST_DATABASE_URL"] = start_postgres()
    os.environ.update(
        DJANGO_SETTINGS_MODULE=f"{package}.settings",
        DJANGO_ENV="test",
        DJANGO_SECRET_KEY=os.urandom(40).hex(),
        DJANGO_BASE_URL="http://testserver",
        DJANGO_ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
        DATABASE_URL=os.environ["TEST_DATABASE_URL"],
        CELERY_BROKER_URL="memory://",
        MEDIA_ROOT="/nonexistent",  # a test that keeps files brings its own folder
        DJANGO_JWKS=keys.jwks(),
        DJANGO_JWT_SIGNING_KEY=keys.private_pem(),
    )


if IS_SERVICE or IS_SERVICEKIT:
    _prepare_environment()


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise RuntimeError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def principal() -> Callable[..., Any]:
    """``principal(role, user_id=, name=, permissions=)``: somebody."""
    from servicekit.testing.keys import make_principal

    return make_principal


@pytest.fixture
def api_as() -> Callable[..., Any]:
    """``api_as(role)``: a client with that role's token, which holds every answer against openapi.yaml; role None is nobody."""
    from servicekit.testing.api import client_as

    return client_as


@pytest.fixture
def published(db: None) -> Callable[..., list[Any]]:
    """``published()`` or ``published(TicketApproved)``: the events in the outbox so far, oldest first."""
    from servicekit.testing.events import published_events

    return published_events


@pytest.fixture
def deliver(db: None) -> Callable[..., Any]:
    """``deliver(event, times=1)``: hand an event to this service's handlers through the real inbox."""
    from servicekit.testing.events import deliver_event

    return deliver_event


class FrozenClock:
    """Time that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.now = at

    def at(self, moment: datetime) -> None:
        """Go to a moment."""
        self.now = moment

    def advance(self, by: timedelta) -> datetime:
        """Go on by a while; the new present."""
        self.now += by
        return self.now


@pytest.fixture
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """Freeze every reading of ``servicekit.clock.now``, wherever it was imported to."""
    from servicekit import clock

    frozen, real = FrozenClock(clock.now()), clock.now
    for module in list(sys.modules.values()):
        if getattr(module, "now", None) is real:
            monkeypatch.setattr(module, "now", lambda: frozen.now)
    return frozen


@pytest.fixture
def run_due_jobs(db: None) -> Callable[[], int]:
    """Run every timer that is due by the (frozen) clock; how many ran. A job that fails, fails the test."""
    from servicekit.testing.events import run_all_due_jobs

    return run_all_due_jobs


@pytest.fixture
def query_budget(db: None) -> Callable[[str], AbstractContextManager[None]]:
    """``with query_budget("list_tickets"):`` – exactly as many queries as tests/query_counts.json allows."""
    from servicekit.testing.queries import budget

    return budget


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """``at_once([f, g, …])``: run functions in threads that start together; their results or exceptions, in order.

    For tests with ``@pytest.mark.django_db(transaction=True)``.
    """
    from servicekit.testing.races import run_together

    return run_together
