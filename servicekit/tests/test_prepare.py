"""The database is not there at once: what prepares it asks again, and not for ever."""

import logging
import threading
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection

from servicekit.management.commands import prepare

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY_LISTENS = 1


@pytest.fixture
def away() -> Iterator[threading.Timer]:
    """The database is looked for where nobody listens; once it is started, the timer lets it be found half a second later."""
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", NOBODY_LISTENS)
        yield threading.Timer(0.5, patch.undo)
    connection.close()


def test_a_database_that_comes_late_is_reached(away, monkeypatch, caplog):
    monkeypatch.setattr(prepare, "PAUSES", (0.2,) * 50)
    away.start()
    prepare.connect()
    assert connection.is_usable()
    assert {record.getMessage() for record in caplog.records} == {"the database is not reached"}


def test_one_that_does_not_come_is_given_up(away, monkeypatch, caplog):
    monkeypatch.setattr(prepare, "PAUSES", (0.0, 0.01))
    with pytest.raises(OperationalError):
        prepare.connect()
    assert [(record.levelno, record.seconds) for record in caplog.records] == [(logging.WARNING, 0.0), (logging.WARNING, 0.01)]
