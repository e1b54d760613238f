"""The people of a demonstration."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from access.selectors import held_by
from access.services import grant_role
from accounts.models import User
from accounts.services import NewUser, create_user, set_password
from servicekit.principal import SYSTEM


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demonstration."""

    role: str
    email: str
    name: str
    department: str


@dataclass(frozen=True)
class DemoLogin:
    """How to log in as somebody of the demonstration."""

    role: str
    email: str
    password: str
    name: str


DEMO_PEOPLE = (
    DemoPerson("hdts.employee", "employee@demo.tts", "Erin Employee", "Finance"),
    DemoPerson("hdts.coordinator", "coordinator@demo.tts", "Cora Coordinator", "IT"),
    DemoPerson("hdts.admin", "hdts-admin@demo.tts", "Hal Desk", "IT"),
    DemoPerson("tts.agent", "agent@demo.tts", "Ada Agent", "IT"),
    DemoPerson("tts.agent", "agent2@demo.tts", "Ben Agent", "IT"),
    DemoPerson("tts.admin", "admin@demo.tts", "Tara Admin", "IT"),
    DemoPerson("platform.superuser", "root@demo.tts", "Ruth Root", "IT"),
)


@transaction.atomic
def ensure_demo_login(person: DemoPerson, known_password: str | None) -> DemoLogin:
    """The person exists, holds the role, and has the known password if that is still right, else a new random one."""
    user = User.objects.by_email(person.email).first()
    if user is not None and known_password is not None and user.check_password(known_password):
        password = known_password
    else:
        password = secrets.token_urlsafe(12)
        user = _set_password(user, person, password)
    if person.role not in held_by(user.id).roles:
        grant_role(user_id=user.id, role=person.role, by=SYSTEM)
    return DemoLogin(person.role, person.email, password, person.name)


def _set_password(user: User | None, person: DemoPerson, password: str) -> User:
    if user is not None:
        return set_password(user_id=user.id, password=password, by=SYSTEM)
    new = NewUser(email=person.email, name=person.name, department=person.department, password=password, roles=(person.role,))
    return create_user(new=new, by=SYSTEM)
