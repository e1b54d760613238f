"""Every write: the complete list of what can happen to a ticket."""

from tickets.services.attach import attach_files
from tickets.services.close import close_stale_ticket, close_ticket
from tickets.services.decide import approve_ticket, reject_ticket
from tickets.services.edit import Change, edit_ticket
from tickets.services.people import remember_person
from tickets.services.purge import purge_synthetic_tickets
from tickets.services.reopen import reopen_ticket
from tickets.services.submit import TicketRequest, submit_ticket
from tickets.services.withdraw import withdraw_ticket
from tickets.services.work import News, Place, await_work, follow_work

__all__ = [
    "Change",
    "News",
    "Place",
    "TicketRequest",
    "approve_ticket",
    "attach_files",
    "await_work",
    "close_stale_ticket",
    "close_ticket",
    "edit_ticket",
    "follow_work",
    "purge_synthetic_tickets",
    "reject_ticket",
    "remember_person",
    "reopen_ticket",
    "submit_ticket",
    "withdraw_ticket",
]
