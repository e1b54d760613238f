"""The settings of messaging: what all services share, and its own apps."""

from servicekit.settings import *  # noqa: F403
from servicekit.settings import service_settings

globals().update(
    service_settings(
        name="messaging",
        package="messaging",
        apps=["servicekit.stream", "comments", "realtime"],
        admin_path="admin/messaging/",
    )
)
