"""Why the interpreter does not do what an event asks; the state stays as it was.

Refused
├── TokenClosed         the token is gone: somebody was faster, or the run is over
├── NotHolder           somebody else holds the token
├── WrongStatus         what is asked does not fit what the token (or the run) is doing
├── UnknownTransition   the step has no such way out
├── NoteMissing         the transition asks for a note
├── NoEscalation        the step names no escalation role
└── AlreadyTheirs       the token is with that person already
"""


class Refused(Exception):
    """The event does not fit the state."""


class TokenClosed(Refused):
    """The token is gone."""


class NotHolder(Refused):
    """Only the present holder may do this."""


class WrongStatus(Refused):
    """Not while the token or the run is in this status."""


class UnknownTransition(Refused):
    """The step has no such way out."""


class NoteMissing(Refused):
    """The transition asks for a note."""


class NoEscalation(Refused):
    """The step names no escalation role."""


class AlreadyTheirs(Refused):
    """The token is with that person already."""
