"""Bringing tickets of another system in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from forms.models import Category
from servicekit.clock import now
from servicekit.contracts import Event
from servicekit.contracts.ticket import TicketApproved, TicketImported, TicketSubmitted
from servicekit.errors import require
from servicekit.events import publish
from servicekit.principal import Principal
from tickets.facts import told
from tickets.models import Ticket
from tickets.moves import Entry, write_history
from tickets.services.submit import insert_with_number
from tickets.status import Status
from transfer import policies
from transfer.rows import BadRow, Row, read_row

MOST_ROWS = 500


@dataclass
class Outcome:
    """What became of the rows."""

    created: int = 0
    existing: int = 0
    errors: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True)
class Batch:
    """Where the rows come from and what they become."""

    source: str
    status: Status  # closed, open or new
    by: Principal
    at: datetime


@transaction.atomic
def import_tickets(*, source: str, status: Status, rows: Sequence[Any], dry_run: bool, by: Principal) -> Outcome:
    """Bring in the rows that can be; one that came before, by source and external id, is left as it is.

    A dry run tells the same and changes nothing. Imports of one source wait for each other.
    """
    require(policies.may_import(by))
    _hold_source(source)
    categories = {category.slug: category for category in Category.objects.select_related("form")}
    good, outcome = _read(rows, source, categories)
    known = set(
        Ticket.objects.filter(source=source, external_id__in=[row.external_id for row in good]).values_list("external_id", flat=True)
    )
    batch = Batch(source, status, by, now())
    for row in good:
        if row.external_id in known:
            outcome.existing += 1
            continue
        known.add(row.external_id)
        outcome.created += 1
        if not dry_run:
            _bring_in(row, categories[row.category], batch)
    return outcome


def _hold_source(source: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import:{source}"])


def _read(rows: Sequence[Any], source: str, categories: dict[str, Category]) -> tuple[list[Row], Outcome]:
    good, outcome = [], Outcome()
    for given in rows:
        try:
            good.append(read_row(given, source=source, categories=categories))
        except BadRow as bad:
            outcome.errors.append(bad)
    return good, outcome


def _bring_in(row: Row, category: Category, batch: Batch) -> None:
    is_closed, is_new = batch.status is Status.CLOSED, batch.status is Status.NEW
    ticket = insert_with_number(
        Ticket(
            category=category, form=category.form, subject=row.subject, description=row.description, status=batch.status,
            priority="" if is_new else row.priority, requester_id=row.requester.id, requester_name=row.requester.name,
            submitted_at=batch.at, updated_at=batch.at,
            resolved_at=batch.at if is_closed else None, closed_at=batch.at if is_closed else None,
            source=batch.source, external_id=row.external_id,
        )
    )  # fmt: skip
    detail = f"{batch.source} {row.external_id}: urgency {row.urgency}, impact {row.impact}, {row.priority}"
    write_history(ticket, Entry("import", batch.by.person, batch.at, detail=detail), previous="")
    publish(_fact(ticket, batch))


def _fact(ticket: Ticket, batch: Batch) -> Event:
    """A closed ticket is history; an open one is worked on like any approved one; a new one waits for approval."""
    by = batch.by.person
    if batch.status is Status.CLOSED:
        return TicketImported(**told(ticket), by=by, source=batch.source)
    if batch.status is Status.OPEN:
        return TicketApproved(**told(ticket), by=by, approved_at=batch.at)
    return TicketSubmitted(**told(ticket), by=by)
