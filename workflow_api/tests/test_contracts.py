"""What this service tells looks like the frozen samples, and it takes every sample of what it hears."""

import pytest

from servicekit.contracts import registry, workflow
from servicekit.events.handling import handlers
from servicekit.models import DeadLetter, InboxEntry
from servicekit.testing.contracts import assert_looks_like_samples, samples_for, types_published_by
from tasks.services import act_on_item, escalate_item, hold_item, resume_item, start_item, transfer_item
from tests.factories import approved, open_item, principal_of, publish_one, withdrawn

HEARD = sorted(handlers)


def work_through_everything(desk, deliver, frozen_clock, run_due_jobs):
    """Makes every fact of this service happen, by the services themselves."""

    def item():
        return {"item_id": open_item().id, "by": principal_of(open_item().assignee)}

    publish_one(name="Assets", category="asset-check-in")
    deliver(approved())
    start_item(**item())
    hold_item(**item(), reason="Part")
    resume_item(**item())
    frozen_clock.at(open_item().task.clock.target_at)
    run_due_jobs()
    transfer_item(item_id=open_item().id, by=principal_of(desk.eve), to=desk.bob.id, reason="Ill")
    escalate_item(**item(), reason="Hot")
    act_on_item(**item(), transition="check-repair", note="Burnt")
    act_on_item(**item(), transition="repair-done", note="New fan")
    type(desk.ann).objects.filter(roles__contains=["tts.agent"]).update(is_active=False)
    deliver(approved(ticket_id=desk.eve.id, number="TX-2"))
    deliver(withdrawn(ticket_id=desk.eve.id, number="TX-2"))
    deliver(approved(ticket_id=desk.bob.id, number="TX-3", category="others", subcategory=""))


def test_every_fact_of_this_service_is_made_by_it_and_looks_like_its_samples(desk, deliver, published, frozen_clock, run_due_jobs):
    work_through_everything(desk, deliver, frozen_clock, run_due_jobs)
    made = published()
    assert {type(event) for event in made} == set(types_published_by(workflow))
    for event in made:
        assert_looks_like_samples(event)


def test_the_facts_of_a_task_count_its_versions_without_a_gap(desk, deliver, published, frozen_clock, run_due_jobs):
    work_through_everything(desk, deliver, frozen_clock, run_due_jobs)
    versions: dict[object, list[int]] = {}
    for event in published(workflow.TaskEvent):
        versions.setdefault(event.task_id, []).append(event.version)
    assert len(versions) == 2
    for found in versions.values():
        assert found == list(range(1, len(found) + 1))


@pytest.mark.parametrize("event_type", HEARD)
def test_every_sample_of_what_is_heard_is_taken_twice_with_one_effect(db, deliver, published, event_type):
    samples = [sample for event in registry.values() if event.type == event_type for sample in samples_for(event)]
    assert samples
    for sample in samples:
        deliver(sample)
        told = len(published())
        deliver(sample)
        assert len(published()) == told
    assert (InboxEntry.objects.count() > 0, DeadLetter.objects.count()) == (True, 0)
