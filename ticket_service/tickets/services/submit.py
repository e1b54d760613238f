"""Filing a ticket."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from attachments.services import bind_attachments
from forms.models import Category
from forms.schema import read_form
from forms.selectors import category_to_file_in
from forms.validation import InvalidValues, clean_values
from servicekit.clock import now
from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketSubmitted
from servicekit.errors import InvalidInput, require
from servicekit.events import publish
from servicekit.principal import Principal
from tickets import policies
from tickets.facts import told
from tickets.models import KnownPerson, Ticket
from tickets.moves import Entry, involve, write_history
from tickets.numbers import new_number
from tickets.status import Status

NUMBER_TRIES = 5


@dataclass(frozen=True)
class TicketRequest:
    """What somebody asks for, as he wrote it."""

    category: str
    subject: str
    description: str
    subcategory: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[UUID, ...] = ()
    requester_id: UUID | None = None  # somebody else
    requester_name: str = ""


@transaction.atomic
def submit_ticket(*, request: TicketRequest, by: Principal) -> Ticket:
    """Whoever may submit files a request of an active category, for himself or with a permission for somebody else."""
    require(policies.may_submit_for(by, request.requester_id or by.id))
    requester = _requester(request, by)
    category = category_to_file_in(request.category)
    at = now()
    draft = Ticket(
        category=category, form=category.form, subject=request.subject, description=request.description,
        subcategory=request.subcategory, subcategory_name=_subcategory_name(category, request.subcategory),
        fields=checked_fields(category.form.fields, request.fields),
        requester_id=requester.id, requester_name=requester.name, status=Status.NEW, submitted_at=at, updated_at=at,
    )  # fmt: skip
    ticket = insert_with_number(draft)
    bind_attachments(ticket_id=ticket.id, ids=request.attachments, by=by)
    if by.id != requester.id:
        involve(ticket, by.person)
    write_history(ticket, Entry("submit", by.person, at), previous="")
    publish(TicketSubmitted(**told(ticket), by=by.person))
    return ticket


def _requester(request: TicketRequest, by: Principal) -> Person:
    """Who asks: a known active person under his own name; somebody whom no event has told us of, under the given one."""
    if request.requester_id is None or request.requester_id == by.id:
        if request.requester_name and request.requester_name != by.name:
            raise InvalidInput(fields={"requester_name": ["Name the requester by requester_id too."]})
        return by.person
    known = KnownPerson.objects.filter(id=request.requester_id).first()
    if known is not None and not known.is_active:
        raise InvalidInput(fields={"requester_id": ["This account is switched off."]})
    name = known.name if known else request.requester_name
    if not name:
        raise InvalidInput(fields={"requester_id": ["There is no such person."]})
    return Person(id=request.requester_id, name=name)


def _subcategory_name(category: Category, slug: str) -> str:
    name = category.subcategory_name(slug) if slug else ""
    if name is None or (not slug and category.subcategories):
        raise InvalidInput(fields={"subcategory": ["Choose one of the category's sub-categories."]})
    return name


def checked_fields(form: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are stored. Raises InvalidInput with each field as ``fields.<key>``."""
    try:
        return clean_values(read_form(form), values, now=now())
    except InvalidValues as error:
        raise InvalidInput(fields={f"fields.{key}": messages for key, messages in error.errors.items()}) from error


def insert_with_number(ticket: Ticket) -> Ticket:
    """Insert the ticket under a number that no other has; the constraint decides, a collision draws again."""
    for attempt in range(NUMBER_TRIES):
        ticket.number = new_number()
        try:
            with transaction.atomic():
                ticket.save(force_insert=True)
        except IntegrityError as error:
            if attempt == NUMBER_TRIES - 1 or "tickets_ticket_number" not in str(error):
                raise
        else:
            break
    return ticket
