"""Logout and changes of rights, heard by all five services within seconds though access tokens live for minutes."""

from collections.abc import Iterator

import httpx
import pytest

from tests.system.harness.client import Client
from tests.system.harness.office import Office
from tests.system.harness.processes import wait_until
from tests.system.harness.sockets import Gallery, Listener
from tests.system.harness.stack import Stack

#: one harmless read of each service
DOORS = {
    "auth": "/api/v1/auth/me/",
    "ticket_service": "/api/v1/tickets/",
    "workflow_api": "/api/v1/tasks/",
    "messaging": "/api/v1/comments/?ticket=00000000-0000-0000-0000-000000000000",
    "notification_service": "/api/v1/notifications/",
}
WITHIN = 10.0
#: answers to somebody whose token is good, though he may not read everything
LET_IN = {"", "ticket_not_known_yet", "forbidden"}


def code_at(stack: Stack, path: str, token: str) -> str:
    """How a service answers the bare token: the problem's code, or "" for a success."""
    answer = httpx.get(stack.url_for(path), headers={"Authorization": f"Bearer {token}"})
    return "" if answer.is_success else str(answer.json()["code"])


def test_a_logout_ends_the_session_in_all_services_and_closes_its_sockets(stack: Stack, office: Office) -> None:
    leaver, stayer = office.someone("employee@demo.tts"), office.someone("employee@demo.tts")
    listener = Listener("me", leaver)
    with Gallery(stack, [listener], comes_back=False):
        assert {code_at(stack, path, leaver.access) for path in DOORS.values()} <= LET_IN
        leaver.post("/api/v1/auth/token/revoke/", {"refresh": leaver.refresh})
        for path in DOORS.values():
            wait_until(lambda path=path: code_at(stack, path, leaver.access) == "session_revoked", f"{path} refuses the session", WITHIN)  # type: ignore[misc]
        wait_until(lambda: listener.closed_with == 4401, "the socket is closed with 4401", WITHIN)
    assert leaver.renew().status_code == 401
    assert {code_at(stack, path, stayer.access) for path in DOORS.values()} <= LET_IN


@pytest.fixture
def newcomer(office: Office) -> Iterator[Client]:
    """An agent made for one test."""
    client = office.newcomer("New Comer", "tts.agent")
    yield client
    office.root.ask("POST", f"/api/v1/users/{client.id}/deactivate/")


def test_a_role_taken_away_is_gone_in_all_services_old_tokens_included(stack: Stack, office: Office, newcomer: Client) -> None:
    old = newcomer.access
    assert code_at(stack, "/api/v1/tasks/", old) == ""
    office.root.ask("DELETE", f"/api/v1/users/{newcomer.id}/assignments/tts.agent/")
    for path in DOORS.values():
        wait_until(lambda path=path: code_at(stack, path, old) == "token_outdated", f"{path} refuses the old rights", WITHIN)  # type: ignore[misc]
    assert newcomer.renew().is_success
    assert newcomer.get("/api/v1/auth/me/")["permissions"] == []
    listed = office.root.get("/api/v1/workflows/people/", role="tts.agent")
    people = listed["results"] if isinstance(listed, dict) else listed
    assert newcomer.id not in {person["id"] for person in people}


def test_a_deactivated_person_is_out_of_all_services_and_gets_no_more_work(stack: Stack, office: Office, newcomer: Client) -> None:
    office.root.post(f"/api/v1/users/{newcomer.id}/deactivate/")
    for path in DOORS.values():
        wait_until(
            lambda path=path: code_at(stack, path, newcomer.access) in {"session_revoked", "token_outdated"},  # type: ignore[misc]
            f"{path} refuses the person",
            WITHIN,
        )
    assert newcomer.renew().status_code == 401
