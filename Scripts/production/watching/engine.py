"""What the Docker Engine tells of a project's containers, asked over its socket: no program is started, nothing is changed."""

import io
import json
import os
import posixpath
import socket
import struct
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlencode

from production.containers import Container
from production.errors import OperatorError

SOCKET = "/var/run/docker.sock"
PATIENCE = 10.0  # seconds
LINKS = 5  # that are followed
FRAME = struct.Struct(">BxxxL")  # of a log: which stream, how many bytes follow


class EngineSilent(OperatorError):
    """Docker does not answer."""


@dataclass(frozen=True)
class Use:
    """What a container uses: bytes that cannot be taken from it, and seconds of CPU since its start."""

    memory: int
    cpu_seconds: float


class _Line(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    """The engine behind DOCKER_HOST, if that is a socket of this host, else behind the usual socket."""

    def __init__(self, path: str = "") -> None:
        given = os.environ.get("DOCKER_HOST", "")
        self._path = path or (given.removeprefix("unix://") if given.startswith("unix://") else SOCKET)

    def containers(self, project: str) -> list[Container]:
        """Every container of a Compose project, also those that have ended. Raises EngineSilent."""
        wanted = json.dumps({"label": [f"com.docker.compose.project={project}"]})
        listed = self._json(f"/containers/json?{urlencode({'all': 'true', 'filters': wanted})}")
        found = [entry for item in listed if (entry := self._json(f"/containers/{item['Id']}/json", missing=None))]
        return sorted(map(Container.of, found), key=lambda container: container.name)

    def use(self, container: Container) -> Use:
        """Its memory and CPU. Raises EngineSilent."""
        stats = self._json(f"/containers/{container.id}/stats?stream=false&one-shot=true", missing={})
        memory = stats.get("memory_stats", {}).get("stats", {})
        anonymous = memory.get("anon", memory.get("total_rss", 0))  # control groups of version 2, of version 1
        return Use(int(anonymous), stats.get("cpu_stats", {}).get("cpu_usage", {}).get("total_usage", 0) / 1e9)

    def log(self, container: Container, since: float, until: float) -> Iterator[str]:
        """The lines of its standard output between two moments (seconds since 1970). Raises EngineSilent."""
        span = urlencode({"stdout": "true", "since": f"{since:.3f}", "until": f"{until:.3f}"})
        body = self._get(f"/containers/{container.id}/logs?{span}") or b""
        yield from _frames(body).decode(errors="replace").splitlines()

    def file(self, container: Container, path: str) -> bytes | None:
        """A file in it, also in a volume of it, through symbolic links; None if there is none. Raises EngineSilent."""
        for _ in range(LINKS):
            body = self._get(f"/containers/{container.id}/archive?path={quote(path)}")
            if body is None:
                return None
            with tarfile.open(fileobj=io.BytesIO(body)) as archive:
                member = archive.next()
                if member is None or not member.issym():
                    content = archive.extractfile(member) if member and member.isfile() else None
                    return content.read() if content else None
                path = posixpath.normpath(posixpath.join(posixpath.dirname(path), member.linkname))
        return None

    def _json(self, path: str, missing: Any = None) -> Any:
        body = self._get(path)
        return missing if body is None else json.loads(body)

    def _get(self, path: str) -> bytes | None:
        line = _Line(self._path)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as error:
            raise EngineSilent(f"The Docker Engine does not answer at {self._path}: {error}") from error
        finally:
            line.close()
        if answer.status == 404:
            return None
        if answer.status >= 400:
            raise EngineSilent(f"The Docker Engine answers {answer.status}: {body.decode(errors='replace')[:200]}")
        return body


def _frames(body: bytes) -> bytes:
    """The standard output in a log that holds both streams in frames."""
    parts, at = [], 0
    while at + FRAME.size <= len(body):
        stream, length = FRAME.unpack_from(body, at)
        at += FRAME.size
        if stream == 1:
            parts.append(body[at : at + length])
        at += length
    return b"".join(parts)
