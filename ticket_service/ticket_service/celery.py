"""The door for Celery."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticket_service.settings")

from servicekit.worker import make_app

app = make_app("ticket_service")
