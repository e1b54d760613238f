"""The door for every event that the table knows."""

from rules.services import tell_people
from rules.table import RULES
from servicekit.contracts import Event
from servicekit.events import Meta, handles


@handles(*RULES)
def tell(event: Event, meta: Meta) -> None:
    """Tell the people whom it concerns."""
    tell_people(event, event_id=meta.event_id)
