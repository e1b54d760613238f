"""Schemathesis against each committed openapi.yaml, through the running services: no 5xx, and no status that is not documented.

Every operation gets valid and invalid requests, with made-up ids and with real ones. Runs last: it leaves odd people and roles behind.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import status_code_conformance

from tests.system.harness.office import Office
from tests.system.harness.services import KINDS, ROOT, Service
from tests.system.harness.stack import Stack

#: requests to each operation, in each of up to four ways
EXAMPLES = 8
#: refusals of the server in front of the application: of an address or headers beyond its bounds
UNREAD = frozenset({414, 431})
CHECKS = [not_a_server_error, status_code_conformance]


@pytest.fixture(scope="module")
def known(stack: Stack, office: Office) -> dict[str, dict[str, Any]]:
    """Path parameters that lead to something real, by the path's beginning."""
    filed = office.file_and_approve("Fuzzed")
    _, item = office.item_of(filed)
    user = office.root.post("/api/v1/users/", {"email": "fuzzed@demo.tts", "name": "Fuzzed", "department": "", "roles": ["hdts.employee"]})
    role = office.root.post("/api/v1/roles/", {"system": "tts", "key": "fuzzed", "name": "Fuzzed", "permissions": ["task.act"]})
    workflow = office.root.get("/api/v1/workflows/")["results"][0]
    return {
        "/api/v1/tickets/": {"number": filed.number},
        "/api/v1/categories/": {"slug": "others"},
        "/api/v1/tasks/by-ticket/": {"number": filed.number},
        "/api/v1/tasks/": {"item_id": item["id"], "id": item["id"]},
        "/api/v1/workflows/": {"id": workflow["id"], "workflow_id": workflow["id"], "n": 1, "number": 1},
        "/api/v1/users/": {"id": user["id"], "user_id": user["id"], "role": "hdts.employee"},
        "/api/v1/roles/": {"id": role["id"], "role_id": role["id"]},
    }


@pytest.mark.parametrize("service", [kind.name for kind in KINDS])
def test_no_request_is_answered_with_5xx_or_an_undocumented_status(
    stack: Stack, office: Office, known: dict[str, dict[str, Any]], service: str
) -> None:
    fuzzer = Fuzzer(office, stack[service], known)
    schema = schemathesis.openapi.from_dict(yaml.safe_load((ROOT / service / "openapi.yaml").read_text()))
    for result in schema.get_all_operations():
        fuzzer.fuzz(result.ok())
    assert fuzzer.requests > 0
    assert not fuzzer.findings, f"{len(fuzzer.findings)} findings\n" + "\n\n".join(fuzzer.findings)


class Fuzzer:
    """Sends what schemathesis makes up, and keeps one finding for each operation and kind of failure."""

    def __init__(self, office: Office, service: Service, known: dict[str, dict[str, Any]]) -> None:
        self._office, self._service, self._known = office, service, known
        self._client = office.someone("root@demo.tts")
        self.requests = 0
        self.findings: list[str] = []

    def fuzz(self, operation: Any) -> None:
        """All ways of one operation."""
        for parameters in self._parameters(operation):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if finding := self._fuzz_once(operation, mode, parameters):
                    self.findings.append(f"{operation.label} ({mode.name.lower()}): {finding}")
                    return

    def _parameters(self, operation: Any) -> Iterator[dict[str, Any] | None]:
        yield None
        names = {parameter.name for parameter in operation.path_parameters}
        beginning = max((path for path in self._known if operation.path.startswith(path)), key=len, default="")
        real = {name: value for name, value in self._known.get(beginning, {}).items() if name in names}
        if real:
            yield real

    def _fuzz_once(self, operation: Any, mode: GenerationMode, parameters: dict[str, Any] | None) -> str:
        found: list[str] = []

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode, path_parameters=parameters))
        def send(case: Case) -> None:
            if found:
                return
            self.requests += 1
            answer = case.call(base_url=self._service.url, headers={"Authorization": f"Bearer {self._client.access}"})
            if answer.status_code == 401 and answer.json()["code"] != "not_authenticated":  # a fuzzed logout, or an old token
                self._client.log_in()
            if answer.status_code in UNREAD:
                return
            try:
                case.validate_response(answer, checks=CHECKS)
            except (Failure, FailureGroup) as failure:
                trace = self._trace() if answer.status_code == 500 else ""
                found.append(f"{failure}\n{case.as_curl_command()}\n{answer.text[:500]}\n{trace}")

        try:
            send()
        except Exception as error:
            if "Unsatisfiable" not in type(error).__name__:
                raise
        return found[0] if found else ""

    def _trace(self) -> str:
        """The last exception in the service's log."""
        lines = [line for line in self._service.web.log.read_text(errors="replace").splitlines() if '"exception"' in line]
        return json.loads(lines[-1])["exception"][-1200:] if lines else ""
