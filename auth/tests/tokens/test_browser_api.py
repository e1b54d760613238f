"""Login, refresh and logout of browsers."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import LoginTries
from accounts.services import deactivate_user
from servicekit.contracts.auth import SessionRevoked
from servicekit.principal import SYSTEM
from tests.factories import PASSWORD, a_user, browser, forget_published, logged_in, program_tokens, told
from tokens.models import Session

pytestmark = pytest.mark.usefixtures("seeded")
LOGIN, REFRESH, LOGOUT, ME = (f"/api/v1/auth/{name}/" for name in ("login", "refresh", "logout", "me"))


@pytest.fixture
def erin():
    return a_user("hdts.employee", email="erin@example.org", name="Erin", password=PASSWORD)


def login(client, password=PASSWORD, email="erin@example.org", **more):
    return client.post(LOGIN, {"email": email, "password": password, **more})


def cookie(response, name):
    """The attributes of a cookie, as the header gives them."""
    return response.cookies[name].OutputString().split("; ", 1)[1]


def stale(client):
    """What is left in a browser whose access cookie has expired."""
    del client.cookies["tts_access"]
    return client


def test_a_login_answers_who_one_is_and_what_one_may_do(erin):
    answer = login(browser())
    assert answer.status_code == 200
    body = answer.json()
    expires_at = datetime.fromisoformat(body.pop("expires_at"))
    assert timedelta(minutes=9) < expires_at - datetime.now(UTC) <= timedelta(minutes=10)
    assert body == {
        "user": {
            "id": str(erin.id),
            "email": "erin@example.org",
            "name": "Erin",
            "department": "IT",
            "roles": [{"role": "hdts.employee", "name": "Employee", "system": "hdts"}],
            "permissions": ["ticket.submit"],
        },
        "csrf_token": answer.cookies["tts_csrf"].value,
    }
    assert told() == []


def test_the_tokens_are_in_cookies_that_scripts_cannot_read_and_nowhere_else(erin):
    answer = login(browser())
    assert cookie(answer, "tts_access") == "HttpOnly; Path=/; SameSite=Lax"
    assert cookie(answer, "tts_refresh") == "HttpOnly; Path=/api/v1/auth/; SameSite=Strict"
    assert cookie(answer, "tts_csrf") == "Path=/; SameSite=Strict"
    assert answer.cookies["tts_access"].value not in answer.content.decode()
    assert answer.cookies["tts_refresh"].value not in answer.content.decode()


def test_remember_me_lets_the_cookies_outlive_the_browser_by_30_days(erin):
    answer = login(browser(), remember=True)
    for name in ("tts_access", "tts_refresh", "tts_csrf"):
        assert "Max-Age=2592000" in cookie(answer, name).split("; ")


def test_over_https_the_cookies_are_secure_and_bound_to_the_host(erin, settings):
    settings.SECURE = True
    settings.ACCESS_COOKIE, settings.REFRESH_COOKIE = "__Host-tts_access", "__Secure-tts_refresh"
    settings.CSRF_TOKEN_COOKIE = "__Host-tts_csrf"
    answer = login(browser())
    assert cookie(answer, "__Host-tts_access") == "HttpOnly; Path=/; SameSite=Lax; Secure"
    assert cookie(answer, "__Secure-tts_refresh") == "HttpOnly; Path=/api/v1/auth/; SameSite=Strict; Secure"
    assert cookie(answer, "__Host-tts_csrf") == "Path=/; SameSite=Strict; Secure"


def test_the_access_cookie_opens_me_and_says_the_same_as_the_login(erin):
    client = browser()
    body = login(client).json()
    assert client.get(ME).json() == body["user"]


def test_unknown_wrong_disabled_and_locked_are_answered_alike(erin):
    off = a_user(email="off@example.org", password=PASSWORD)
    a_user("platform.superuser")
    deactivate_user(user_id=off.id, by=SYSTEM)
    forget_published()
    answers = [
        login(browser(), password="wrong password"),
        login(browser(), email="ghost@example.org"),
        login(browser(), email="off@example.org"),
        login(browser(), email="not an address"),
    ]
    for _ in range(9):
        login(browser(), password="wrong password")
    answers.append(login(browser()))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "invalid_credentials"
    assert all(not answer.cookies for answer in answers)
    assert not Session.objects.exists()
    assert told() == []


def test_a_401_counts_exactly_one_try(erin):
    assert login(browser(), password="wrong password").status_code == 401
    assert LoginTries.objects.get(address="erin@example.org").failures == 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"email", "password"}),
        ({"email": "e@example.org", "password": None}, {"password"}),
        ({"email": "e@example.org", "password": "x" * 129}, {"password"}),
        ({"email": "e" * 255, "password": "x"}, {"email"}),
        ({"email": ["e"], "password": {}}, {"email", "password"}),
        ({"email": "e\u0000@example.org", "password": "x"}, {"email"}),
        ({"email": "e@example.org", "password": "x", "remember": "perhaps"}, {"remember"}),
        ({"email": "e@example.org", "password": "x", "is_superuser": True, "roles": ["platform.superuser"]}, {"is_superuser", "roles"}),
    ],
)
def test_a_malformed_login_is_refused_by_field_and_counts_no_try(db, body, fields):
    answer = browser().post(LOGIN, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["fields"]) == fields
    assert not LoginTries.objects.exists()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_of_another_site_cannot_log_anybody_in(erin, content_type):
    answer = browser().post(LOGIN, f'{{"email":"erin@example.org","password":"{PASSWORD}"}}', content_type=content_type)
    assert answer.status_code == 415
    assert not Session.objects.exists()


def test_a_broken_body_is_a_400_and_not_a_500(db):
    assert browser().post(LOGIN, b"{", content_type="application/json").status_code == 400
    assert browser().post(LOGIN, b'"text"', content_type="application/json").status_code == 400
    assert browser().post(LOGIN, b"[]", content_type="application/json").status_code == 400


def test_a_stale_access_cookie_does_not_stand_in_the_way_of_a_login(erin):
    client = browser()
    client.cookies["tts_access"] = "rubbish"
    assert login(client).status_code == 200


def test_a_login_makes_a_new_session_and_leaves_the_old_one_of_the_browser(erin):
    client = logged_in(erin)
    first = Session.objects.get()
    login(client)
    assert Session.objects.count() == 2
    first.refresh_from_db()
    assert first.revoked_at is None


def test_a_refresh_goes_on_with_other_tokens_and_the_same_csrf_token(erin):
    client = logged_in(erin)
    before = {name: morsel.value for name, morsel in client.cookies.items()}
    answer = stale(client).post(REFRESH)
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == str(erin.id)
    assert answer.json()["csrf_token"] == before["tts_csrf"]
    assert answer.cookies["tts_refresh"].value != before["tts_refresh"]
    assert client.get(ME).status_code == 200
    assert told() == []


def test_a_refresh_keeps_what_remember_me_said(erin):
    for remember in (True, False):
        answer = logged_in(erin, remember=remember).post(REFRESH)
        assert ("Max-Age=2592000" in cookie(answer, "tts_refresh")) is remember


@pytest.mark.parametrize("header", [None, "", "0" * 64, "é"])
def test_a_refresh_without_the_csrf_header_is_refused_and_uses_up_nothing(erin, header):
    client = logged_in(erin)
    right = client.cookies["tts_csrf"].value
    client.credentials(**({} if header is None else {"HTTP_X_CSRF_TOKEN": header}))
    answer = stale(client).post(REFRESH)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert not answer.cookies
    client.credentials(HTTP_X_CSRF_TOKEN=right)
    assert client.post(REFRESH).status_code == 200


def test_the_csrf_token_of_another_session_is_worth_nothing(erin):
    client, other = logged_in(erin), logged_in(erin)
    client.credentials(HTTP_X_CSRF_TOKEN=other.cookies["tts_csrf"].value)
    assert client.post(REFRESH).json()["code"] == "csrf_failed"
    assert client.post(LOGOUT).json()["code"] == "csrf_failed"
    assert told() == []


def test_a_csrf_cookie_that_an_attacker_planted_with_the_header_is_worth_nothing(erin):
    client = logged_in(erin)
    client.cookies["tts_csrf"] = "planted"
    client.credentials(HTTP_X_CSRF_TOKEN="planted")
    assert client.post(REFRESH).json()["code"] == "csrf_failed"
    assert client.post(LOGOUT).json()["code"] == "csrf_failed"


def test_a_refresh_without_a_cookie_or_with_a_forged_or_programs_token_is_refused(erin):
    program = program_tokens(erin)
    for token in (None, "", "rubbish", program["refresh"], program["access"]):
        client = browser()
        if token is not None:
            client.cookies["tts_refresh"] = token
        answer = client.post(REFRESH)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert told() == []


def test_a_stolen_refresh_cookie_used_by_both_ends_the_session_everywhere(erin):
    client = logged_in(erin)
    thief = browser("curl/8")
    thief.cookies["tts_refresh"] = client.cookies["tts_refresh"].value
    thief.credentials(HTTP_X_CSRF_TOKEN=client.cookies["tts_csrf"].value)
    assert thief.post(REFRESH).status_code == 200
    answer = client.post(REFRESH)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_revoked")
    for victim in (client, thief):
        assert victim.get(ME).json()["code"] == "session_revoked"
        assert victim.post(REFRESH).json()["code"] == "session_revoked"
    [end] = told()
    assert isinstance(end, SessionRevoked)
    assert (end.session_id, end.user_id, end.reason) == (Session.objects.get().id, erin.id, "reuse")


def test_two_tabs_that_refresh_at_the_same_time_both_go_on(erin):
    client = logged_in(erin)
    old = client.cookies["tts_refresh"].value
    assert client.post(REFRESH).status_code == 200
    new = client.cookies["tts_refresh"].value
    client.cookies["tts_refresh"] = old
    assert client.post(REFRESH).status_code == 200
    assert client.cookies["tts_refresh"].value == new != old
    assert client.post(REFRESH).status_code == 200
    assert told() == []


def test_a_logout_ends_the_session_and_takes_the_cookies_back(erin):
    client = logged_in(erin)
    access, refresh = client.cookies["tts_access"].value, client.cookies["tts_refresh"].value
    answer = client.post(LOGOUT)
    assert (answer.status_code, answer.content) == (204, b"")
    for name, path in (("tts_access", "/"), ("tts_refresh", "/api/v1/auth/"), ("tts_csrf", "/")):
        morsel = answer.cookies[name]
        assert (morsel.value, morsel["max-age"], morsel["path"]) == ("", 0, path)
    client.cookies["tts_access"], client.cookies["tts_refresh"] = access, refresh
    assert client.get(ME).json()["code"] == "session_revoked"
    assert client.post(REFRESH).json()["code"] == "session_revoked"
    assert [event.reason for event in told()] == ["logout"]


def test_a_logout_without_the_csrf_header_ends_nothing(erin):
    client = logged_in(erin)
    client.credentials()
    answer = client.post(LOGOUT)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert Session.objects.get().revoked_at is None
    assert told() == []


def test_a_logout_of_nobody_is_refused(db):
    answer = browser().post(LOGOUT)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_a_changed_right_asks_for_a_refresh_and_then_holds(erin):
    from access.services import grant_role

    client = logged_in(erin)
    grant_role(user_id=erin.id, role="tts.agent", by=SYSTEM)
    assert client.get(ME).json()["code"] == "token_outdated"
    assert client.post(REFRESH).status_code == 200
    assert [role["role"] for role in client.get(ME).json()["roles"]] == ["hdts.employee", "tts.agent"]


def test_a_deactivated_person_is_out_at_once(erin):
    client = logged_in(erin)
    deactivate_user(user_id=erin.id, by=SYSTEM)
    assert client.get(ME).json()["code"] == "session_revoked"
    assert client.post(REFRESH).json()["code"] == "session_revoked"
    assert login(browser()).json()["code"] == "invalid_credentials"


def test_logging_in_going_on_and_asking_who_one_is_keep_to_their_queries(erin, query_budget):
    with query_budget("log_in"):
        client = logged_in(erin)
    with query_budget("refresh"):
        client.post(REFRESH)
    with query_budget("me"):
        client.get(ME)
