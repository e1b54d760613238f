"""The jobs that prepare databases and queues: whether they have to run again before anything else may change."""

from collections.abc import Mapping, Sequence
from typing import Any

from production import drift
from production.compose import Compose
from production.containers import Container

#: what the jobs prepare: once one of these was made anew, it may be empty
PREPARED = ("db", "rabbitmq")


def names(configuration: Mapping[str, Any]) -> list[str]:
    """Services that do something once and end."""
    return sorted(name for name, service in configuration["services"].items() if service.get("restart") == "no")


def are_due(compose: Compose, configuration: Mapping[str, Any], containers: Sequence[Container]) -> bool:
    """Whether one of them has not ended well yet as it is declared now, with the data that are there now. Raises ComposeFailed."""
    hashes, images = compose.hashes(), drift.image_ids(compose, configuration["services"], names(configuration))
    return not all(
        any(
            has_done_its_work(container, configuration, containers, hashes[name], images[name])
            for container in containers
            if container.service == name
        )
        for name in names(configuration)
    )


def has_done_its_work(
    container: Container, configuration: Mapping[str, Any], containers: Sequence[Container], hashes: frozenset[str], image_id: str
) -> bool:
    """It ended well; neither its settings, its image and its secrets nor what it prepared were made anew since."""
    made = {other.service: other.created for other in containers if other.service in PREPARED}
    return (
        (container.state, container.exit_code, container.image_id) == ("exited", 0, image_id)
        and container.config_hash in hashes
        and not drift.changed_files(configuration, container)
        and all(made.get(service, float("inf")) < container.started for service in PREPARED)
    )
