"""Facts out by the outbox, facts in by the inbox."""

from servicekit.events.handling import Malformed, Meta, handles
from servicekit.events.outbox import publish, publish_all

__all__ = ["Malformed", "Meta", "handles", "publish", "publish_all"]
