"""One person's way through the whole system: log in, file a ticket, hear of it over a socket, take it back, hear of that.

He has a fixed id (``servicekit.principal.SYNTHETIC_ID``): nobody is told of his tickets, and the ticket service deletes them after an hour.
"""

import json
import secrets
import socket
import time
from typing import Any
from uuid import uuid4

import httpx
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import ClientConnection, connect

from production.deployment.edge import Address
from production.deployment.engine import Engine
from production.deployment.upstreams import COOKIE
from production.errors import OperatorError
from production.files import write_atomically

EMAIL = "synthetic@tts.invalid"
PATIENCE = 15.0  # seconds until an event must have come
SUBJECT = "Synthetic transaction"
TOO_MANY, UNAUTHORIZED = 429, 401


class SyntheticFailed(OperatorError):
    """The transaction did not come to its end; the message names the step."""


class Synthetic:
    """The person. ``pass_value`` leads him to the releases that are tried, else he is served as everybody."""

    def __init__(self, engine: Engine, address: Address, auth_container: str) -> None:
        self._engine, self._address, self._auth_container = engine, address, auth_container
        self._password_file = engine.home.state / "synthetic"
        self._client = address.client()
        self.pass_value = ""
        self._token = ""
        self.ticket: dict[str, Any] = {}

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def headers(self) -> dict[str, str]:
        """Who he is, and where he wants to be served; logs in where he has not."""
        if not self._token:
            self._log_in()
        return {"Authorization": f"Bearer {self._token}"} | self._cookie()

    def forget(self) -> None:
        """Log in anew the next time."""
        self._token = ""

    def run(self) -> dict[str, float]:
        """All of it; seconds by step. Raises SyntheticFailed."""
        started, took = time.monotonic(), {}
        self.headers()
        took["log in"] = time.monotonic() - started
        self.ticket = self._ask("POST", "/api/v1/tickets/", self._request(), **{"Idempotency-Key": str(uuid4())})
        took["file a ticket"] = time.monotonic() - started - sum(took.values())
        try:
            with self._socket() as line:
                self._subscribe(line)
                took["hear of it"] = time.monotonic() - started - sum(took.values())
                self._ask("POST", f"/api/v1/tickets/{self.ticket['number']}/withdraw/", {"reason": "Only a try."})
                self._hear(line, "withdrawn")
                took["take it back and hear of it"] = time.monotonic() - started - sum(took.values())
        except (WebSocketException, InvalidHandshake, OSError) as failure:
            raise SyntheticFailed(f"the socket failed: {failure}") from failure
        return {step: round(seconds, 3) for step, seconds in took.items()}

    def _request(self) -> dict[str, Any]:
        """A ticket of the first category that asks for nothing."""
        for category in self._ask("GET", "/api/v1/categories/"):
            if category["is_active"] and not category["subcategories"] and not any(field["required"] for field in category["fields"]):
                return {"category": category["slug"], "subject": SUBJECT, "description": "Filed by the operator's tool; deletes itself."}
        raise SyntheticFailed("there is no category that a ticket can be filed in without answering questions")

    def _log_in(self) -> None:
        password = self._password_file.read_text(encoding="utf-8") if self._password_file.is_file() else ""
        answer = self._send("POST", "/api/v1/auth/token/", {"email": EMAIL, "password": password}) if password else None
        if answer is None or answer.status_code == UNAUTHORIZED:
            password = self._new_password()
            answer = self._send("POST", "/api/v1/auth/token/", {"email": EMAIL, "password": password})
        self._token = self._expect(answer)["access"]

    def _new_password(self) -> str:
        password = secrets.token_urlsafe(24)
        self._engine.tell(self._auth_container, password + "\n", "python", "manage.py", "synthetic_person")
        write_atomically(self._password_file, password)
        return password

    def _ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self._send(method, path, body, **self.headers(), **headers)
        if answer.status_code == UNAUTHORIZED:  # the token has expired, or somebody else logged in as him
            self.forget()
            answer = self._send(method, path, body, **self.headers(), **headers)
        return self._expect(answer)

    def _send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        for _ in range(5):
            try:
                answer = self._client.request(
                    method, path, json=body, headers=self._cookie() | headers, extensions={"sni_hostname": self._address.host}
                )
            except httpx.TransportError as failure:
                raise SyntheticFailed(f"{method} {path}: {failure or type(failure).__name__}") from failure
            if answer.status_code != TOO_MANY:
                break
            time.sleep(1.0)
        return answer

    @staticmethod
    def _expect(answer: httpx.Response) -> Any:
        if not answer.is_success:
            raise SyntheticFailed(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.pass_value}"} if self.pass_value else {}

    def _socket(self) -> ClientConnection:
        address = self._address
        return connect(
            f"wss://{address.host}/ws/", sock=socket.create_connection(("127.0.0.1", address.port), timeout=10), ssl=address.context,
            server_hostname=address.host, additional_headers=self.headers(), proxy=None, open_timeout=10, compression=None,
        )  # fmt: skip

    def _subscribe(self, line: ClientConnection) -> None:
        """Until the ticket is known there, and he has heard that it was filed."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            line.send(json.dumps({"type": "subscribe", "topic": f"ticket:{self.ticket['id']}", "after": 0}))
            frame = self._frame(line, deadline)
            while frame["type"] != "error":
                if frame["type"] == "event" and frame["body"].get("status") == "new":
                    return
                frame = self._frame(line, deadline)
            time.sleep(0.3)
        raise SyntheticFailed(f"ticket {self.ticket['number']} was not heard of within {PATIENCE:.0f} s")

    def _hear(self, line: ClientConnection, status: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while self._frame(line, deadline).get("body", {}).get("status") != status:
            pass

    def _frame(self, line: ClientConnection, deadline: float) -> dict[str, Any]:
        try:
            frame: dict[str, Any] = json.loads(line.recv(max(0.01, deadline - time.monotonic())))
        except TimeoutError:
            raise SyntheticFailed(f"nothing was heard of ticket {self.ticket['number']} within {PATIENCE:.0f} s") from None
        return frame
