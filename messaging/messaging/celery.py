"""The door for Celery."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "messaging.settings")

from servicekit.worker import make_app

app = make_app("messaging")
