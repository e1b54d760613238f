"""More workers for a service: ``state/scale.yml`` declares them, from the settings <SERVICE>_WORKERS. Each is like the first one.

Two workers of a service share its queue and take turns at its jobs; one of them, by a lock in the database, publishes its events.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import yaml

from production.compose import Compose
from production.deployment.overlay import Declared, default_release
from production.files import write_atomically
from production.home import Home
from production.state import SERVICES, State

HEAD = "# Written by Scripts/tts: workers beyond the first of a service. `Scripts/tts scale` changes it.\n"
MOST = 8


def wanted(home: Home, service: str) -> int:
    """How many workers the settings give a service; what cannot be read, preflight tells."""
    value = home.values.get(f"{service.upper()}_WORKERS", "")
    return min(max(int(value), 1), MOST) if value.isdecimal() else 1


def extras(home: Home, service: str) -> list[str]:
    """The Compose services of the workers beyond the first."""
    return [f"{service}-worker-{number}" for number in range(2, wanted(home, service) + 1)]


def write(home: Home) -> None:
    """Declare the extra workers, in the releases that serve. Raises ComposeFailed when the declared files cannot be rendered."""
    path = home.state / "scale.yml"
    if not any(extras(home, service) for service in SERVICES):
        path.unlink(missing_ok=True)
        return
    content = render(Declared(home).config(), home, State.load(home))
    write_atomically(path, HEAD + yaml.safe_dump(content, sort_keys=False))


def render(declared: Mapping[str, Any], home: Home, state: State) -> dict[str, Any]:
    """The overlay, for services as ``docker compose config`` shows them."""
    services = {}
    for service in SERVICES:
        base = declared["services"][f"{service}-worker"]
        release = state.services[service].release or default_release(home)
        for name in extras(home, service):
            own = {"image": f"{base['image'].rsplit(':', 1)[0]}:{release}", "container_name": f"{home.project}-{name}"}
            services[name] = deepcopy({key: value for key, value in base.items() if key != "build"}) | own
    return {"services": services}


def renew(compose: Compose, services: Sequence[str], *, force: bool = False) -> None:
    """Bring the extra workers of services to what is declared; ``force`` where only their secrets changed. Raises ComposeFailed."""
    write(compose.home)
    if names := [name for service in services for name in extras(compose.home, service)]:
        compose.run("up", "--detach", "--no-deps", *(["--force-recreate"] if force else []), *names, capture=True)
