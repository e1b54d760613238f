"""Outgoing mail as a whole stops and goes on."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from mail.models import Delivery, Pause
from mail.pausing import pause_mail, resume_mail
from mail.services import create_deliveries
from servicekit.models import ScheduledJob
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa():
    return make.make_recipient()


def decided(user_id) -> Delivery:
    (delivery,) = create_deliveries(uuid4(), "ticket.approved", [make.a_message(user_id)])
    return delivery


def state_of(delivery) -> tuple[str, int]:
    delivery.refresh_from_db()
    return delivery.state, delivery.attempts


def run(*arguments):
    """What the command prints."""
    out = StringIO()
    call_command("mail_sending", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_no_mail_leaves_while_mail_is_paused(rosa, frozen_clock, sink, run_due_jobs):
    pause_mail("restored")
    delivery = decided(rosa.id)
    assert run_due_jobs() == 1
    assert (state_of(delivery), sink.mails) == (("pending", 0), [])
    timer = ScheduledJob.objects.get(kind="mail.send")
    assert (timer.key, timer.run_at) == (str(delivery.id), frozen_clock.now + timedelta(minutes=5))


def test_what_waited_leaves_at_once_when_mail_goes_on(rosa, frozen_clock, sink, run_due_jobs):
    pause_mail("restored")
    delivery = decided(rosa.id)
    run_due_jobs()
    resume_mail()
    assert run_due_jobs() == 1
    assert (state_of(delivery), len(sink.mails)) == (("sent", 1), 1)


def test_a_timer_that_waits_for_another_reason_is_not_hurried_when_mail_goes_on(rosa, frozen_clock):
    delivery = decided(rosa.id)
    later = frozen_clock.now + timedelta(hours=1)
    ScheduledJob.objects.filter(key=str(delivery.id)).update(run_at=later)
    pause_mail("restored")
    resume_mail()
    assert ScheduledJob.objects.get(kind="mail.send").run_at == later


def test_what_was_decided_before_the_pause_can_be_given_up(rosa, frozen_clock, sink, run_due_jobs):
    old = decided(rosa.id)
    frozen_clock.advance(timedelta(minutes=1))
    pause_mail("restored")
    new = decided(rosa.id)
    run_due_jobs()
    was = resume_mail(discards_older=True)
    run_due_jobs()
    assert (was.waiting, was.older) == (2, 1)
    assert (state_of(old), state_of(new), len(sink.mails)) == (("discarded", 0), ("sent", 1), 1)


def test_a_second_pause_keeps_the_first_ones_time(frozen_clock):
    first = pause_mail("restored")
    frozen_clock.advance(timedelta(minutes=1))
    assert pause_mail("again") == first
    assert Pause.objects.get().reason == "restored"


def test_the_command_pauses_tells_and_resumes(rosa, frozen_clock):
    decided(rosa.id)
    frozen_clock.advance(timedelta(seconds=1))
    since = frozen_clock.now.isoformat().replace("+00:00", "Z")
    paused = {"since": since, "reason": "restored to 12:00", "waiting": 1, "older": 1}
    assert run("pause", "--reason", "restored to 12:00") == paused
    assert run("status") == paused
    assert run("resume") == paused
    assert run("status") == {"since": None, "reason": "", "waiting": 1, "older": 0}


def test_a_pause_without_a_reason_is_refused_and_changes_nothing():
    with pytest.raises(CommandError, match="a pause needs a --reason"):
        run("pause")
    assert not Pause.objects.exists()


def test_mail_that_goes_out_can_be_told_to_go_on(rosa):
    assert run("resume")["since"] is None
