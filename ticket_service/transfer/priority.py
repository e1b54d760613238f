"""Urgency × impact → priority. Pure.

Both scales are those of the helpdesk exports that are imported: whole numbers, 0 the gravest. The real tickets use urgency
0–3 and impact 0–4; 5 is taken as well, for sources whose scale runs from 1 to 5.

             impact   0         1         2         3         4       5
    urgency 0         critical  critical  critical  high      high    medium
    urgency 1         critical  critical  high      high      medium  low
    urgency 2         critical  high      high      medium    low     low
    urgency 3         high      high      medium    low       low     low
    urgency 4         high      medium    low       low       low     low
    urgency 5         medium    low       low       low       low     low
"""

from tickets.status import Priority

LEAST = 5
_LETTERS = {"C": Priority.CRITICAL, "H": Priority.HIGH, "M": Priority.MEDIUM, "L": Priority.LOW}
MATRIX = tuple(tuple(_LETTERS[letter] for letter in row) for row in ("CCCHHM", "CCHHML", "CHHMLL", "HHMLLL", "HMLLLL", "MLLLLL"))


def priority_of(urgency: int, impact: int) -> Priority:
    """The priority of a ticket with these two, each 0 to 5."""
    return MATRIX[urgency][impact]
