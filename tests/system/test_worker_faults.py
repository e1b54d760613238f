"""F-29, F-34, F-35, F-37: workers die in the middle, die at the worst moment, are two at once, or are away when timers are due."""

import time

from tests.system.harness.auditor import Auditor
from tests.system.harness.office import Crowd, Office
from tests.system.harness.processes import wait_until
from tests.system.harness.stack import Stack

RELAY_LEADER = 7_305_001


def test_f29_workers_killed_five_times_in_mid_work_do_everything_exactly_once(stack: Stack, office: Office, auditor: Auditor) -> None:
    with Crowd(office, seed=29) as crowd:
        for name in ("workflow_api", "ticket_service", "notification_service", "messaging", "workflow_api"):
            crowd.wait_for(15)
            stack[name].worker.kill()
            crowd.wait_for(5)
            stack[name].worker.start()
    auditor.check()


def test_f34_a_relay_that_dies_between_confirm_and_mark_sends_again_and_the_effect_is_one(
    stack: Stack, office: Office, auditor: Auditor
) -> None:
    worker = stack["ticket_service"].worker
    worker.stop()
    filed = [office.employee.file_ticket(f"Sent twice {number}") for number in range(3)]
    for _ in range(2):
        worker.start(TTS_FAILPOINT="relay.after_confirm")
        assert worker.wait(30) == 70
    assert stack.pending("ticket_service") >= len(filed)
    worker.start()
    auditor.check()
    query = "SELECT count(*) FROM notices_notice WHERE kind = 'received' AND body LIKE 'Sent twice %%'"
    assert stack.postgres.rows(stack["notification_service"].database, query) == [(3,)]


def test_f35_of_two_relays_one_leads_and_the_other_takes_over_when_it_dies(stack: Stack, office: Office, auditor: Auditor) -> None:
    service = stack["ticket_service"]
    second = service.second_worker()
    second.start()
    try:
        with Crowd(office, seed=35) as crowd:
            crowd.wait_for(30)
            wait_until(lambda: "ready" in second.tail(200) or second.is_running, "the second worker runs", 20)
            time.sleep(3)
            (first_leader,) = _leaders(stack)
            service.worker.kill()
            crowd.wait_for(20)
            wait_until(lambda: _leaders(stack) not in ([], [first_leader]), "the second relay leads", 20)
            assert len(_leaders(stack)) == 1
        stack.wait_idle()
        service.worker.start()
    finally:
        second.stop()
    auditor.check()


def _leaders(stack: Stack) -> list[object]:
    """The database sessions that hold the lead of the ticket service's relay."""
    query = (
        "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
        "WHERE locktype = 'advisory' AND objid = %s AND granted AND datname = %s"
    )
    return [pid for (pid,) in stack.postgres.rows("postgres", query, RELAY_LEADER, stack["ticket_service"].database)]


def test_f37_timers_that_fell_due_while_the_worker_was_away_fire_once_each(stack: Stack, office: Office, auditor: Auditor) -> None:
    filed = [office.file_and_approve(f"Overdue {number}", "critical") for number in range(4)]
    for ticket in filed:
        office.item_of(ticket)
    stack.wait_idle()
    service = stack["workflow_api"]
    service.worker.stop()
    _let_time_pass(stack, [ticket.id for ticket in filed])
    time.sleep(2)
    assert _marks(stack, filed[0].id) == []
    service.worker.start()
    wait_until(lambda: all(len(_marks(stack, ticket.id)) == 4 for ticket in filed), "warned and breached, the task and its step", 30)
    time.sleep(3)
    for ticket in filed:
        assert _marks(stack, ticket.id) == [
            ("sla.breached", "step"),
            ("sla.breached", "task"),
            ("sla.warned", "step"),
            ("sla.warned", "task"),
        ]
    office.work_off()
    auditor.check()


def _let_time_pass(stack: Stack, tickets: list[str]) -> None:
    """As if the worker had been away from before the warning until ten minutes after the target: all times of the clocks move back."""
    database, late = stack["workflow_api"].database, "(target_at - now() + interval '10 minutes')"
    query = (
        "SELECT clock_id::text FROM tasks_task WHERE ticket_id = ANY(%s::uuid[]) UNION "
        "SELECT i.clock_id::text FROM tasks_taskitem i JOIN tasks_task t ON t.id = i.task_id WHERE t.ticket_id = ANY(%s::uuid[])"
    )
    clocks = [clock for (clock,) in stack.postgres.rows(database, query, tickets, tickets)]
    move = f"UPDATE sla_clock SET started_at = started_at - {late}, target_at = target_at - {late} WHERE id = ANY(%s::uuid[])"  # noqa: S608
    stack.postgres.rows(database, move, clocks)
    due = "UPDATE servicekit_scheduledjob SET run_at = now() - interval '10 minutes' WHERE kind = 'sla.mark' AND key = ANY(%s)"
    stack.postgres.rows(database, due, clocks)


def _marks(stack: Stack, ticket: str) -> list[tuple[object, ...]]:
    query = (
        "SELECT type, data->>'scope' FROM servicekit_outboxevent "
        "WHERE type IN ('sla.warned', 'sla.breached') AND data->>'ticket_id' = %s ORDER BY 1, 2"
    )
    return stack.postgres.rows(stack["workflow_api"].database, query, ticket)
