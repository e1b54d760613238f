"""Tokens of programs, and the keys."""

import json
from datetime import timedelta

import jwt
import pytest
from django.conf import settings

from accounts.models import LoginTries
from servicekit.keyring import Keyring
from servicekit.testing.keys import claims_of, sign, token_for
from tests.factories import PASSWORD, a_user, browser, principal_of, program_tokens, told
from tokens.keys import key_set, read_retired_keys
from tokens.models import Session

pytestmark = pytest.mark.usefixtures("seeded")
TOKEN, REFRESH, REVOKE, ME = (f"/api/v1/auth/{name}/" for name in ("token", "token/refresh", "token/revoke", "me"))


@pytest.fixture
def erin():
    return a_user("hdts.employee", email="erin@example.org", password=PASSWORD)


def me(access):
    return browser().get(ME, HTTP_AUTHORIZATION=f"Bearer {access}")


def refresh(token, user_agent="robot/1"):
    return browser(user_agent).post(REFRESH, {"refresh": token})


def test_a_program_gets_a_pair_of_tokens_and_no_cookie(erin):
    answer = browser().post(TOKEN, {"email": "erin@example.org", "password": PASSWORD})
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "expires_in"}
    assert answer.json()["expires_in"] == 600
    assert not answer.cookies
    assert me(answer.json()["access"]).json()["id"] == str(erin.id)


def test_a_wrong_password_gets_no_tokens_and_counts_one_try(erin):
    answer = browser().post(TOKEN, {"email": "erin@example.org", "password": "wrong password"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    assert LoginTries.objects.get().failures == 1
    assert not Session.objects.exists()


def test_a_program_cannot_ask_for_more_than_a_login(erin):
    answer = browser().post(TOKEN, {"email": "erin@example.org", "password": PASSWORD, "scope": "admin"})
    assert (answer.status_code, answer.json()["fields"]) == (400, {"scope": ["Unknown field."]})


def test_a_program_goes_on_by_its_refresh_token_once(erin, frozen_clock):
    tokens = program_tokens(erin)
    later = refresh(tokens["refresh"])
    assert later.status_code == 200
    assert later.json()["refresh"] != tokens["refresh"]
    frozen_clock.advance(timedelta(seconds=6))
    answer = refresh(tokens["refresh"])
    assert (answer.status_code, answer.json()["code"]) == (401, "session_revoked")
    assert refresh(later.json()["refresh"]).json()["code"] == "session_revoked"
    assert me(later.json()["access"]).json()["code"] == "session_revoked"
    assert [event.reason for event in told()] == ["reuse"]


def test_a_program_hands_its_token_back(erin):
    tokens = program_tokens(erin)
    assert browser().post(REVOKE, {"refresh": tokens["refresh"]}).status_code == 204
    assert browser().post(REVOKE, {"refresh": tokens["refresh"]}).status_code == 204
    assert me(tokens["access"]).json()["code"] == "session_revoked"
    assert [event.reason for event in told()] == ["logout"]


@pytest.mark.parametrize("path", [REFRESH, REVOKE])
def test_what_is_no_refresh_token_of_a_program_is_refused(erin, path):
    client = browser()
    cookies = client.post("/api/v1/auth/login/", {"email": "erin@example.org", "password": PASSWORD}).cookies
    for token in ("rubbish", "a.b.c", program_tokens(erin)["access"], cookies["tts_refresh"].value):
        answer = browser().post(path, {"refresh": token})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    for body in ({}, {"refresh": ""}, {"refresh": None}, {"refresh": "x" * 4097}, {"refresh": 7, "sub": "x"}):
        assert browser().post(path, body).status_code == 400
    assert Session.objects.filter(revoked_at=None).count() == 2
    assert told() == []


def test_a_refresh_token_opens_nothing_else(erin):
    answer = me(program_tokens(erin)["refresh"])
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def forged(user):
    """Tokens that look like an access token of the person, and what is wrong with each."""
    principal = principal_of(user)
    claims = claims_of(principal)
    yield "no signature", jwt.encode(claims, "", algorithm="none", headers={"kid": "x"})
    [key] = json.loads(settings.JWKS)["keys"]
    yield "public key as HMAC secret", jwt.encode(claims, key["x"], algorithm="HS256", headers={"kid": key["kid"]})
    yield "unknown key", sign(claims, kid="unknown")
    yield "no key", sign(claims, kid="")
    yield "other audience", token_for(principal, aud="tts-refresh")
    yield "other issuer", token_for(principal, iss="me")
    yield "other type", token_for(principal, typ="refresh")
    yield "no type", sign({name: value for name, value in claims.items() if name != "typ"})
    yield "rights as text", token_for(principal, perms=7)
    yield "subject as text", token_for(principal, sub="root")
    head, body, signature = token_for(principal).split(".")
    yield "cut signature", f"{head}.{body}.{signature[:-4]}"
    yield "other body", f"{head}.{token_for(principal, roles=['platform.superuser']).split('.')[1]}.{signature}"


def test_no_forged_access_token_opens_anything(erin):
    opened = {why for why, token in forged(erin) if (me(token).status_code, me(token).json()["code"]) != (401, "not_authenticated")}
    assert opened == set()


def test_an_expired_access_token_says_so(erin):
    answer = me(token_for(principal_of(erin), exp=1_700_000_000))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def test_the_published_keys_verify_the_tokens(erin):
    answer = browser().get("/.well-known/jwks.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Cache-Control"] == "public, max-age=300"
    [key] = answer.json()["keys"]
    token = program_tokens(erin)["access"]
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]
    claims = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["EdDSA"], audience="tts", issuer="tts-auth")
    assert claims["sub"] == str(erin.id)
    assert not {"d", "p", "q"} & set(key)


def test_tokens_of_a_retired_key_are_accepted_while_new_ones_name_the_current_key(erin, settings, monkeypatch):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    from tokens.keys import read_signing_key

    tokens = program_tokens(erin)
    old = read_signing_key(settings.JWT_SIGNING_KEY).public_key()
    new = Ed25519PrivateKey.generate()
    retired = old.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    settings.JWT_SIGNING_KEY = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    settings.JWKS = key_set([new.public_key(), *read_retired_keys(retired)])
    monkeypatch.setattr("servicekit.keyring.keyring", Keyring())
    assert me(tokens["access"]).status_code == 200
    later = refresh(tokens["refresh"]).json()
    current, previous = browser().get("/.well-known/jwks.json").json()["keys"]
    assert jwt.get_unverified_header(later["access"])["kid"] == current["kid"]
    assert jwt.get_unverified_header(tokens["access"])["kid"] == previous["kid"]
    assert me(later["access"]).status_code == 200
    settings.JWKS = json.dumps({"keys": [current]})
    monkeypatch.setattr("servicekit.keyring.keyring", Keyring())
    assert refresh(tokens["refresh"]).status_code == 401
