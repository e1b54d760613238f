"""The import endpoint, with a log-in that is renewed and failures of the moment that are tried again."""

import time
from dataclasses import dataclass
from typing import Any

import httpx

from ops.importer.rows import BadRow, ImportRow
from ops.importer.target import Login

TRIES = 6


class Refused(RuntimeError):
    """The server will not take this import, however often it is asked."""


@dataclass(frozen=True)
class Outcome:
    """What became of one request's rows."""

    created: int
    existing: int
    errors: tuple[BadRow, ...]


class ImportApi:
    """Sends rows as one person."""

    def __init__(self, base_url: str, login: Login, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=60, transport=transport)
        self._login = login

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def send(self, source: str, status: str, rows: list[ImportRow], *, dry_run: bool) -> Outcome:
        """Send one chunk. Sending it again is harmless: the server knows source and external id."""
        if not rows:
            return Outcome(0, 0, ())
        body = {"source": source, "status": status, "dry_run": dry_run, "rows": [row.as_json() for row in rows]}
        answer = self._post("/api/v1/tickets/imports/", body).json()
        positions = {row.external_id: row.position for row in rows}
        errors = tuple(
            BadRow(positions.get(error["external_id"], 0), error["external_id"], error["field"], error["message"])
            for error in answer["errors"]
        )
        return Outcome(int(answer["created"]), int(answer["existing"]), errors)

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        for attempt in range(TRIES):
            try:
                self._authenticate()
                response = self._http.post(path, json=body)
            except httpx.TransportError as error:
                failure = f"no answer: {error}"
            else:
                if response.is_success:
                    return response
                failure = _problem(response)
                if response.status_code == 401:
                    self._http.headers.pop("Authorization", None)
                elif response.status_code not in {429, 500, 502, 503, 504}:
                    raise Refused(failure)
            if attempt + 1 < TRIES:
                time.sleep(0.5 * 2**attempt)
        raise Refused(f"given up after {TRIES} tries; the last one: {failure}")

    def _authenticate(self) -> None:
        if "Authorization" in self._http.headers:
            return
        response = self._http.post("/api/v1/auth/token/", json={"email": self._login.email, "password": self._login.password})
        if response.status_code in {400, 401, 403}:
            raise Refused(f"cannot log in as {self._login.email}: {_problem(response)}")
        response.raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {response.json()['access']}"


def _problem(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"HTTP {response.status_code}"
    detail = problem.get("detail") or problem.get("title") or ""
    fields = f" {problem['fields']}" if problem.get("fields") else ""
    return f"HTTP {response.status_code} {problem.get('code', '')}: {detail}{fields}"
