"""F-17, F-19, F-21, F-25: RabbitMQ is away, refuses, dies with messages in its hands, or has lost a binding."""

import time

import httpx

from tests.system.harness.auditor import Auditor
from tests.system.harness.office import Crowd, Office
from tests.system.harness.processes import wait_until
from tests.system.harness.stack import Stack

#: the outage of the catalogue lasts 60 s; nothing in the system counts to that, so a third of it shows the same
OUTAGE = 20.0


def test_f17_tickets_are_filed_while_the_broker_is_down_and_nothing_is_lost(stack: Stack, office: Office, auditor: Auditor) -> None:
    stack.wait_idle()
    stack.rabbitmq.kill()
    until = time.monotonic() + OUTAGE
    filed = []
    while time.monotonic() < until:
        filed.append(office.employee.file_ticket(f"Filed without a broker {len(filed)}"))  # raises unless 201
        time.sleep(0.25)
    assert stack.pending("ticket_service") == len(filed)
    assert all(service.is_live() for service in stack.services.values())
    stack.rabbitmq.start()
    auditor.check()


def test_f19_a_memory_alarm_blocks_the_relay_and_no_request(stack: Stack, office: Office, auditor: Auditor) -> None:
    stack.wait_idle()
    stack.rabbitmq.memory_alarm(on=True)
    try:
        filed = [office.employee.file_ticket(f"Filed during an alarm {number}") for number in range(20)]
        time.sleep(3)
        assert stack.pending("ticket_service") == len(filed)
        assert _metric(stack, "relay_blocked") == 1.0
    finally:
        stack.rabbitmq.memory_alarm(on=False)
    auditor.check()


def _metric(stack: Stack, name: str) -> float:
    """A figure that the ticket service tells Prometheus."""
    lines = httpx.get(f"{stack['ticket_service'].url}/metrics").text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def test_f21_a_broker_killed_with_unconfirmed_publishes_gets_them_again(stack: Stack, office: Office, auditor: Auditor) -> None:
    with Crowd(office, seed=21) as crowd:
        for _ in range(2):
            crowd.wait_for(25)
            stack.rabbitmq.kill()
            crowd.wait_for(10)
            stack.rabbitmq.start()
    auditor.check()


def test_f25_an_event_that_no_queue_takes_is_kept_marked_and_sent_after_the_repair(stack: Stack, office: Office, auditor: Auditor) -> None:
    filed = office.employee.file_ticket("Its comment finds no queue")
    stack.wait_idle()
    listening = [name for name, handlers in auditor.subscriptions.items() if any("comment.posted" in kinds for kinds in handlers.values())]
    with stack.rabbitmq.connect() as connection, connection.channel() as channel:
        for name in listening:
            channel.queue_unbind(f"{name}.events", "tts.events", "comment.posted")
    said = office.employee.comment(filed.id, "Does anybody hear me?")
    marked = "SELECT count(*) FROM servicekit_outboxevent WHERE aggregate_id = %s AND published_at IS NULL AND last_error = 'unroutable'"
    rows = lambda: stack.postgres.rows(stack["messaging"].database, marked, said.id)  # noqa: E731
    wait_until(lambda: rows() == [(1,)], "the event is marked as unroutable", 15)
    for name in listening:
        stack[name].manage("declare_topology")
    auditor.check()
    assert rows() == [(0,)]
