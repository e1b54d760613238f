"""Containers that take over what changed in their secrets."""

from collections.abc import Sequence

from production import scaling, starting
from production.compose import Compose
from production.deployment.restarting import restart
from production.state import SERVICES

READY = 180.0  # seconds


def renew_services(compose: Compose, services: Sequence[str]) -> None:
    """Web and worker of services, one after the other, without a request refused. Raises OperatorError; the old ones then serve on."""
    restart(compose.home, services)
    scaling.renew(compose, services, force=True)


def renew_workers(compose: Compose, services: Sequence[str] = SERVICES) -> None:
    """Workers alone: their queues wait meanwhile, and nobody asks them anything."""
    names = [compose.serving(f"{service}-worker") for service in services]
    names += [name for service in services for name in scaling.extras(compose.home, service)]
    starting.recreate(compose, names, timeout=READY)


def renew_backup(compose: Compose) -> None:
    """The backups' container, where there is one."""
    if any(container.service == "backup" for container in compose.containers()):
        starting.recreate(compose, ["backup"], timeout=READY)
