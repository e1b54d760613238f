"""One running system: its folder, its ports and what is written down about it."""

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootstrap.paths import ROOT, SERVICES

#: how far each listener lies from the front door's port
OFFSETS = {name: number for number, name in enumerate(SERVICES, start=1)} | {"postgres": 6, "mail": 7}
#: the prefix of a service's database and role
DATABASES = {name: f"tts_{name.split('_')[0]}" for name in SERVICES}


@dataclass(frozen=True)
class Instance:
    """Where an instance lives and listens."""

    data: Path
    port: int = 8080
    listen: str = "127.0.0.1"
    base_url: str = ""

    @property
    def url(self) -> str:
        """The public address."""
        return self.base_url or f"http://localhost:{self.port}"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.data / "logs"

    @property
    def mail(self) -> Path:
        """What the mail catcher kept."""
        return self.data / "mail"

    @property
    def media(self) -> Path:
        """Uploaded files."""
        return self.data / "media"

    @property
    def runtime(self) -> Path:
        """What lasts only as long as the instance runs."""
        return self.data / "run"

    @property
    def state_file(self) -> Path:
        """What other tools read about this instance."""
        return self.data / "instance.json"

    @property
    def logins_file(self) -> Path:
        """The demo people and their passwords."""
        return self.data / "demo-logins.json"

    def port_of(self, listener: str) -> int:
        """The port of a service, of PostgreSQL or of the mail catcher."""
        return self.port + OFFSETS[listener]

    def taken_ports(self, listeners: list[str]) -> list[str]:
        """Those of the ports that somebody else holds, as a person would name them."""
        wanted = {"front door": self.port} | {name: self.port_of(name) for name in listeners}
        return [f"{port} ({name})" for name, port in wanted.items() if not _is_free(self.listen, port)]

    def write_state(self, state: dict[str, Any]) -> None:
        """Replace the state file in one step."""
        draft = self.state_file.with_suffix(".tmp")
        draft.write_text(json.dumps(state, indent=2) + "\n")
        draft.replace(self.state_file)


def default_data() -> Path:
    """The folder of the instance that is meant when none is named."""
    return Path(os.environ.get("TTS_DATA", ROOT / ".data"))


def read_state(data: Path) -> dict[str, Any] | None:
    """What is written about the instance in this folder, or None if it was never started."""
    try:
        state: dict[str, Any] = json.loads((data / "instance.json").read_text())
    except FileNotFoundError:
        return None
    return state


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
