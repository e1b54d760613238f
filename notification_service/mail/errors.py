"""Named failures of mail."""

from servicekit.errors import Conflict


class DeliveryMoveRefused(Conflict):
    code, title = "illegal_transition", "The delivery is not in a state that allows this"
