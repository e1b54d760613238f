"""The people who take part: made once, known again at the next run."""

import asyncio
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from ops.importer.target import Login
from ops.replay.api import Api, ApiFailure, Person

DOMAIN = "replay.tts"


class CannotPlay(RuntimeError):
    """Somebody would be given work and the driver cannot do it for him."""


@dataclass
class Cast:
    """Everybody, logged in."""

    admin: Person
    requesters: list[Person]
    coordinators: list[Person]
    agents: list[Person]

    def everybody(self) -> list[Person]:
        """All but the admin."""
        return [*self.requesters, *self.coordinators, *self.agents]


class PasswordFile:
    """Passwords of the people that the driver made, beside the instance."""

    def __init__(self, data: Path) -> None:
        self._file = data / "replay-people.json"
        self._known: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def of(self, email: str) -> Login:
        """The login of that person; a new one is kept before it is used."""
        if email not in self._known:
            self._known[email] = secrets.token_urlsafe(18)
            self._file.touch(mode=0o600)
            self._file.write_text(json.dumps(self._known, indent=1))
        return Login(email, self._known[email])

    def knows(self, email: str) -> bool:
        """Whether the driver made that person on this instance."""
        return email in self._known


class Casting:
    """Makes sure that exactly the people of the run are there."""

    def __init__(self, api: Api, admin: Person, data: Path) -> None:
        self._api, self._admin = api, admin
        self._passwords = PasswordFile(data)
        self._demo = _demo_logins(data)

    async def gather(self, *, requesters: int, coordinators: int, agents: int) -> Cast:
        """Everybody, logged in. Who else holds the agents' role here plays too, or is switched off if the driver made him."""
        made_agents = await self._ensure("agent", "tts.agent", agents)
        made_coordinators = await self._ensure("coordinator", "hdts.coordinator", coordinators)
        made_requesters = await self._ensure("requester", "hdts.employee", requesters)
        others = await self._other_agents({login.email for login in made_agents})
        logged_in = [await self._log_in_all(group) for group in (made_requesters, made_coordinators, [*made_agents, *others])]
        cast = Cast(self._admin, *logged_in)
        await self._wait_for_directory({person.id for person in cast.agents})
        return cast

    async def _ensure(self, kind: str, role: str, count: int) -> list[Login]:
        logins = [self._passwords.of(f"{kind}-{number:03d}@{DOMAIN}") for number in range(1, count + 1)]
        for login in logins:
            await self._ensure_one(login, role)
        return logins

    async def _ensure_one(self, login: Login, role: str) -> None:
        name = login.email.partition("@")[0].replace("-", " ").title()
        body = {"email": login.email, "name": name, "department": "Replay", "password": login.password, "roles": [role]}
        try:
            await self._api.call(self._admin, "POST users", "POST", "/api/v1/users/", json=body)
        except ApiFailure as failure:
            if failure.status not in {400, 409}:
                raise
            known = await self._find(login.email)
            if known is None:
                raise
            if not known["is_active"]:
                await self._api.call(self._admin, "POST activate", "POST", f"/api/v1/users/{known['id']}/activate/")

    async def _find(self, email: str) -> dict[str, object] | None:
        page = await self._api.call(self._admin, "GET users", "GET", "/api/v1/users/", params={"q": email})
        return next((user for user in page["results"] if user["email"] == email), None)

    async def _other_agents(self, wanted: set[str]) -> list[Login]:
        """Active holders of the agents' role beside those of this run."""
        playing = []
        for user in await self._users_with("tts.agent"):
            email = user["email"]
            if email in wanted:
                continue
            if email in self._demo:
                playing.append(self._demo[email])
            elif self._passwords.knows(email):
                await self._api.call(self._admin, "POST deactivate", "POST", f"/api/v1/users/{user['id']}/deactivate/")
            else:
                raise CannotPlay(f"{email} is an agent here and would be given tickets: switch him off for the replay")
        return playing

    async def _users_with(self, role: str) -> list[dict[str, str]]:
        users, cursor = [], None
        while True:
            params = {"role": role, "is_active": "true", "limit": "100"} | ({"cursor": cursor} if cursor else {})
            page = await self._api.call(self._admin, "GET users", "GET", "/api/v1/users/", params=params)
            users += page["results"]
            cursor = page["next"]
            if not cursor:
                return users

    async def _log_in_all(self, logins: list[Login]) -> list[Person]:
        return [await self._api.log_in(login) for login in logins]

    async def _wait_for_directory(self, agents: set[str], seconds: float = 60) -> None:
        """Until the workflow service has heard of all agents, and of nobody else who would be given work."""
        for _ in range(int(seconds * 4)):
            people = await self._api.call(self._admin, "GET people", "GET", "/api/v1/workflows/people/", params={"role": "tts.agent"})
            listed = {person["id"] for person in (people["results"] if isinstance(people, dict) else people)}
            if listed == agents:
                return
            await asyncio.sleep(0.25)
        raise CannotPlay(f"the workflow service lists {len(listed)} agents, {len(agents)} take part")


def _demo_logins(data: Path) -> dict[str, Login]:
    file = data / "demo-logins.json"
    entries = json.loads(file.read_text()) if file.exists() else []
    return {entry["email"]: Login(entry["email"], entry["password"]) for entry in entries}
