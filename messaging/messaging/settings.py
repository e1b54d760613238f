"""The settings of messaging: what all services share, and its own apps."""

from servicekit.environment import environment
from servicekit.settings import *  # noqa: F403
from servicekit.settings import service_settings

SOCKETS_PER_PERSON = int(environment.text("SOCKETS_PER_PERSON", "10"))  # of one Daphne process

globals().update(
    service_settings(
        name="messaging",
        package="messaging",
        apps=["servicekit.stream", "comments", "realtime"],
        admin_path="admin/messaging/",
    )
)
