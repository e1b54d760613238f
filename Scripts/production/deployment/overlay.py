"""``state/colours.yml``: which colour of each service runs which release. Compose reads it after the files that declare the services."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from production.compose import Compose
from production.deployment.colours import BLUE, GREEN, Slot, slots
from production.files import write_atomically
from production.home import Home
from production.state import DEPLOYABLE, State

HEAD = "# Written by Scripts/tts: the serving colour of each service, the other one with the release before.\n"


class Declared(Compose):
    """The deployment as its files declare it, before any colour."""

    @property
    def files(self) -> list[Path]:
        """Every Compose file but ours."""
        return [path for path in super().files if path.name != "colours.yml"]


def release_of(state: State, slot: Slot, trying: Mapping[str, str], default: str) -> str:
    """The release that belongs into a slot: the serving one, the one that is tried, or the one before."""
    entry = state.services[slot.service]
    if slot.colour == entry.colour:
        return entry.release or default
    return trying.get(slot.service) or entry.previous or entry.release or default


def render(declared: Mapping[str, Any], state: State, trying: Mapping[str, str], default: str) -> dict[str, Any]:
    """The overlay for services as ``docker compose config`` shows them. ``trying``: service → release in the colour that does not serve."""
    services: dict[str, Any] = {}
    for name in DEPLOYABLE:
        entry = state.services[name]
        is_deployed = bool(entry.previous) or entry.colour == GREEN or name in trying
        for colour in (BLUE, GREEN) if is_deployed else (GREEN,):  # which a deployment that failed may have left
            for slot in slots(name, colour):
                release = release_of(state, slot, trying, default)
                # the front end before answers for its files
                runs = colour == entry.colour or name in trying or (name == "frontend" and is_deployed)
                services[slot.compose_name] = _definition(declared["services"][slot.base], slot, declared["name"], release, runs=runs)
    return {"services": services}


def _definition(base: Mapping[str, Any], slot: Slot, project: str, release: str, *, runs: bool) -> dict[str, Any]:
    image = f"{base['image'].rsplit(':', 1)[0]}:{release}"
    own: dict[str, Any] = {"image": image} | ({} if runs else {"scale": 0})
    if slot.colour == BLUE:
        return own
    twin = deepcopy({key: value for key, value in base.items() if key != "build"})
    # whoever asks for the service by its name finds the colour that runs
    networks = {network: {**(options or {}), "aliases": [slot.base]} for network, options in twin.get("networks", {}).items()}
    return twin | own | {"container_name": slot.container(project), "networks": networks}


def write(home: Home, state: State, trying: Mapping[str, str]) -> None:
    """Write the overlay. Raises ComposeFailed when the declared files cannot be rendered."""
    declared = Declared(home).config()
    content = render(declared, state, trying, default_release(home))
    write_atomically(home.state / "colours.yml", HEAD + yaml.safe_dump(content, sort_keys=False))


def default_release(home: Home) -> str:
    """The release of a service that was never deployed."""
    return home.values.get("TTS_RELEASE") or "local"
