"""Two colours of each service: blue is the Compose service itself, green its twin. Either may serve; the other one is stopped."""

from collections.abc import Iterator
from dataclasses import dataclass

from production.state import COMPOSE_NAMES, PORTS, SERVICES, State

BLUE, GREEN = "blue", "green"


def other(colour: str) -> str:
    """The colour that this one is not."""
    return GREEN if colour == BLUE else BLUE


@dataclass(frozen=True)
class Slot:
    """The place of one container: a service's web process or its worker, in one colour."""

    service: str
    colour: str
    is_worker: bool = False

    @property
    def base(self) -> str:
        """The Compose service that both colours come from."""
        return f"{self.service}-worker" if self.is_worker else COMPOSE_NAMES[self.service]

    @property
    def compose_name(self) -> str:
        """Its own Compose service."""
        return f"{self.base}-green" if self.colour == GREEN else self.base

    def container(self, project: str) -> str:
        """Its container, which is also its name in the networks."""
        role, green = "-worker" if self.is_worker else "", "-green" if self.colour == GREEN else ""
        return f"{project}-{self.service}{role}{green}"

    def address(self, project: str) -> str:
        """Where nginx finds it."""
        return f"{self.container(project)}:{PORTS[self.service]}"

    @property
    def twin(self) -> "Slot":
        """The same in the other colour."""
        return Slot(self.service, other(self.colour), self.is_worker)


def web(state: State, service: str) -> Slot:
    """Who answers the requests of a service."""
    return Slot(service, state.services[service].colour)


def worker(state: State, service: str) -> Slot:
    """Who does its work; it has the colour of its service."""
    return Slot(service, state.services[service].colour, is_worker=True)


def slots(service: str, colour: str) -> Iterator[Slot]:
    """The containers of a service in one colour, in the order in which they are replaced."""
    yield Slot(service, colour)
    if service in SERVICES:
        yield Slot(service, colour, is_worker=True)
