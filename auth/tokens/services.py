"""All that can happen to sessions."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from access.locks import lock_user
from access.selectors import held_by
from accounts.errors import InvalidCredentials
from accounts.metrics import REVOCATIONS
from accounts.models import User
from accounts.passwords import check_credentials
from servicekit.clock import now
from servicekit.contracts.auth import SessionRevoked
from servicekit.errors import NotFound, require
from servicekit.events import publish
from servicekit.principal import Principal
from servicekit.revocation import SessionEnded, revoke_session
from tokens.models import Session, SessionKind
from tokens.rotation import Family, Verdict, judge
from tokens.signing import AccessToken, RefreshToken, csrf_token

logger = logging.getLogger("tts.tokens")
#: how long after the end of a session one of its access tokens may still be in time, clock differences included
TOKENS_OUTLIVE = AccessToken.lifetime + timedelta(minutes=1)


@dataclass(frozen=True)
class Client:
    """Where somebody logs in."""

    kind: SessionKind
    user_agent: str
    is_remembered: bool = False


@dataclass(frozen=True)
class Issued:
    """What a client is given to go on with."""

    user: User
    session: Session
    access: str
    refresh: str
    csrf: str
    issued_at: datetime

    @property
    def expires_at(self) -> datetime:
        """When the access token wants a refresh."""
        return self.issued_at + AccessToken.lifetime

    @property
    def expires_in(self) -> int:
        """The same in seconds from its issue."""
        return int(AccessToken.lifetime.total_seconds())


def log_in(*, email: str, password: str, client: Client) -> Issued:
    """A session for the right address and password. Raises InvalidCredentials, with one answer for every reason."""
    return open_session(user_id=check_credentials(email=email, password=password).id, client=client)


@transaction.atomic
def open_session(*, user_id: UUID, client: Client) -> Issued:
    """A new session of somebody who is still active."""
    user = lock_user(user_id)
    require(user.is_active, InvalidCredentials)
    session = Session(user=user, kind=client.kind, is_remembered=client.is_remembered, user_agent=client.user_agent)
    session.touch(now())
    session.save(force_insert=True)
    logger.info("logged in", extra={"user_id": user.id, "session_id": session.id})
    return _issue(user, session)


def refresh_session(*, presented: RefreshToken, user_agent: str) -> Issued:
    """New tokens for the current refresh token; a used one ends its session. Raises SessionEnded."""
    issued = _rotate_or_end(presented, user_agent)
    if issued is None:
        raise SessionEnded
    return issued


@transaction.atomic
def end_session(*, session_id: UUID, by: Principal) -> None:
    """Somebody ends one of his sessions, here or elsewhere."""
    require(_end_one(user_id=by.id, session_id=session_id), NotFound)


@transaction.atomic
def log_out(*, by: Principal) -> None:
    """Somebody ends the session that he asks with; harmless to repeat."""
    _end_one(user_id=by.id, session_id=by.session_id)


@transaction.atomic
def give_back(*, presented: RefreshToken) -> None:
    """A program logs out by handing back its refresh token; harmless to repeat."""
    _end_one(user_id=presented.user_id, session_id=presented.session_id)


def end_all_sessions(user: User, *, reason: str) -> None:
    """Every session of somebody ends. Call while holding his lock."""
    for session in Session.objects.select_for_update().filter(user=user, revoked_at=None, expires_at__gt=now()).order_by("id"):
        _end(session, reason=reason)


def end_sessions_of_everybody(*, reason: str) -> int:
    """Everybody has to log in again; how many were logged in. One transaction a person, so that nobody waits for the others."""
    people = list(
        Session.objects.filter(revoked_at=None, expires_at__gt=now()).order_by("user_id").values_list("user_id", flat=True).distinct()
    )
    for user_id in people:
        with transaction.atomic():
            end_all_sessions(lock_user(user_id), reason=reason)
    return len(people)


@transaction.atomic(durable=True)
def _rotate_or_end(presented: RefreshToken, user_agent: str) -> Issued | None:
    """None when the session is over, or is now because the token was used before; durable, so that this end stays."""
    user = User.objects.select_for_update().filter(id=presented.user_id).first()
    session = Session.objects.select_for_update().filter(id=presented.session_id, user=user).first()
    if user is None or session is None or not session.is_live(now()):
        return None
    family = Family(session.refresh_id, session.replaced_id, session.last_used_at, session.user_agent)
    verdict = judge(family, presented_id=presented.id, user_agent=user_agent, at=now())
    if verdict is Verdict.REUSED:
        logger.warning("refresh token reused", extra={"user_id": user.id, "session_id": session.id})
        _end(session, reason="reuse")
        return None
    if verdict is Verdict.CURRENT:
        session.user_agent = user_agent
        session.rotate(now())
        session.save()
    return _issue(user, session)


def _end_one(*, user_id: UUID, session_id: UUID) -> bool:
    """End a session if it has not ended yet; whether it had not."""
    User.objects.select_for_update().filter(id=user_id).first()
    session = Session.objects.select_for_update().filter(id=session_id, user_id=user_id, revoked_at=None).first()
    if session is not None:
        _end(session, reason="logout")
    return session is not None


def _end(session: Session, *, reason: str) -> None:
    at = now()
    session.revoked_at, session.revoked_reason = at, reason
    session.save(update_fields=["revoked_at", "revoked_reason"])
    revoke_session(session.id, at + TOKENS_OUTLIVE)
    REVOCATIONS.labels(reason).inc()
    publish(SessionRevoked(session_id=session.id, user_id=session.user_id, reason=reason, expires_at=at + TOKENS_OUTLIVE))


def _issue(user: User, session: Session) -> Issued:
    at = now()
    held = held_by(user.id)
    return Issued(
        user=user,
        session=session,
        access=str(AccessToken.of(session, user, held, at=at)),
        refresh=str(RefreshToken.of(session)),
        csrf=csrf_token(session),
        issued_at=at,
    )
