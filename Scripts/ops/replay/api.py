"""The public HTTP API as one person uses it; every answer is timed."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from ops.importer.target import Login
from ops.replay.measures import Measures

#: answers that a well-behaved client tries again
PASSING = frozenset({429, 502, 503, 504})
TRIES = 8
NO_COOKIES = aiohttp.DummyCookieJar  # people are told apart by their tokens


@dataclass(frozen=True)
class Answer:
    """What came back, read whole."""

    status: int
    content: bytes

    @property
    def is_error(self) -> bool:
        """Whether it is no success."""
        return self.status >= 400

    def json(self) -> Any:
        """The decoded body. Raises ValueError for what is no JSON."""
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """The problem's code; "" for a success or what is no problem document."""
        try:
            return str(self.json().get("code", "")) if self.is_error else ""
        except ValueError:
            return ""


class ApiFailure(RuntimeError):
    """An answer that the driver cannot go on with."""

    def __init__(self, route: str, answer: Answer) -> None:
        super().__init__(f"{route}: HTTP {answer.status} {answer.content[:500].decode(errors='replace')}")
        self.status = answer.status


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
        self.base_url = base_url
        self.measures = measures
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of all connections."""
        if self._http is not None:
            await self._http.close()

    async def log_in(self, login: Login) -> Person:
        """A fresh session."""
        tokens = (await self._send("POST token", "POST", "/api/v1/auth/token/", {}, {"json": _as_body(login)})).json()
        person = Person("", "", login, tokens["access"], tokens["refresh"])
        me = await self.call(person, "GET me", "GET", "/api/v1/auth/me/")
        person.id, person.name = me["id"], me["name"]
        return person

    async def renew(self, person: Person) -> None:
        """A fresh access token, by the refresh token or else by the password."""
        answer = await self._send("POST token/refresh", "POST", "/api/v1/auth/token/refresh/", {}, {"json": {"refresh": person.refresh}})
        if answer.is_error:
            answer = await self._send("POST token", "POST", "/api/v1/auth/token/", {}, {"json": _as_body(person.login)})
        tokens = answer.json()
        person.access, person.refresh = tokens["access"], tokens["refresh"]

    async def call(self, person: Person, route: str, method: str, path: str, **request: Any) -> Any:
        """The decoded answer (None if empty). An outdated token is renewed once; what is not a success raises ApiFailure."""
        headers = request.pop("headers", {})
        answer = await self._send(route, method, path, {**headers, **_bearer(person)}, request)
        if answer.status == 401:
            await self.renew(person)
            answer = await self._send(route, method, path, {**headers, **_bearer(person)}, request)
        if answer.is_error:
            raise ApiFailure(route, answer)
        return answer.json() if answer.content else None

    async def _send(self, route: str, method: str, path: str, headers: dict[str, str], request: dict[str, Any]) -> Answer:
        for attempt in range(TRIES):
            started = time.monotonic()
            try:
                answer = await self._exchange(method, path, headers, request)
            except (aiohttp.ClientConnectionError, TimeoutError) as error:
                self.measures.failures[f"{route}: {type(error).__name__}"] += 1
                if attempt + 1 == TRIES:
                    raise
            else:
                self.measures.note(route, time.monotonic() - started, answer.status, answer.code)
                if answer.status not in PASSING or attempt + 1 == TRIES:
                    return answer
            await asyncio.sleep(min(4.0, 0.25 * 2**attempt))
        raise AssertionError("unreachable")

    async def _exchange(self, method: str, path: str, headers: dict[str, str], request: dict[str, Any]) -> Answer:
        if self._http is None:  # made within the running loop
            connections = aiohttp.TCPConnector(limit=64)
            self._http = aiohttp.ClientSession(
                self.base_url, connector=connections, timeout=aiohttp.ClientTimeout(30), cookie_jar=NO_COOKIES()
            )
        async with self._http.request(method, path, headers=headers, **request) as response:
            return Answer(response.status, await response.read())


def _as_body(login: Login) -> dict[str, str]:
    return {"email": login.email, "password": login.password}


def _bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.access}"}
