"""People and clients to test with."""

from typing import Any
from uuid import uuid4

from prometheus_client import REGISTRY

from access.models import Role
from access.selectors import held_by
from access.services import NewRole, create_role
from accounts.models import User
from accounts.services import NewUser, create_user
from servicekit.models import OutboxEvent
from servicekit.principal import SYSTEM, Principal
from servicekit.testing.api import DescribedClient
from servicekit.testing.events import published_events

PASSWORD = "correct horse battery"


def a_user(*roles: str, name: str = "Erin Example", email: str | None = None, password: str | None = None) -> User:
    """Somebody active with these roles, already told of."""
    email = email or f"{uuid4().hex[:10]}@example.org"
    user = create_user(new=NewUser(email=email, name=name, department="IT", password=password, roles=roles), by=SYSTEM)
    forget_published()
    return user


def a_role(*permissions: str, key: str = "helper", name: str = "Helper") -> Role:
    """A custom role of the agents' system, already told of."""
    role = create_role(new=NewRole(system="tts", key=key, name=name, permissions=permissions), by=SYSTEM)
    forget_published()
    return role


def forget_published() -> None:
    """What was published so far is no concern of the test."""
    OutboxEvent.objects.all().delete()


def told() -> list[Any]:
    """All that was published since."""
    return published_events()


def principal_of(user: User, **changes: Any) -> Principal:
    """Somebody as his access token would name him now."""
    user.refresh_from_db()
    held = held_by(user.id)
    values: dict[str, Any] = {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "session_id": uuid4(),
        "roles": frozenset(held.roles),
        "permissions": frozenset(held.permissions),
        "access_version": user.access_version,
    }
    return Principal(**values | changes)


def browser(user_agent: str = "Firefox") -> DescribedClient:
    """A browser that nobody has logged in with."""
    return DescribedClient(HTTP_USER_AGENT=user_agent)


def logged_in(user: User, *, remember: bool = False, user_agent: str = "Firefox") -> DescribedClient:
    """A browser in which somebody whose password is PASSWORD has logged in, and whose scripts send the CSRF header."""
    client = browser(user_agent)
    answer = client.post("/api/v1/auth/login/", {"email": user.email, "password": PASSWORD, "remember": remember})
    assert answer.status_code == 200, answer.content
    client.credentials(HTTP_X_CSRF_TOKEN=answer.json()["csrf_token"])
    return client


def program_tokens(user: User, *, user_agent: str = "robot/1") -> dict[str, Any]:
    """A program's tokens of somebody whose password is PASSWORD."""
    answer = browser(user_agent).post("/api/v1/auth/token/", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    tokens: dict[str, Any] = answer.json()
    return tokens


def counter(name: str, **labels: str) -> float:
    """What a counter for operators stands at."""
    return REGISTRY.get_sample_value(name, labels) or 0.0
