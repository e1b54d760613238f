"""The Django app of the stream table."""

from django.apps import AppConfig


class StreamConfig(AppConfig):
    """Installed only where there are followers."""

    name = "servicekit.stream"
    label = "stream"
    default_auto_field = "django.db.models.BigAutoField"
