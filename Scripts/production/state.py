"""What the tool remembers of a deployment: which release of a service serves, in which colour, and which one did before."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from production.errors import OperatorError
from production.files import make_state_folder, write_atomically
from production.home import Home

#: the names on the command line; a worker goes along with its service, the front end has none
SERVICES = ("auth", "ticket", "workflow", "messaging", "notification")
DEPLOYABLE = (*SERVICES, "frontend")
COMPOSE_NAMES = {
    "auth": "auth-service",
    "ticket": "ticket-service",
    "workflow": "workflow-api",
    "messaging": "messaging-service",
    "notification": "notification-service",
    "frontend": "frontend",
}
PORTS = {"auth": 8000, "ticket": 8000, "workflow": 8000, "messaging": 8001, "notification": 8001, "frontend": 1000}
#: what each service calls itself: its folder, its queue, its Django project
DJANGO_NAMES = dict(zip(SERVICES, ("auth", "ticket_service", "workflow_api", "messaging", "notification_service"), strict=True))


@dataclass
class ServiceState:
    """One service. ``release`` is empty until a deployment chose one: then TTS_RELEASE of the settings counts."""

    colour: str = "blue"
    release: str = ""
    previous: str = ""


@dataclass
class State:
    """All services."""

    path: Path
    services: dict[str, ServiceState] = field(default_factory=lambda: {name: ServiceState() for name in DEPLOYABLE})

    @classmethod
    def load(cls, home: Home) -> "State":
        """What is written, or a fresh state. Raises OperatorError for a file that cannot be understood."""
        path = home.state / "state.json"
        state = cls(path)
        if not path.is_file():
            return state
        try:
            for name, entry in json.loads(path.read_text(encoding="utf-8"))["services"].items():
                state.services[name] = ServiceState(**entry)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OperatorError(f"{path} is damaged ({error}). Move it away: the tool then takes blue and TTS_RELEASE for all.") from error
        return state

    def save(self) -> None:
        """Write it in one step."""
        make_state_folder(self.path.parent)
        content = {"services": {name: asdict(service) for name, service in self.services.items()}}
        write_atomically(self.path, json.dumps(content, indent=2) + "\n")

    def serving(self, compose_name: str) -> str:
        """The Compose service that serves at the moment: of the other colour where green is in service. Workers go along."""
        for name, service in self.services.items():
            if compose_name in {COMPOSE_NAMES[name], f"{name}-worker"} and service.colour == "green":
                return f"{compose_name}-green"
        return compose_name

    def releases(self) -> dict[str, str]:
        """AUTH_RELEASE and its like, for Compose: only those that a deployment chose."""
        return {f"{name.upper()}_RELEASE": service.release for name, service in self.services.items() if service.release}
