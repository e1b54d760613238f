"""The list of one's sessions."""

from uuid import uuid4

import pytest

from tests.factories import PASSWORD, a_user, logged_in, program_tokens, told

pytestmark = pytest.mark.usefixtures("seeded")
SESSIONS = "/api/v1/auth/sessions/"


@pytest.fixture
def erin():
    return a_user("hdts.employee", email="erin@example.org", password=PASSWORD)


def test_one_sees_where_one_is_logged_in_newest_first(erin):
    program_tokens(erin)
    client = logged_in(erin, remember=True)
    logged_in(a_user(password=PASSWORD))
    answer = client.get(SESSIONS)
    assert answer.status_code == 200
    seen = [(row["kind"], row["user_agent"], row["is_remembered"], row["is_current"]) for row in answer.json()["results"]]
    assert seen == [("browser", "Firefox", True, True), ("program", "robot/1", False, False)]
    assert set(answer.json()["results"][0]) == {
        "id", "kind", "user_agent", "is_remembered", "is_current", "created_at", "last_used_at", "expires_at",
    }  # fmt: skip
    assert answer.json()["next"] is None


def test_one_ends_another_session_of_ones_own(erin):
    lost, client = logged_in(erin), logged_in(erin)
    [row] = [row for row in client.get(SESSIONS).json()["results"] if not row["is_current"]]
    assert client.delete(f"{SESSIONS}{row['id']}/").status_code == 204
    assert lost.get("/api/v1/auth/me/").json()["code"] == "session_revoked"
    assert [str(event.session_id) for event in told()] == [row["id"]]
    assert len(client.get(SESSIONS).json()["results"]) == 1
    assert client.delete(f"{SESSIONS}{row['id']}/").status_code == 404


def test_somebody_elses_session_is_not_there_to_be_ended(erin):
    other = logged_in(a_user(password=PASSWORD))
    [row] = other.get(SESSIONS).json()["results"]
    client = logged_in(erin)
    for session_id in (row["id"], uuid4()):
        assert client.delete(f"{SESSIONS}{session_id}/").status_code == 404
    assert other.get("/api/v1/auth/me/").status_code == 200
    assert told() == []


def test_a_long_user_agent_is_cut_and_not_refused(erin):
    client = logged_in(erin, user_agent="x" * 2000)
    assert client.get(SESSIONS).json()["results"][0]["user_agent"] == "x" * 300
