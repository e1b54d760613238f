import pytest
from django.test import override_settings

from realtime.handshake import ForeignOrigin, authenticate
from servicekit.authentication import TokenExpired, TokenInvalid
from servicekit.contracts.auth import SessionRevoked
from servicekit.errors import NotAuthenticated
from servicekit.revocation import SessionEnded
from servicekit.testing.keys import token_for
from tests.factories import AT

pytestmark = pytest.mark.django_db
OURS = (b"origin", b"http://testserver")


@pytest.fixture
def rita(principal):
    return principal("hdts.employee")


def cookie(token: str) -> tuple[bytes, bytes]:
    return (b"cookie", f"theme=dark; tts_access={token}".encode())


def bearer(token: str) -> tuple[bytes, bytes]:
    return (b"authorization", f"Bearer {token}".encode())


def test_a_page_of_ours_is_known_by_its_cookie(rita):
    assert authenticate([OURS, cookie(token_for(rita))]) == rita


def test_a_program_is_known_by_its_bearer_token(rita):
    assert authenticate([bearer(token_for(rita))]) == rita


@pytest.mark.parametrize(
    "origin",
    [
        "https://testserver", "http://testserver:8080", "http://testserver.evil.example", "http://evil.example", "http://testserver/",
        "HTTP://TESTSERVER", "null", "", "http://testserver,http://evil.example",
    ],
)  # fmt: skip
def test_a_page_of_any_other_origin_is_refused_although_it_brings_the_cookie(rita, origin):
    with pytest.raises(ForeignOrigin):
        authenticate([(b"origin", origin.encode()), cookie(token_for(rita))])


def test_a_foreign_page_is_refused_with_a_bearer_token_too(rita):
    with pytest.raises(ForeignOrigin):
        authenticate([(b"origin", b"http://evil.example"), bearer(token_for(rita))])


def test_a_cookie_without_an_origin_is_refused(rita):
    with pytest.raises(ForeignOrigin):
        authenticate([cookie(token_for(rita))])


@override_settings(BASE_URL="https://desk.example.org:8443/path", ACCESS_COOKIE="__Host-tts_access")
def test_our_origin_is_the_one_of_the_public_address(rita):
    headers = [(b"origin", b"https://desk.example.org:8443"), (b"cookie", f"__Host-tts_access={token_for(rita)}".encode())]
    assert authenticate(headers) == rita


def test_nobody_in_particular_is_refused():
    with pytest.raises(NotAuthenticated):
        authenticate([OURS])


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_a_token_that_is_none_is_refused(token):
    with pytest.raises(NotAuthenticated):
        authenticate([OURS, cookie(token)])


def test_a_token_of_the_past_is_refused(rita):
    with pytest.raises(TokenExpired):
        authenticate([OURS, cookie(token_for(rita, exp=1_700_000_000))])


def test_a_refresh_token_is_no_access_token(rita):
    with pytest.raises(TokenInvalid):
        authenticate([OURS, cookie(token_for(rita, typ="refresh"))])


def test_a_token_of_an_ended_session_is_refused(rita, deliver):
    deliver(SessionRevoked(session_id=rita.session_id, user_id=rita.id, reason="logout", expires_at=AT))
    with pytest.raises(SessionEnded):
        authenticate([OURS, cookie(token_for(rita))])
