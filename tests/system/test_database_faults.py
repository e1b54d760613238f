"""F-07: PostgreSQL ends at once, in the middle of writes."""

import pytest

from tests.system.harness.auditor import Auditor
from tests.system.harness.client import Client
from tests.system.harness.office import Crowd, Office
from tests.system.harness.processes import wait_until
from tests.system.harness.stack import Stack

TICKET = {"category": "others", "subject": "While it is down", "description": "x", "fields": {}}


def test_f07_a_crash_of_the_database_loses_no_accepted_write_and_is_answered_with_503(
    stack: Stack, office: Office, auditor: Auditor
) -> None:
    employee = office.someone("employee@demo.tts")
    with Crowd(office, seed=7) as crowd:
        crowd.wait_for(40)
        stack.postgres.crash()
        assert _refusal(employee) == (503, "unavailable")
        assert all(service.is_live() for service in stack.services.values())
        assert not any(service.is_ready() for service in stack.services.values())
        stack.postgres.start()
        wait_until(lambda: all(service.is_ready() for service in stack.services.values()), "all are ready after 10 s", 10)
        crowd.wait_for(20)
    auditor.check()


def _refusal(client: Client) -> tuple[int, str]:
    answer = client.ask("POST", "/api/v1/tickets/", json=TICKET)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("path", ["/api/v1/tickets/", "/api/v1/tasks/", "/api/v1/notifications/", "/api/v1/users/", "/api/v1/auth/me/"])
def test_f07_each_service_answers_503_and_not_500_while_the_database_is_away(stack: Stack, office: Office, path: str) -> None:
    root = office.someone("root@demo.tts")
    stack.postgres.crash()
    answer = root.ask("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
