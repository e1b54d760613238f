"""A service with nothing but the mechanisms."""

from servicekit.settings import *  # noqa: F403
from servicekit.settings import service_settings

globals().update(
    service_settings(
        name="example",
        package="servicekit.tests.project",
        apps=["servicekit.stream", "servicekit.tests.notes", "servicekit.tests.shelves"],
        admin_path="admin/example/",
    )
)
