"""Timers run when due, once, by one worker, and say so when they cannot."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from servicekit import jobs
from servicekit.clock import now
from servicekit.models import DeadLetter, ScheduledJob
from servicekit.tests.notes.models import Note

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch):
    """A kind of job that writes a note, and fails while told to."""
    state = {"fail": False}

    def write(key, payload):
        Note.objects.create(text=f"{key}:{payload.get('n', '')}", created_at=now())
        if state["fail"]:
            raise ZeroDivisionError("boom")

    monkeypatch.setitem(jobs.registry, "test.write", jobs.Job(write, atomic=True))
    monkeypatch.setitem(jobs.registry, "test.outside", jobs.Job(write, atomic=False))
    return state


def test_a_timer_does_not_run_before_its_time(kind, frozen_clock):
    jobs.schedule("test.write", "a", frozen_clock.now + timedelta(seconds=1), {})
    assert jobs.run_next() is False
    frozen_clock.advance(timedelta(seconds=1))
    assert jobs.run_next() is True
    assert (Note.objects.count(), ScheduledJob.objects.count()) == (1, 0)


def test_a_patient_timer_waits_a_minute_while_the_worker_is_busy_and_the_others_do_not(kind, frozen_clock, monkeypatch):
    monkeypatch.setitem(jobs.registry, "test.patient", replace(jobs.registry["test.write"], patient=True))
    jobs.schedule("test.patient", "patient", frozen_clock.now, {})
    jobs.schedule("test.write", "other", frozen_clock.now + timedelta(seconds=59), {})
    frozen_clock.advance(timedelta(seconds=59))
    assert [jobs.run_next(is_busy=True), jobs.run_next(is_busy=True)] == [True, False]
    assert [note.text for note in Note.objects.all()] == ["other:"]
    frozen_clock.advance(timedelta(seconds=1))
    assert jobs.run_next(is_busy=True) is True
    assert [note.text for note in Note.objects.order_by("id")] == ["other:", "patient:"]


def test_scheduling_again_moves_the_timer(kind, frozen_clock):
    jobs.schedule("test.write", "a", frozen_clock.now, {"n": 1})
    jobs.schedule("test.write", "a", frozen_clock.now + timedelta(hours=1), {"n": 2})
    assert jobs.run_next() is False
    frozen_clock.advance(timedelta(hours=1))
    jobs.run_next()
    assert [note.text for note in Note.objects.all()] == ["a:2"]


def test_a_cancelled_timer_never_runs(kind, frozen_clock):
    jobs.schedule("test.write", "a", frozen_clock.now, {})
    assert jobs.cancel("test.write", "a") is True
    assert jobs.cancel("test.write", "a") is False
    assert jobs.run_next() is False


@pytest.mark.django_db(transaction=True)
def test_cancelling_a_timer_that_runs_just_now_does_not_wait_for_it(kind, at_once):
    jobs.schedule("test.write", "a", now(), {})
    with transaction.atomic():
        ScheduledJob.objects.select_for_update().get()
        assert at_once([lambda: jobs.cancel("test.write", "a")], timeout=5) == [False]
    assert jobs.cancel("test.write", "a") is True


def test_a_timer_that_fell_due_long_ago_runs_once(kind, frozen_clock):
    jobs.schedule("test.write", "a", frozen_clock.now - timedelta(days=3), {})
    assert [jobs.run_next(), jobs.run_next()] == [True, False]
    assert Note.objects.count() == 1


def test_a_failed_job_undoes_its_work_and_is_tried_again_with_back_off_until_it_is_a_dead_letter(kind, frozen_clock):
    kind["fail"] = True
    jobs.schedule("test.write", "a", frozen_clock.now, {"n": 7})
    for attempt, pause in enumerate((5, 20, 80, 320), start=1):
        assert jobs.run_next() is True
        row = ScheduledJob.objects.get()
        assert (row.attempts, row.run_at, row.last_error) == (
            attempt,
            frozen_clock.now + timedelta(seconds=pause),
            "ZeroDivisionError: boom",
        )
        frozen_clock.advance(timedelta(seconds=pause))
    assert jobs.run_next() is True
    assert (Note.objects.count(), ScheduledJob.objects.count()) == (0, 0)
    letter = DeadLetter.objects.get()
    assert (letter.source, letter.name, letter.payload) == ("job", "test.write", {"key": "a", "payload": {"n": 7}})


def test_a_job_of_an_unknown_kind_is_not_lost(frozen_clock):
    jobs.schedule("test.unknown", "a", frozen_clock.now, {})
    jobs.run_next()
    assert ScheduledJob.objects.get().last_error == "LookupError: no job of kind test.unknown"


def test_a_job_outside_a_transaction_is_held_by_a_lease_while_it_runs(kind, frozen_clock):
    jobs.schedule("test.outside", "a", frozen_clock.now, {})
    row = jobs._take()
    assert row is not None
    assert jobs.run_next() is False, "another worker must not take it meanwhile"
    frozen_clock.advance(jobs.LEASE)
    assert jobs.run_next() is True, "the lease of a dead worker ends"


@pytest.mark.django_db(transaction=True)
def test_ten_workers_run_fifty_timers_once_each(kind, at_once):
    with transaction.atomic():
        for index in range(50):
            jobs.schedule("test.write", str(index), now(), {})

    def work():
        while jobs.run_next():
            pass

    assert at_once([work] * 10) == [None] * 10
    assert sorted(note.text for note in Note.objects.all()) == sorted(f"{index}:" for index in range(50))


def test_a_recurring_job_plans_its_next_turn(monkeypatch, frozen_clock):
    turns = []
    monkeypatch.setattr(jobs, "registry", dict(jobs.registry))
    monkeypatch.setattr(jobs, "recurring", {})
    jobs.every(timedelta(hours=1), name="test")(lambda: turns.append(frozen_clock.now))
    jobs.plan_recurring()
    frozen_clock.advance(timedelta(hours=1))
    jobs.run_next()
    assert turns == [frozen_clock.now]
    assert ScheduledJob.objects.get(kind="every.test").run_at == frozen_clock.now + timedelta(hours=1)
