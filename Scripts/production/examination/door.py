"""The edge, spoken to from this machine under its public name, whatever DNS says."""

import base64
import os
import socket
import ssl
from dataclasses import dataclass

import httpx

from production.home import Home

SECONDS = 10.0


@dataclass(frozen=True)
class Door:
    """Where nginx listens. ``verifies`` is off for a certificate that nobody vouches for."""

    domain: str
    http_port: int
    https_port: int
    verifies: bool = True

    @classmethod
    def of(cls, home: Home, *, verifies: bool = True) -> "Door":
        """The door of a deployment. Raises KeyError or ValueError for settings that preflight refuses."""
        return cls(home.values["TTS_DOMAIN"], int(home.values["HTTP_PORT"]), int(home.values["HTTPS_PORT"]), verifies)

    @property
    def authority(self) -> str:
        """The name and, where it is another one than 443, the port."""
        return self.domain if self.https_port == 443 else f"{self.domain}:{self.https_port}"

    def get(self, path: str, accept: str = "*/*") -> httpx.Response:
        """GET over TLS. Raises httpx.HTTPError."""
        headers = {"Host": self.authority, "Accept": accept}
        with httpx.Client(verify=self.context(), timeout=SECONDS) as client:
            request = client.build_request("GET", f"https://127.0.0.1:{self.https_port}{path}", headers=headers)
            request.extensions["sni_hostname"] = self.domain
            return client.send(request)

    def get_in_the_clear(self, path: str) -> httpx.Response:
        """GET without TLS. Raises httpx.HTTPError."""
        return httpx.get(f"http://127.0.0.1:{self.http_port}{path}", headers={"Host": self.domain}, timeout=SECONDS)

    def handshake(self, path: str) -> int:
        """The status that a WebSocket handshake is answered with. Raises OSError or ValueError."""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.authority}", f"Origin: https://{self.authority}", "Connection: Upgrade"]
        lines += ["Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", ""]
        with socket.create_connection(("127.0.0.1", self.https_port), SECONDS) as raw, self._wrapped(raw) as wrapped:
            wrapped.sendall("\r\n".join(lines).encode())
            return int(wrapped.recv(1024).split(b" ", 2)[1])

    def _wrapped(self, raw: socket.socket) -> ssl.SSLSocket:
        return self.context().wrap_socket(raw, server_hostname=self.domain)

    def context(self) -> ssl.SSLContext:
        """What is asked of the certificate."""
        context = ssl.create_default_context()
        if not self.verifies:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
