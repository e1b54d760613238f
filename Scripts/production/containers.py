"""A container of the deployment, as the engine describes it, whether it was asked by `docker inspect` or over its socket."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Container:
    """A container as it is now. ``addresses`` are those on its networks, reachable from this host."""

    id: str
    name: str
    service: str
    state: str
    health: str  # healthy, starting, unhealthy, or empty where nothing checks
    image: str
    image_id: str
    exit_code: int
    restarts: int
    was_killed_for_memory: bool
    created_at: str  # ISO 8601 with nanoseconds
    started_at: str  # ISO 8601 with nanoseconds; in the year 1 if never
    addresses: tuple[str, ...]
    memory_limit: int  # bytes; 0 for none
    config_hash: str

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Container":
        """From what `docker inspect` shows of it."""
        state, labels = found["State"], found["Config"].get("Labels") or {}
        networks = found["NetworkSettings"].get("Networks") or {}
        return cls(
            id=found["Id"],
            name=found["Name"].lstrip("/"),
            service=labels.get("com.docker.compose.service", ""),
            state=state["Status"],
            health=(state.get("Health") or {}).get("Status", ""),
            image=found["Config"]["Image"],
            image_id=found["Image"],
            exit_code=state["ExitCode"],
            restarts=found["RestartCount"],
            was_killed_for_memory=bool(state.get("OOMKilled")),
            created_at=found["Created"],
            started_at=state["StartedAt"],
            addresses=tuple(network["IPAddress"] for network in networks.values() if network.get("IPAddress")),
            memory_limit=found["HostConfig"].get("Memory") or 0,
            config_hash=labels.get("com.docker.compose.config-hash", ""),
        )

    @property
    def created(self) -> float:
        """When it was made, in seconds since 1970."""
        return datetime.fromisoformat(self.created_at).timestamp()

    @property
    def started(self) -> float:
        """When it started last, in seconds since 1970; long before that if it never did."""
        return datetime.fromisoformat(self.started_at).timestamp()

    @property
    def is_well(self) -> bool:
        """Running, and healthy if somebody looks."""
        return self.state == "running" and self.health in {"", "healthy"}
