"""Changing what was asked."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from servicekit.clock import now
from servicekit.contracts.ticket import TicketEdited
from servicekit.errors import require
from servicekit.etags import check_version
from servicekit.events import publish
from servicekit.principal import Principal
from tickets import policies
from tickets.facts import told
from tickets.models import Ticket
from tickets.moves import Entry, lock_visible, move
from tickets.services.submit import checked_fields
from tickets.status import Action, next_status


@dataclass(frozen=True)
class Change:
    """The new text of a request; None leaves a part as it is."""

    subject: str | None = None
    description: str | None = None
    fields: dict[str, Any] | None = None


@transaction.atomic
def edit_ticket(*, number: str, change: Change, expected_version: int, by: Principal) -> Ticket:
    """The requester may change his request while it is new. Changing nothing tells nobody."""
    ticket = lock_visible(number, by)
    require(policies.may_edit(by, ticket))
    next_status(ticket.status, Action.EDIT)
    check_version(ticket.version, expected_version)
    changed = _apply(ticket, change)
    if changed:
        move(ticket, Action.EDIT, Entry("edit", by.person, now(), detail=", ".join(changed)))
        ticket.save(update_fields=[*changed, "version", "updated_at"])
        publish(TicketEdited(**told(ticket), by=by.person, changed=changed))
    return ticket


def _apply(ticket: Ticket, change: Change) -> tuple[str, ...]:
    wanted = {
        "subject": change.subject,
        "description": change.description,
        "fields": None if change.fields is None else checked_fields(ticket.form.fields, change.fields),
    }
    changed = tuple(name for name, value in wanted.items() if value is not None and value != getattr(ticket, name))
    for name in changed:
        setattr(ticket, name, wanted[name])
    return changed
