"""The worker process."""

from servicekit.worker import make_app

app = make_app("notification_service")
