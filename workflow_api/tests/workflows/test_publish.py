import msgspec
import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from servicekit.contracts.workflow import WorkflowPublished
from servicekit.errors import NotFound, PreconditionFailed
from servicekit.principal import SYSTEM
from tests.factories import last_entry, make_draft, make_workflow, publish_one
from tests.graphs import two_steps
from workflows.errors import AmbiguousRival, NotRunnable
from workflows.models import Workflow, WorkflowVersion
from workflows.services import edit_workflow, publish_workflow

BY = SYSTEM.person


def test_publishing_makes_a_numbered_version_and_tells_of_it(db, published, frozen_clock):
    workflow = make_workflow()
    version = publish_workflow(workflow_id=workflow.id, by=BY)
    assert (version.number, version.is_current, version.definition, version.published_at) == (1, True, workflow.draft, frozen_clock.now)
    assert published() == [
        WorkflowPublished(workflow_id=workflow.id, version=1, name="Repair", category="it-support", subcategory="", department="", by=BY)
    ]
    entry = last_entry()
    assert (entry.action, entry.before, entry.after) == ("workflow.published", None, {"version": 1})


def test_publishing_again_makes_the_next_version_current(db):
    first = publish_one()
    second = publish_workflow(workflow_id=first.workflow_id, by=BY)
    assert list(WorkflowVersion.objects.order_by("number").values_list("number", "is_current")) == [(1, False), (2, True)]
    assert second.number == 2


def test_a_draft_with_problems_is_refused_with_all_of_them_at_their_nodes(db, published):
    definition = msgspec.to_builtins(two_steps()) | {"ends": [], "sla": None}
    definition["steps"][1]["role"] = "tts.nobody"
    workflow = make_workflow(definition=definition)
    with pytest.raises(NotRunnable) as refused:
        publish_workflow(workflow_id=workflow.id, by=BY)
    assert refused.value.fields == {
        "definition": ["There is no end."],
        "repair-done": ["It leads to 'done', which does not exist."],
        "check": ["No way leads from 'Check' to an end."],
        "repair": ["No way leads from 'Repair' to an end.", "The role 'tts.nobody' does not exist or may not act on tasks."],
        "sla": ["All four durations are required."],
    }
    assert (WorkflowVersion.objects.count(), published(), Entry.objects.count()) == (0, [], 1)


def test_a_rival_for_exactly_the_same_tickets_is_refused_and_nothing_changes(db, published):
    publish_one(name="First")
    rival = make_workflow(name="Second")
    before = len(published())
    with pytest.raises(AmbiguousRival) as refused:
        publish_workflow(workflow_id=rival.id, by=BY)
    assert refused.value.detail == "First v1 has the same category, subcategory and department."
    assert (WorkflowVersion.objects.count(), len(published())) == (1, before)


def test_a_workflow_for_more_exact_tickets_is_no_rival(db):
    publish_one()
    publish_one(subcategory="printer", name="Printers")
    publish_one(department="Finance", name="Finance")
    assert WorkflowVersion.objects.filter(is_current=True).count() == 3


def test_a_rival_may_follow_once_the_first_has_moved_to_other_tickets(db):
    first = publish_one(name="First")
    edit_workflow(workflow_id=first.workflow_id, draft=make_draft(name="First", category="others"), by=BY, expected_version=2)
    with pytest.raises(AmbiguousRival):
        publish_one(name="Second")
    publish_workflow(workflow_id=first.workflow_id, by=BY)
    assert publish_one(name="Third").category == "it-support"


def test_a_published_version_cannot_be_changed_or_deleted_even_by_sql(db):
    version = publish_one()
    for change in (
        lambda: WorkflowVersion.objects.update(name="Other"),
        lambda: WorkflowVersion.objects.update(definition={}),
        lambda: WorkflowVersion.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="a published version never changes"), transaction.atomic():
            change()
    version.refresh_from_db()
    assert version.name == "Repair"


def test_a_stale_save_is_refused_and_changes_nothing(db):
    workflow = make_workflow()
    edit_workflow(workflow_id=workflow.id, draft=make_draft(name="Mine"), by=BY, expected_version=1)
    entries = Entry.objects.count()
    with pytest.raises(PreconditionFailed):
        edit_workflow(workflow_id=workflow.id, draft=make_draft(name="Yours"), by=BY, expected_version=1)
    workflow.refresh_from_db()
    assert (workflow.name, workflow.version, Entry.objects.count()) == ("Mine", 2, entries)


def test_publishing_what_somebody_else_has_edited_meanwhile_is_refused(db, published):
    workflow = make_workflow()
    with pytest.raises(PreconditionFailed):
        publish_workflow(workflow_id=workflow.id, by=BY, expected_version=7)
    assert (WorkflowVersion.objects.count(), published()) == (0, [])


def test_an_edit_is_recorded_with_the_draft_before_and_after(db):
    workflow = make_workflow()
    edit_workflow(workflow_id=workflow.id, draft=make_draft(name="New"), by=BY, expected_version=1)
    entry = last_entry()
    assert (entry.action, entry.before["name"], entry.after["name"]) == ("workflow.edited", "Repair", "New")


def test_editing_a_published_workflow_leaves_its_version(db):
    version = publish_one()
    edit_workflow(workflow_id=version.workflow_id, draft=make_draft(name="New", definition={}), by=BY, expected_version=2)
    version.refresh_from_db()
    assert (version.name, version.is_current, Workflow.objects.get().draft) == ("Repair", True, {})


def test_publishing_what_does_not_exist_is_not_found(db):
    with pytest.raises(NotFound):
        publish_workflow(workflow_id=SYSTEM.id, by=BY)
