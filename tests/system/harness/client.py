"""The public API as one person uses it, with every accepted write in the journal."""

import hashlib
import time
from collections.abc import Collection
from typing import Any
from uuid import uuid4

import httpx

from tests.system.harness.journal import Filed, Journal, Move, Said, Upload
from tests.system.harness.stack import Stack

#: failures of the moment
PASSING = frozenset({429, 502, 503, 504})


class NotAccepted(AssertionError):
    """An answer that the test did not expect."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text[:600]}")
        self.status = response.status_code


class Client:
    """One person's session. ``patience``: for how many seconds a request is tried again while the system is down."""

    def __init__(self, stack: Stack, journal: Journal, email: str, password: str, patience: float = 0.0) -> None:
        self.stack, self.journal, self.patience = stack, journal, max(patience, 10.0)  # to log in, a 503 is tried again
        self._credentials = {"email": email, "password": password}
        self._http = httpx.Client(timeout=20)
        self.access = ""
        self.refresh = ""
        self.log_in()
        me = self.get("/api/v1/auth/me/")
        self.id, self.name, self.email = me["id"], me["name"], email
        self.patience = patience

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def log_in(self) -> None:
        """A fresh session."""
        tokens = self._until_answered("POST", "/api/v1/auth/token/", json=self._credentials)
        if tokens.is_error:
            raise NotAccepted(tokens)
        self.access, self.refresh = tokens.json()["access"], tokens.json()["refresh"]

    def renew(self) -> httpx.Response:
        """A fresh access token by the refresh token."""
        answer = self._until_answered("POST", "/api/v1/auth/token/refresh/", json={"refresh": self.refresh})
        if answer.is_success:
            self.access, self.refresh = answer.json()["access"], answer.json()["refresh"]
        return answer

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The bare answer, whatever it is. An outdated token is renewed once."""
        answer = self._until_answered(method, path, **request)
        if answer.status_code == 401 and answer.json().get("code") in {"token_expired", "token_outdated"} and self.renew().is_success:
            answer = self._until_answered(method, path, **request)
        if answer.status_code == 500:
            self.journal.note_server_error(f"{method} {path}: {answer.text[:300]}")
        return answer

    def get(self, path: str, **params: Any) -> Any:
        """What a successful GET says."""
        return self._expect("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any] | None = None, **request: Any) -> Any:
        """What a successful POST says."""
        return self._expect("POST", path, json=body or {}, **request)

    def file_ticket(self, subject: str, attachments: Collection[str] = (), category: str = "others") -> Filed:
        """Submit a ticket, under a key that makes trying again harmless."""
        body = {
            "category": category,
            "subject": subject,
            "description": f"About {subject}.",
            "fields": {},
            "attachments": list(attachments),
        }
        ticket = self.post("/api/v1/tickets/", body, headers={"Idempotency-Key": str(uuid4())})
        filed = Filed(ticket["id"], ticket["number"], subject)
        self.journal.note(filed)
        return filed

    def upload(self, content: bytes, name: str = "notes.txt") -> Upload:
        """Store a file."""
        stored = self._expect("POST", "/api/v1/attachments/", files={"file": (name, content, "text/plain")})
        upload = Upload(stored["id"], hashlib.sha256(content).hexdigest())
        self.journal.note(upload)
        return upload

    def approve(self, number: str, priority: str = "high") -> dict[str, Any]:
        """Approve a ticket as a coordinator."""
        ticket: dict[str, Any] = self.post(f"/api/v1/tickets/{number}/approve/", {"priority": priority, "department": "IT"})
        self.journal.note(Move("approved", number))
        return ticket

    def comment(self, ticket_id: str, body: str, visibility: str = "public") -> Said:
        """Say something on a ticket."""
        content = {"ticket_id": ticket_id, "body": body, "visibility": visibility}
        posted = self.post("/api/v1/comments/", content, headers={"Idempotency-Key": str(uuid4())})
        said = Said(posted["id"], ticket_id, body)
        self.journal.note(said)
        return said

    def act(self, item: dict[str, Any]) -> None:
        """Take the first way onward."""
        move = {"transition": item["transitions"][0]["key"], "note": "Done."}
        self.post(f"/api/v1/tasks/{item['id']}/act/", move)
        self.journal.note(Move("acted", item["id"]))

    def open_items(self) -> list[dict[str, Any]]:
        """The items that wait for this agent."""
        page = self.get("/api/v1/tasks/", scope="mine", status="open", limit=100)
        return [item for item in page["results"] if item["assignee"] and item["assignee"]["id"] == self.id]

    def _expect(self, method: str, path: str, **request: Any) -> Any:
        answer = self.ask(method, path, **request)
        if not answer.is_success:
            raise NotAccepted(answer)
        return answer.json() if answer.content else None

    def _until_answered(self, method: str, path: str, **request: Any) -> httpx.Response:
        deadline = time.monotonic() + self.patience
        headers = {**request.pop("headers", {})}
        while True:
            bearer = {"Authorization": f"Bearer {self.access}"} if self.access else {}
            try:
                answer = self._http.request(method, self.stack.url_for(path), headers={**headers, **bearer}, **request)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code not in PASSING or time.monotonic() > deadline:
                    return answer
            time.sleep(0.2)
