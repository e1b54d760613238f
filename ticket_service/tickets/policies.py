"""Who may do what with a ticket. Each predicate asks about the person only; the state machine knows about the time."""

from datetime import datetime

from servicekit.contracts.permissions import Permission
from servicekit.principal import Principal
from tickets.models import Ticket
from tickets.status import Action, allows


def may_see_all(by: Principal) -> bool:
    """See tickets that one has nothing to do with; whoever decides on new ones must."""
    return by.has(Permission.TICKET_VIEW_ALL) or by.has(Permission.TICKET_APPROVE)


def may_submit_for(by: Principal, requester_id: object) -> bool:
    """File for oneself, or with a permission for somebody else."""
    return by.has(Permission.TICKET_SUBMIT) and (requester_id == by.id or by.has(Permission.TICKET_SUBMIT_FOR_OTHERS))


def may_decide(by: Principal) -> bool:
    """Approve or reject."""
    return by.has(Permission.TICKET_APPROVE)


def may_edit(by: Principal, ticket: Ticket) -> bool:
    """Change what was asked: the requester."""
    return by.id == ticket.requester_id


def may_withdraw(by: Principal, ticket: Ticket) -> bool:
    """Take the request back: the requester."""
    return by.id == ticket.requester_id


def may_close(by: Principal, ticket: Ticket) -> bool:
    """Close what is resolved: the requester, or who may close any."""
    return by.id == ticket.requester_id or by.has(Permission.TICKET_CLOSE_ANY)


def may_reopen(by: Principal, ticket: Ticket) -> bool:
    """Say that it is not done after all: the requester."""
    return by.id == ticket.requester_id


def actions_now(by: Principal, ticket: Ticket, at: datetime) -> list[str]:
    """What this person may do with the ticket at this moment: the buttons that he is shown."""
    rights = {
        Action.APPROVE: may_decide(by),
        Action.REJECT: may_decide(by),
        Action.WITHDRAW: may_withdraw(by, ticket),
        Action.CLOSE: may_close(by, ticket),
        Action.REOPEN: may_reopen(by, ticket) and ticket.may_reopen_at(at),
        Action.EDIT: may_edit(by, ticket),
    }
    return [str(action) for action, allowed in rights.items() if allowed and allows(ticket.status, action)]
