"""The door for Celery."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workflow_api.settings")

from servicekit.worker import make_app

app = make_app("workflow_api")
