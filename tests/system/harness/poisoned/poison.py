"""Loaded into a worker by a test (celery --include): a handler that kills its process when a certain comment comes by."""

import os
import signal

from servicekit.contracts.messaging import CommentPosted
from servicekit.events import Meta, handles


@handles(CommentPosted)
def die_of_poison(event: CommentPosted, meta: Meta) -> None:
    """As a message does that trips a defect in a C library."""
    if event.excerpt.startswith("poison:"):
        os.kill(os.getpid(), signal.SIGKILL)
