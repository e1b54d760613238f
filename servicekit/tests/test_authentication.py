"""Only what auth signed, for us, in time and not revoked, opens a door."""

import json
import time
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from servicekit import revocation
from servicekit.clock import now
from servicekit.contracts.auth import AssignmentRevoked, SessionRevoked
from servicekit.models import AccessFloor
from servicekit.testing import keys
from servicekit.testing.api import DescribedClient

pytestmark = pytest.mark.django_db


def ask(token: str, **headers: str):
    client = DescribedClient()
    return client.get("/api/v1/notes/", headers={"Authorization": f"Bearer {token}", **headers})


def forged(**changes):
    return keys.token_for(keys.make_principal(), **changes)


def test_a_good_token_is_let_in():
    assert ask(forged()).status_code == 200


@pytest.mark.parametrize(
    ("name", "token"),
    [
        (
            "another key",
            lambda: jwt.encode(keys.claims_of(keys.make_principal()), Ed25519PrivateKey.generate(), "EdDSA", {"kid": keys.KID}),
        ),
        ("an unknown key id", lambda: keys.sign(keys.claims_of(keys.make_principal()), kid="other")),
        ("no key id", lambda: jwt.encode(keys.claims_of(keys.make_principal()), Ed25519PrivateKey.generate(), "EdDSA")),
        ("no signature", lambda: jwt.encode(keys.claims_of(keys.make_principal()), "", "none", {"kid": keys.KID})),
        (
            "HS256 with the public key",
            lambda: jwt.encode(keys.claims_of(keys.make_principal()), json.loads(keys.jwks())["keys"][0]["x"], "HS256", {"kid": keys.KID}),
        ),
        ("a refresh token", lambda: forged(typ="refresh")),
        ("another audience", lambda: forged(aud="other")),
        ("another issuer", lambda: forged(iss="evil")),
        ("no subject", lambda: forged(sub="nobody")),
        ("no permissions", lambda: forged(perms=None)),
        ("garbage", lambda: "abc.def.ghi"),
    ],
)
def test_a_forged_token_is_refused(name, token):
    answer = ask(token())
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), name


def test_an_expired_token_says_so():
    answer = ask(forged(exp=int(time.time()) - 60))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_revoked_session_is_refused_with_a_token_that_was_good_before(deliver):
    somebody = keys.make_principal()
    token = keys.token_for(somebody)
    assert ask(token).status_code == 200
    deliver(SessionRevoked(session_id=somebody.session_id, user_id=somebody.id, reason="logout", expires_at=now() + timedelta(days=1)))
    answer = ask(token)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_revoked")


def test_a_token_with_older_rights_is_refused_and_a_newer_one_is_not(deliver):
    somebody = keys.make_principal(access_version=3)
    event = AssignmentRevoked(user_id=somebody.id, access_version=4, role="tts.agent", roles=(), permissions=())
    deliver(event)
    answer = ask(keys.token_for(somebody))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_outdated")
    assert ask(keys.token_for(somebody, av=4)).status_code == 200


def test_a_floor_never_sinks():
    user = uuid4()
    revocation.raise_floor(user, 5)
    revocation.raise_floor(user, 3)
    assert list(AccessFloor.objects.values_list("user_id", "min_version")) == [(user, 5)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_database_closed_is_replaced_unseen():
    assert ask(forged()).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    assert ask(forged()).status_code == 200


class TestCookies:
    def client(self, csrf: str = "c" * 32):
        client = DescribedClient()
        client.cookies["tts_access"] = forged(csrf=csrf)
        return client

    def test_reading_needs_no_csrf_header(self):
        assert self.client().get("/api/v1/notes/").status_code == 200

    @pytest.mark.parametrize("sent", [{}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": ""}])
    def test_writing_without_the_right_csrf_header_is_refused_and_writes_nothing(self, sent, published):
        answer = self.client().post("/api/v1/notes/", {"text": "hello"}, headers=sent)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert published() == []

    def test_a_token_without_a_csrf_claim_writes_nothing_by_cookie(self):
        assert self.client(csrf="").post("/api/v1/notes/", {"text": "hello"}, headers={"X-CSRF-Token": ""}).status_code == 403

    def test_writing_with_the_csrf_header_works(self):
        assert self.client().post("/api/v1/notes/", {"text": "hello"}, headers={"X-CSRF-Token": "c" * 32}).status_code == 201
