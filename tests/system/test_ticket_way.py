"""A ticket's way through all five services, with nothing broken: what the faults are compared with."""

from tests.system.harness.auditor import Auditor
from tests.system.harness.office import Office
from tests.system.harness.processes import wait_until
from tests.system.harness.stack import Stack


def test_a_ticket_is_filed_approved_worked_on_and_resolved(stack: Stack, office: Office, auditor: Auditor) -> None:
    notes = office.employee.upload(b"it beeps twice\n")
    filed = office.employee.file_ticket("The printer beeps", [notes.id])
    office.coordinator.approve(filed.number)
    agent, item = office.item_of(filed)
    office.employee.comment(filed.id, "It still beeps.")
    agent.act(item)
    office.work_off()
    wait_until(lambda: _status(office, filed.number) == "resolved", "the ticket is resolved", 20)
    auditor.check()


def test_every_ticket_of_each_default_category_finds_its_way_to_an_agent(stack: Stack, office: Office) -> None:
    query = "SELECT category FROM workflows_workflowversion WHERE is_current AND category <> ''"
    matched = {category for (category,) in stack.postgres.rows(stack["workflow_api"].database, query)}
    offered = {category["slug"] for category in office.employee.get("/api/v1/categories/")}
    assert offered == matched == {"it-support", "asset-check-in", "asset-check-out", "new-budget-proposal", "others"}


def _status(office: Office, number: str) -> str:
    return str(office.employee.get(f"/api/v1/tickets/{number}/")["status"])
