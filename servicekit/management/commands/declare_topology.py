"""``manage.py declare_topology``: this service's exchanges, queues and bindings, before anybody publishes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from kombu import Connection

from servicekit.events.topology import declare


class Command(BaseCommand):
    help = "Declare this service's exchanges, queues and bindings at the broker."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises kombu's OperationalError if the broker cannot be reached within 10 s."""
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=5) as broker:
            broker.ensure_connection(max_retries=3, timeout=10)
            declare(broker)
