"""From decision to the server's answer, and what a crash leaves."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from mail.models import Delivery
from mail.services import create_deliveries, deliver
from mail.smtp import line
from rules.message import Message
from servicekit import jobs
from servicekit.contracts import auth
from servicekit.models import ScheduledJob
from tests import factories as make
from tests.sink import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa():
    return make.make_recipient()


def decided(user_id, event_id=None) -> Delivery:
    (delivery,) = create_deliveries(event_id or uuid4(), "ticket.approved", [make.a_message(user_id)])
    return delivery


def state_of(delivery) -> tuple[str, int, str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.attempts, delivery.error_stage, delivery.last_error


def timer() -> ScheduledJob:
    return ScheduledJob.objects.get(kind="mail.send")


def has_timer() -> bool:
    return ScheduledJob.objects.filter(kind="mail.send").exists()


def test_a_decided_mail_is_pending_and_has_a_timer(rosa, frozen_clock, sink):
    delivery = decided(rosa.id)
    assert state_of(delivery) == ("pending", 0, "", "")
    assert (timer().key, timer().run_at) == (str(delivery.id), frozen_clock.now)
    assert sink.mails == []


def test_a_mail_is_sent_when_its_timer_runs(rosa, frozen_clock, sink, run_due_jobs):
    delivery = decided(rosa.id)
    assert run_due_jobs() == 1
    assert state_of(delivery) == ("sent", 1, "", "")
    assert delivery.sent_at == frozen_clock.now
    (mail,) = sink.mails
    assert (mail["To"], mail["Subject"], mail["Message-ID"], mail["X-TTS-Event"]) == (
        "Rosa Requester <rosa@example.org>", "TT-1 was approved", f"<{delivery.event_id}.{rosa.id}@tts.localhost>", "ticket.approved",
    )  # fmt: skip
    assert not has_timer()


def test_the_same_event_and_person_make_one_delivery(rosa):
    event_id = uuid4()
    for _ in range(2):
        decided(rosa.id, event_id)
    assert (Delivery.objects.count(), ScheduledJob.objects.count()) == (1, 1)


def test_a_sent_mail_is_not_sent_again_by_a_second_timer(rosa, sink, run_due_jobs):
    delivery = decided(rosa.id)
    run_due_jobs()
    deliver(delivery.id)
    assert (len(sink.mails), delivery.id) == (1, Delivery.objects.get().id)


def test_a_timer_without_its_delivery_does_nothing(sink):
    deliver(uuid4())
    assert sink.mails == []


def test_a_deferred_mail_is_tried_five_times_and_then_failed(rosa, sink, frozen_clock, run_due_jobs):
    sink.replies["RCPT"] = "451 Greylisted"
    delivery = decided(rosa.id)
    pauses = []
    while has_timer():
        run_due_jobs()
        if has_timer():
            pauses.append(timer().run_at - frozen_clock.now)
            frozen_clock.at(timer().run_at)
    assert pauses == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)]
    assert state_of(delivery) == ("failed", 5, "recipient", "451 Greylisted")
    assert sink.mails == []


def test_a_deferred_mail_arrives_once_the_server_takes_it(rosa, sink, frozen_clock, run_due_jobs):
    sink.replies["DATA"] = "452 Disk full"
    delivery = decided(rosa.id)
    run_due_jobs()
    assert state_of(delivery) == ("pending", 1, "data", "452 Disk full")
    del sink.replies["DATA"]
    frozen_clock.advance(timedelta(minutes=1))
    run_due_jobs()
    assert state_of(delivery) == ("sent", 2, "", "")
    assert len(sink.mails) == 1


def test_a_refused_mail_has_failed_at_once(rosa, sink, run_due_jobs):
    sink.replies["RCPT"] = "550 5.1.1 No such user"
    delivery = decided(rosa.id)
    run_due_jobs()
    assert state_of(delivery) == ("failed", 1, "recipient", "550 5.1.1 No such user")
    assert not has_timer()


def test_an_address_that_is_none_has_failed_at_once_and_the_server_is_not_asked(sink, run_due_jobs):
    delivery = decided(make.make_recipient(email="rosa@example.org\r\nRCPT TO:<evil@example.org>").id)
    run_due_jobs()
    assert state_of(delivery) == ("failed", 1, "recipient", "this is not an address that mail can be sent to")
    assert (sink.mails, sink.connections) == ([], set())


def test_an_unreachable_server_leaves_the_mail_pending(rosa, run_due_jobs, frozen_clock):
    delivery = decided(rosa.id)
    run_due_jobs()
    assert state_of(delivery) == ("pending", 1, "connect", "ConnectionRefusedError: [Errno 111] Connection refused")
    assert delivery.next_try_at == timer().run_at == frozen_clock.now + timedelta(minutes=1)


def test_a_mail_in_doubt_is_unknown_and_sent_once_more_with_the_same_message_id(rosa, sink, frozen_clock, run_due_jobs):
    sink.drops_after_data = True
    delivery = decided(rosa.id)
    run_due_jobs()
    assert state_of(delivery)[:3] == ("unknown", 1, "data")
    sink.drops_after_data = False
    frozen_clock.advance(timedelta(minutes=1))
    run_due_jobs()
    assert state_of(delivery)[:2] == ("sent", 2)
    assert [mail["Message-ID"] for mail in sink.mails] == [f"<{delivery.event_id}.{rosa.id}@tts.localhost>"] * 2


def test_a_mail_in_doubt_twice_stays_unknown_and_is_not_sent_a_third_time(rosa, sink, frozen_clock, run_due_jobs):
    sink.drops_after_data = True
    delivery = decided(rosa.id)
    for _ in range(3):
        run_due_jobs()
        frozen_clock.advance(timedelta(hours=2))
    deliver(delivery.id)
    assert state_of(delivery)[:2] == ("unknown", 2)
    assert (len(sink.mails), has_timer()) == (2, False)


def test_mail_to_an_account_that_was_switched_off_is_discarded(sink, run_due_jobs):
    delivery = decided(make.make_recipient(is_active=False).id)
    run_due_jobs()
    assert state_of(delivery) == ("discarded", 0, "recipient", "the account is switched off")
    assert sink.mails == []


def test_mail_waits_for_an_address_and_goes_out_when_it_becomes_known(sink, run_due_jobs, deliver, frozen_clock):
    stranger = uuid4()
    delivery = decided(stranger)
    run_due_jobs()
    assert state_of(delivery) == ("pending", 0, "recipient", "the address is not known yet")
    deliver_user = auth.UserCreated(**make.user_fields(user_id=stranger, email="new@example.org", name="Newt"))
    deliver(deliver_user)
    run_due_jobs()
    assert state_of(delivery)[:2] == ("sent", 1)
    assert [mail["To"] for mail in sink.mails] == ["Newt <new@example.org>"]


def test_mail_looks_for_its_address_every_ten_minutes_in_case_the_two_events_crossed(sink, run_due_jobs, frozen_clock):
    stranger = uuid4()
    delivery = decided(stranger)
    run_due_jobs()
    assert timer().run_at == frozen_clock.now + timedelta(minutes=10)
    make.make_recipient(id=stranger)
    frozen_clock.advance(timedelta(minutes=10))
    run_due_jobs()
    assert state_of(delivery)[:2] == ("sent", 1)


def test_mail_for_somebody_who_never_becomes_known_has_failed_after_a_day(run_due_jobs, frozen_clock):
    delivery = decided(uuid4())
    frozen_clock.advance(timedelta(hours=24, seconds=1))
    run_due_jobs()
    assert state_of(delivery) == ("failed", 0, "recipient", "the address never became known")
    assert not has_timer()


def test_an_address_that_was_corrected_between_two_tries_is_used(rosa, sink, run_due_jobs, frozen_clock):
    sink.replies["RCPT"] = "450 Busy"
    decided(rosa.id)
    run_due_jobs()
    sink.replies.clear()
    rosa.email = "right@example.org"
    rosa.save()
    frozen_clock.advance(timedelta(minutes=1))
    run_due_jobs()
    assert sink.envelopes == [("tickets@tts.localhost", ["right@example.org"])]


def test_one_mail_takes_these_queries(rosa, sink, query_budget):
    delivery = decided(rosa.id)
    with query_budget("deliver a mail"):
        deliver(delivery.id)


def test_deliveries_of_many_people_are_written_together(query_budget):
    messages = [make.a_message() for _ in range(10)]
    assert all(isinstance(message, Message) for message in messages)
    with query_budget("decide ten mails"):
        create_deliveries(uuid4(), "sla.breached", messages)
    assert ScheduledJob.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_that_a_try_begins_is_committed_before_the_server_hears_of_it(rosa, sink):
    delivery = decided(rosa.id)
    seen = []

    def look():
        seen.append(Delivery.objects.get(id=delivery.id).state)
        connection.close()

    sink.at_data = look
    assert jobs.run_next() is True
    assert (seen, state_of(delivery)[0]) == (["sending"], "sent")
    assert not has_timer()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_a_mail_once(rosa, sink, at_once):
    delivery = decided(rosa.id)
    sink.wait["DATA"] = 0.3

    def work():
        ran = jobs.run_next()
        line.hang_up()
        return ran

    assert at_once([work, work]) in ([True, False], [False, True])
    assert (len(sink.mails), state_of(delivery)[:2]) == (1, ("sent", 1))


CRASHING = "import django, sys; django.setup(); from uuid import UUID; from mail.services import deliver; deliver(UUID(sys.argv[1]))"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_before_the_answer_leaves_a_doubt_and_the_mail_is_sent_once_more(rosa, sink, frozen_clock, run_due_jobs):
    delivery = decided(rosa.id)
    worker: list[subprocess.Popen[bytes]] = []

    def kill():
        os.kill(worker[0].pid, signal.SIGKILL)
        sink.at_data = None

    sink.at_data = kill
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    environment = {**os.environ, "DATABASE_URL": database, "DJANGO_EMAIL_HOST": "127.0.0.1", "DJANGO_EMAIL_PORT": str(sink.port)}
    worker.append(subprocess.Popen([sys.executable, "-c", CRASHING, str(delivery.id)], env=environment))
    wait_until(lambda: worker[0].poll() is not None, 30)
    assert (worker[0].returncode, state_of(delivery)[:2], len(sink.mails)) == (-signal.SIGKILL, ("sending", 1), 1)

    run_due_jobs()
    assert state_of(delivery) == ("unknown", 1, "data", "the worker stopped before the server's answer")
    frozen_clock.advance(timedelta(minutes=1))
    run_due_jobs()
    assert state_of(delivery)[:2] == ("sent", 2)
    assert len({mail["Message-ID"] for mail in sink.mails}) == 1
    assert len(sink.mails) == 2
