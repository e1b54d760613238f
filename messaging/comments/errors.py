"""What can go wrong in a conversation.

NotFound
└── TicketNotKnownYet        ticket_not_known_yet   404   with Retry-After
Forbidden
└── InternalNoteForbidden    internal_note_forbidden 403
"""

from servicekit.errors import Forbidden, NotFound


class TicketNotKnownYet(NotFound):
    """Also what an outsider gets: whether the ticket exists is not told apart from whether its news has arrived here."""

    code, title = "ticket_not_known_yet", "There is no such conversation, or word of it has not arrived yet"

    def __init__(self) -> None:
        super().__init__(retry_after=1)


class InternalNoteForbidden(Forbidden):
    code, title = "internal_note_forbidden", "You may not write internal notes here"
