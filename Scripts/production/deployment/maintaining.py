"""What cannot be done beside a running system: another database or broker. People see the maintenance page meanwhile."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from production.compose import Compose
from production.deployment import cut_off, record
from production.deployment.record import Journal, Record
from production.errors import OperatorError
from production.files import write_atomically
from production.home import Home
from production.starting import recreate

BACKING = ("db", "rabbitmq")
WITHIN = 180.0  # seconds until it is healthy again


def renew(home: Home, service: str) -> Record:
    """Stop the database or the broker and start it as the settings now say. Call inside ``exclusive(home)``. Raises OperatorError."""
    cut_off.refuse_beside(home, [service])
    journal, began = Journal(home), time.monotonic()
    entry = record.begin(
        record.DEPLOYMENT, release=home.values.get("TTS_RELEASE", ""), strategy="maintenance", services=[service], original={}
    )
    journal.open(entry)
    outcome = record.FAILED
    try:
        with _maintenance(home, service):
            recreate(Compose(home), [service], timeout=WITHIN)
        outcome = record.DONE
    except OperatorError as failure:
        entry.rollback_reason = str(failure)
        raise
    finally:
        entry.downtime_seconds = round(time.monotonic() - began, 1)
        journal.close(entry, outcome)
    return entry


@contextmanager
def _maintenance(home: Home, service: str) -> Iterator[None]:
    """The maintenance page, unless somebody has put it up already: then it stays afterwards."""
    page = home.state / "maintenance"
    was_up = page.is_file()
    if not was_up:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        write_atomically(page, json.dumps({"since": since, "message": f"A new {service} is put in."}) + "\n", mode=0o644)
    try:
        yield
    finally:
        if not was_up:
            page.unlink(missing_ok=True)
