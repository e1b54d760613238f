"""Named failures of tickets."""

from servicekit.errors import Conflict


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "The ticket's status does not allow this"


class TooLateToReopen(Conflict):
    code, title = "too_late_to_reopen", "It was resolved too long ago: file a new ticket"
