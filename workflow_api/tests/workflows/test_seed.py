from django.core.management import call_command

from engine import find_problems, read_definition
from servicekit.contracts.permissions import BUILT_IN_ROLES
from tasks.models import Task, Waiting
from tests.factories import approved, make_person
from workflows.models import Workflow, WorkflowVersion

CATEGORIES = ["asset-check-in", "asset-check-out", "it-support", "new-budget-proposal", "others"]


def test_each_default_category_has_one_published_workflow_however_often_it_is_seeded(db, published):
    call_command("seed")
    call_command("seed")
    assert list(WorkflowVersion.objects.order_by("category").values_list("category", "number", "is_current")) == [
        (category, 1, True) for category in CATEGORIES
    ]
    assert len(published()) == 5


def test_the_seeds_can_run_and_lead_back_for_more_work(db):
    call_command("seed")
    for version in WorkflowVersion.objects.all():
        definition = read_definition(version.definition)
        assert find_problems(definition, BUILT_IN_ROLES) == ()
        assert {(step.role, step.escalation_role) for step in definition.steps} == {("tts.agent", "tts.admin")}
        assert len([way for way in definition.transitions if way.name == "Needs more work"]) == 1


def test_a_ticket_of_every_default_category_is_allocated(db, deliver):
    call_command("seed")
    make_person("Ann", "tts.agent")
    for number, category in enumerate(CATEGORIES):
        deliver(approved(ticket_id=Workflow.objects.get(category=category).id, number=f"TX-{number}", category=category, subcategory=""))
    assert (Task.objects.count(), Waiting.objects.count()) == (5, 0)


def test_a_workflow_that_an_admin_has_changed_stays(db):
    call_command("seed")
    Workflow.objects.filter(category="others").update(name="Ours")
    call_command("seed")
    assert Workflow.objects.get(category="others").name == "Ours"
