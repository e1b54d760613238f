"""The public HTTP API as one person uses it; every answer is timed."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from ops.importer.target import Login
from ops.replay.measures import Measures

#: answers that a well-behaved client tries again
PASSING = frozenset({429, 502, 503, 504})
TRIES = 8


class ApiFailure(RuntimeError):
    """An answer that the driver cannot go on with."""

    def __init__(self, route: str, response: httpx.Response) -> None:
        super().__init__(f"{route}: HTTP {response.status_code} {response.text[:500]}")
        self.status = response.status_code


@dataclass
class Person:
    """Somebody logged in."""

    id: str
    name: str
    login: Login
    access: str = ""
    refresh: str = ""


class Api:
    """Calls made as a person. ``route`` names the endpoint in the report."""

    def __init__(self, base_url: str, measures: Measures) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        self.base_url = base_url
        self.measures = measures
        self._http = httpx.AsyncClient(base_url=base_url, timeout=30, limits=limits)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._http.aclose()

    async def log_in(self, login: Login) -> Person:
        """A fresh session."""
        tokens = (await self._send("POST token", "POST", "/api/v1/auth/token/", {}, {"json": _as_body(login)})).json()
        person = Person("", "", login, tokens["access"], tokens["refresh"])
        me = await self.call(person, "GET me", "GET", "/api/v1/auth/me/")
        person.id, person.name = me["id"], me["name"]
        return person

    async def renew(self, person: Person) -> None:
        """A fresh access token, by the refresh token or else by the password."""
        response = await self._http.post("/api/v1/auth/token/refresh/", json={"refresh": person.refresh})
        if response.is_error:
            response = await self._send("POST token", "POST", "/api/v1/auth/token/", {}, {"json": _as_body(person.login)})
        person.access, person.refresh = response.json()["access"], response.json()["refresh"]

    async def call(self, person: Person, route: str, method: str, path: str, **request: Any) -> Any:
        """The decoded answer (None if empty). An outdated token is renewed once; what is not a success raises ApiFailure."""
        headers = request.pop("headers", {})
        response = await self._send(route, method, path, {**headers, **_bearer(person)}, request)
        if response.status_code == 401:
            await self.renew(person)
            response = await self._send(route, method, path, {**headers, **_bearer(person)}, request)
        if response.is_error:
            raise ApiFailure(route, response)
        return response.json() if response.content else None

    async def _send(self, route: str, method: str, path: str, headers: dict[str, str], request: dict[str, Any]) -> httpx.Response:
        for attempt in range(TRIES):
            started = time.monotonic()
            try:
                response = await self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError as error:
                self.measures.failures[f"{route}: {type(error).__name__}"] += 1
                if attempt + 1 == TRIES:
                    raise
            else:
                self.measures.note(route, time.monotonic() - started, response.status_code, _code_of(response))
                if response.status_code not in PASSING or attempt + 1 == TRIES:
                    return response
            await asyncio.sleep(min(4.0, 0.25 * 2**attempt))
        raise AssertionError("unreachable")


def _as_body(login: Login) -> dict[str, str]:
    return {"email": login.email, "password": login.password}


def _bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.access}"}


def _code_of(response: httpx.Response) -> str:
    if not response.is_error:
        return ""
    try:
        return str(response.json().get("code", ""))
    except ValueError:
        return ""
