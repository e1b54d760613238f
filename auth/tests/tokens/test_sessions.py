"""Sessions: opening, going on, ending."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.errors import InvalidCredentials
from accounts.models import LoginTries
from accounts.services import deactivate_user
from servicekit.contracts.auth import SessionRevoked
from servicekit.errors import NotFound
from servicekit.models import RevokedSession
from servicekit.principal import SYSTEM
from servicekit.revocation import SessionEnded
from tests.factories import a_user, counter, forget_published, principal_of, told
from tokens.errors import RefreshTokenInvalid
from tokens.keys import key_id, read_signing_key
from tokens.models import Session, SessionKind
from tokens.services import Client, end_session, give_back, log_out, open_session, refresh_session
from tokens.signing import REFRESH_AUDIENCE, AccessToken, RefreshToken, csrf_token

pytestmark = pytest.mark.usefixtures("seeded")
PROGRAM = Client(SessionKind.PROGRAM, "robot/1")
BROWSER = Client(SessionKind.BROWSER, "Firefox")


def go_on(issued, user_agent="robot/1"):
    return refresh_session(presented=RefreshToken.read(issued.refresh, issued.session.kind), user_agent=user_agent)


def claims_of(token, audience):
    key = read_signing_key(settings.JWT_SIGNING_KEY).public_key()
    return jwt.decode(token, key, algorithms=["EdDSA"], audience=audience, issuer="tts-auth")


def end_of(session, reason, at):
    return SessionRevoked(session_id=session.id, user_id=session.user_id, reason=reason, expires_at=at + timedelta(minutes=11))


def test_an_access_token_says_who_what_and_until_when():
    user = a_user("hdts.employee", name="Erin", email="e@example.org")
    issued = open_session(user_id=user.id, client=PROGRAM)
    claims = claims_of(issued.access, "tts")
    assert claims.pop("jti")
    assert claims == {
        "typ": "access",
        "iss": "tts-auth",
        "aud": "tts",
        "sub": str(user.id),
        "sid": str(issued.session.id),
        "name": "Erin",
        "email": "e@example.org",
        "roles": ["hdts.employee"],
        "perms": ["ticket.submit"],
        "av": 1,
        "iat": int(issued.issued_at.timestamp()),
        "exp": int(issued.issued_at.timestamp()) + 600,
    }
    assert issued.expires_in == 600


def test_tokens_name_the_key_and_are_signed_with_eddsa():
    issued = open_session(user_id=a_user().id, client=PROGRAM)
    kid = key_id(read_signing_key(settings.JWT_SIGNING_KEY).public_key())
    for token in (issued.access, issued.refresh):
        assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "JWT", "kid": kid}


def test_only_a_browsers_tokens_carry_the_csrf_token_of_their_session():
    user = a_user()
    browser, program = open_session(user_id=user.id, client=BROWSER), open_session(user_id=user.id, client=PROGRAM)
    assert claims_of(browser.access, "tts")["csrf"] == claims_of(browser.refresh, REFRESH_AUDIENCE)["csrf"] == browser.csrf
    assert "csrf" not in claims_of(program.access, "tts")
    assert csrf_token(browser.session) != csrf_token(program.session)


@pytest.mark.parametrize(("is_remembered", "lifetime"), [(False, timedelta(hours=12)), (True, timedelta(days=30))])
def test_a_session_lives_12_hours_after_its_last_use_and_a_remembered_one_30_days(frozen_clock, is_remembered, lifetime):
    start = frozen_clock.now
    issued = open_session(user_id=a_user().id, client=Client(SessionKind.PROGRAM, "robot/1", is_remembered=is_remembered))
    assert issued.session.expires_at == start + lifetime
    frozen_clock.advance(lifetime - timedelta(seconds=1))
    later = go_on(issued)
    assert later.session.expires_at == start + 2 * lifetime - timedelta(seconds=1)
    frozen_clock.advance(lifetime)
    with pytest.raises(SessionEnded):
        go_on(later)


def test_no_token_is_stored():
    issued = open_session(user_id=a_user().id, client=PROGRAM)
    row = str(Session.objects.filter(id=issued.session.id).values().get())
    assert issued.refresh not in row
    assert issued.refresh.rsplit(".", 1)[1] not in row


def test_each_refresh_replaces_the_token_and_keeps_the_session(frozen_clock):
    issued = open_session(user_id=a_user().id, client=PROGRAM)
    seen = [issued.refresh]
    for _ in range(3):
        frozen_clock.advance(timedelta(minutes=10))
        issued = go_on(issued)
        seen.append(issued.refresh)
    assert len(set(seen)) == 4
    assert Session.objects.get().id == issued.session.id
    assert told() == []


def test_a_token_used_again_after_5_seconds_ends_the_session_for_both_holders(frozen_clock):
    first = open_session(user_id=a_user().id, client=PROGRAM)
    second = go_on(first)
    frozen_clock.advance(timedelta(seconds=6))
    with pytest.raises(SessionEnded):
        go_on(first)
    with pytest.raises(SessionEnded):
        go_on(second)
    assert told() == [end_of(first.session, "reuse", frozen_clock.now)]
    assert Session.objects.get().revoked_reason == "reuse"
    assert RevokedSession.objects.get().session_id == first.session.id


def test_a_token_used_again_by_another_client_ends_the_session_at_once():
    first = open_session(user_id=a_user().id, client=PROGRAM)
    go_on(first)
    with pytest.raises(SessionEnded):
        go_on(first, user_agent="curl/8")
    assert [event.reason for event in told()] == ["reuse"]


def test_a_token_from_before_the_last_one_has_no_grace():
    first = open_session(user_id=a_user().id, client=PROGRAM)
    go_on(go_on(first))
    with pytest.raises(SessionEnded):
        go_on(first)
    assert [event.reason for event in told()] == ["reuse"]


def test_a_token_sent_twice_within_5_seconds_by_one_client_is_answered_with_the_same_successor(frozen_clock):
    first = open_session(user_id=a_user().id, client=PROGRAM)
    second = go_on(first)
    frozen_clock.advance(timedelta(seconds=5))
    twin = go_on(first)
    assert twin.refresh == second.refresh
    assert (twin.session.id, twin.session.refresh_id) == (second.session.id, second.session.refresh_id)
    assert told() == []
    assert go_on(twin).refresh != second.refresh


def test_the_theft_of_one_session_leaves_the_persons_others_alone(frozen_clock):
    user = a_user()
    stolen, other = open_session(user_id=user.id, client=PROGRAM), open_session(user_id=user.id, client=PROGRAM)
    go_on(stolen)
    frozen_clock.advance(timedelta(seconds=6))
    with pytest.raises(SessionEnded):
        go_on(stolen)
    assert go_on(other).session.id == other.session.id


def test_a_refresh_carries_the_rights_of_now():
    user = a_user("hdts.employee")
    issued = open_session(user_id=user.id, client=PROGRAM)
    from access.services import grant_role

    grant_role(user_id=user.id, role="tts.agent", by=SYSTEM)
    claims = claims_of(go_on(issued).access, "tts")
    assert (claims["av"], claims["roles"]) == (2, ["hdts.employee", "tts.agent"])


def test_no_session_opens_for_somebody_who_is_switched_off():
    user = a_user()
    a_user("platform.superuser")
    deactivate_user(user_id=user.id, by=SYSTEM)
    with pytest.raises(InvalidCredentials):
        open_session(user_id=user.id, client=PROGRAM)
    assert not Session.objects.exists()


def test_no_session_goes_on_for_somebody_who_was_switched_off():
    user = a_user()
    issued = open_session(user_id=user.id, client=PROGRAM)
    a_user("platform.superuser")
    deactivate_user(user_id=user.id, by=SYSTEM)
    with pytest.raises(SessionEnded):
        go_on(issued)


def test_logging_out_ends_the_session_and_is_told_once(frozen_clock):
    user = a_user()
    issued = open_session(user_id=user.id, client=PROGRAM)
    for _ in range(2):
        log_out(by=principal_of(user, session_id=issued.session.id))
    assert told() == [end_of(issued.session, "logout", frozen_clock.now)]
    with pytest.raises(SessionEnded):
        go_on(issued)


def test_a_refresh_token_that_is_handed_back_ends_its_session_once(frozen_clock):
    issued = open_session(user_id=a_user().id, client=PROGRAM)
    for _ in range(2):
        give_back(presented=RefreshToken.read(issued.refresh, SessionKind.PROGRAM))
    assert told() == [end_of(issued.session, "logout", frozen_clock.now)]


def test_nobody_ends_somebody_elses_session():
    theirs, me = open_session(user_id=a_user().id, client=PROGRAM), a_user("platform.superuser")
    for session_id in (theirs.session.id, uuid4()):
        with pytest.raises(NotFound):
            end_session(session_id=session_id, by=principal_of(me))
    assert go_on(theirs).session.revoked_at is None
    assert told() == []


def test_an_access_token_is_no_refresh_token_and_a_browsers_is_no_programs():
    user = a_user()
    program, browser = open_session(user_id=user.id, client=PROGRAM), open_session(user_id=user.id, client=BROWSER)
    for text, kind in (
        (program.access, SessionKind.PROGRAM),
        (browser.refresh, SessionKind.PROGRAM),
        (program.refresh, SessionKind.BROWSER),
        ("", SessionKind.BROWSER),
        ("a.b.c", SessionKind.PROGRAM),
    ):
        with pytest.raises(RefreshTokenInvalid):
            RefreshToken.read(text, kind)


def test_a_session_cannot_be_revoked_without_a_reason():
    issued = open_session(user_id=a_user().id, client=PROGRAM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(id=issued.session.id).update(revoked_at=issued.issued_at)


def test_sessions_that_nothing_can_prolong_are_forgotten(frozen_clock, run_due_jobs):
    from servicekit.jobs import plan_recurring

    plan_recurring()
    user = a_user()
    open_session(user_id=user.id, client=PROGRAM)
    kept = open_session(user_id=user.id, client=Client(SessionKind.BROWSER, "Firefox", is_remembered=True))
    LoginTries.objects.create(address="old@example.org", failures=3, last_at=frozen_clock.now)
    frozen_clock.advance(timedelta(hours=24, seconds=1))
    LoginTries.objects.create(address="new@example.org", failures=3, last_at=frozen_clock.now)
    run_due_jobs()
    assert [session.id for session in Session.objects.all()] == [kept.session.id]
    assert [tries.address for tries in LoginTries.objects.all()] == ["new@example.org"]


def test_an_access_token_lives_ten_minutes():
    assert AccessToken.lifetime == timedelta(minutes=10)


def test_operators_see_how_sessions_end():
    issued = open_session(user_id=a_user().id, client=PROGRAM)
    before = counter("token_revocations_total", reason="logout")
    log_out(by=principal_of(issued.user, session_id=issued.session.id))
    assert counter("token_revocations_total", reason="logout") - before == 1


def test_everybody_is_logged_out_at_once_and_the_other_services_hear_of_it(frozen_clock):
    first, second = a_user(), a_user()
    sessions = [open_session(user_id=user.id, client=PROGRAM).session for user in (first, first, second)]
    ended = open_session(user_id=second.id, client=BROWSER)
    log_out(by=principal_of(second, session_id=ended.session.id))
    forget_published()
    out = StringIO()
    call_command("end_all_sessions", "--reason", "restore", stdout=out)
    assert out.getvalue() == '{"people": 2}\n'
    assert sorted(told(), key=str) == sorted([end_of(session, "restore", frozen_clock.now) for session in sessions], key=str)
    assert set(Session.objects.values_list("revoked_reason", flat=True)) == {"restore", "logout"}


def test_with_nobody_logged_in_there_is_nothing_to_end(db):
    out = StringIO()
    call_command("end_all_sessions", stdout=out)
    assert (out.getvalue(), told()) == ('{"people": 0}\n', [])
