"""The small local list that each request is held against: ended sessions, and how fresh a person's rights must be."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from servicekit.clock import now
from servicekit.contracts.auth import AccessEvent, AssignmentGranted, AssignmentRevoked, AssignmentUpdated, SessionRevoked
from servicekit.errors import NotAuthenticated
from servicekit.events import Meta, handles
from servicekit.jobs import every
from servicekit.models import RevokedSession
from servicekit.principal import Principal

CHECK = """
SELECT EXISTS (SELECT 1 FROM servicekit_revokedsession WHERE session_id = %s),
       EXISTS (SELECT 1 FROM servicekit_accessfloor WHERE user_id = %s AND min_version > %s)
"""


class SessionEnded(NotAuthenticated):
    code, title = "session_revoked", "This session was ended"


class TokenOutdated(NotAuthenticated):
    code, title = "token_outdated", "Your rights have changed: refresh the token"


def check(principal: Principal) -> None:
    """Raise SessionEnded or TokenOutdated if the principal's token is no longer good, though in time."""
    ended, outdated = _state(principal)
    if ended:
        raise SessionEnded
    if outdated:
        raise TokenOutdated


def _state(principal: Principal) -> tuple[bool, bool]:
    """Ended, outdated. The first question of a request also finds out that a kept connection is dead, and asks again on a new one."""
    try:
        return _ask(principal)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return _ask(principal)


def _ask(principal: Principal) -> tuple[bool, bool]:
    with connection.cursor() as cursor:
        cursor.execute(CHECK, [principal.session_id, principal.id, principal.access_version])
        row = cursor.fetchone()
    return row if row else (True, True)


def revoke_session(session_id: UUID, until: datetime) -> None:
    """Refuse every token of the session here; after ``until`` the tokens are expired anyway."""
    RevokedSession.objects.get_or_create(session_id=session_id, defaults={"expires_at": until})


def raise_floor(user_id: UUID, version: int) -> None:
    """Refuse the person's tokens whose rights are older than ``version``. A floor never sinks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO servicekit_accessfloor (user_id, min_version) VALUES (%s, %s) ON CONFLICT (user_id) "
            "DO UPDATE SET min_version = greatest(servicekit_accessfloor.min_version, excluded.min_version)",
            [user_id, version],
        )


@handles(SessionRevoked)
def on_session_revoked(event: SessionRevoked, meta: Meta) -> None:
    """A logout elsewhere ends the session here too."""
    revoke_session(event.session_id, event.expires_at)


@handles(AssignmentGranted, AssignmentRevoked, AssignmentUpdated)
def on_access_changed(event: AccessEvent, meta: Meta) -> None:
    """Tokens with the old rights are refused from now on."""
    raise_floor(event.user_id, event.access_version)


@every(timedelta(hours=24), name="purge_revocations")
def purge_revocations() -> None:
    """Forget sessions whose tokens have all expired."""
    RevokedSession.objects.filter(expires_at__lt=now()).delete()
