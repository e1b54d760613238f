"""Named failures of the rules."""

from uuid import UUID


class RequesterUnknown(Exception):
    """An event about a ticket came before the one that submitted it: the handler is tried again later."""

    def __init__(self, ticket_id: UUID) -> None:
        super().__init__(f"the requester of ticket {ticket_id} is not known yet")
