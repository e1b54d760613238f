"""A service's user at the broker tells its own facts and no other's. All other tests run with the same users: what flows, flows so."""

import amqp
import pytest

from production.broker import TELLS
from production.state import DJANGO_NAMES
from tests.system.harness.auditor import Auditor
from tests.system.harness.stack import Stack

OTHERS = [(user, word) for user in TELLS for other, words in TELLS.items() if other != user for word in words]


def publish(stack: Stack, user: str, exchange: str, key: str) -> None:
    """Publish as a service's user, and wait until the broker has confirmed or refused it."""
    with stack.rabbitmq.connect(user) as connection, connection.channel() as channel:
        channel.basic_publish_confirm(amqp.Message("{}"), exchange=exchange, routing_key=key)


@pytest.mark.parametrize(("user", "word"), [(user, word) for user, words in TELLS.items() for word in words])
def test_a_service_tells_its_own_facts(stack: Stack, user: str, word: str) -> None:
    publish(stack, user, "tts.events", f"{word}.nobody_hears_this")


@pytest.mark.parametrize(("user", "word"), OTHERS)
def test_a_service_cannot_tell_what_is_another_s_to_tell(stack: Stack, user: str, word: str) -> None:
    with pytest.raises(amqp.AccessRefused):
        publish(stack, user, "tts.events", f"{word}.nobody_hears_this")


@pytest.mark.parametrize("key", ["", "#", "ticket", "tickets.approved", "x.ticket.approved", "to.workflow_api"])
def test_a_key_that_only_resembles_its_own_is_refused(stack: Stack, key: str) -> None:
    with pytest.raises(amqp.AccessRefused):
        publish(stack, "ticket", "tts.events", key)


@pytest.mark.parametrize(("exchange", "key"), [("tts.dead", "workflow_api"), ("tts.dead", "ticket_service"), ("", "workflow_api.events")])
def test_nobody_puts_anything_past_the_exchange_or_among_the_dead_letters(stack: Stack, exchange: str, key: str) -> None:
    with pytest.raises(amqp.AccessRefused):
        publish(stack, "ticket", exchange, key)


def test_each_queue_is_bound_to_what_its_service_handles(stack: Stack, auditor: Auditor) -> None:
    listed = stack.rabbitmq.control("list_bindings", "--silent", "--no-table-headers", "source_name", "destination_name", "routing_key")
    found = {tuple(line.split("\t")) for line in listed.splitlines() if line.startswith("tts.")}
    events = {("tts.events", f"{name}.events", key) for name, by in auditor.subscriptions.items() for kinds in by.values() for key in kinds}
    own = {("tts.events", f"{name}.events", f"to.{name}") for name in DJANGO_NAMES.values()}
    assert found == events | own | {("tts.dead", f"{name}.events.dead", name) for name in DJANGO_NAMES.values()}
