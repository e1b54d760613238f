from dataclasses import asdict
from uuid import uuid4

import pytest

from audit.models import Entry
from servicekit.models import OutboxEvent
from tests.factories import make_draft, make_person, make_workflow, publish_one
from workflows.models import Workflow, WorkflowVersion

WORKFLOWS = "/api/v1/workflows/"


@pytest.fixture
def admin(api_as):
    return api_as("tts.admin")


def body(**changes):
    return asdict(make_draft(**changes))


def state():
    return list(Workflow.objects.values()), WorkflowVersion.objects.count(), OutboxEvent.objects.count(), Entry.objects.count()


def test_a_workflow_is_created_edited_and_published_with_its_own_etags(db, admin):
    created = admin.post(WORKFLOWS, body(definition={"steps": [], "ends": [], "transitions": [], "sla": None}))
    path = f"{WORKFLOWS}{created.json()['id']}/"
    assert (created.status_code, created["ETag"], created.json()["published"]) == (201, '"v1"', None)
    assert [problem["code"] for problem in created.json()["problems"]] == ["no_start", "no_end", "no_sla"]
    edited = admin.put(path, body(), headers={"If-Match": created["ETag"]})
    assert (edited.status_code, edited["ETag"], edited.json()["problems"]) == (200, '"v2"', [])
    published = admin.post(path + "publish/", headers={"If-Match": edited["ETag"]})
    assert (published.status_code, published["ETag"], published.json()["number"]) == (200, '"v3"', 1)
    shown = admin.get(path)
    assert (shown["ETag"], shown.json()["published"]["number"], shown.json()["definition"]) == ('"v3"', 1, body()["definition"])


def test_an_edited_workflow_shows_its_current_version_and_not_an_earlier_one(db, admin):
    path = f"{WORKFLOWS}{publish_one().workflow_id}/"
    admin.post(path + "publish/")
    edited = admin.put(path, body(name="New"), headers={"If-Match": '"v3"'}).json()
    assert (edited["name"], edited["published"]["number"], edited["published"]["name"]) == ("New", 2, "Repair")


def test_the_list_shows_each_workflow_with_its_current_version(db, admin):
    publish_one()
    make_workflow(name="Draft")
    rows = admin.get(WORKFLOWS).json()["results"]
    assert [(row["name"], row["published"] and row["published"]["number"]) for row in rows] == [("Draft", None), ("Repair", 1)]


def test_the_versions_are_listed_and_shown(db, admin):
    version = publish_one()
    path = f"{WORKFLOWS}{version.workflow_id}/versions/"
    assert [row["number"] for row in admin.get(path).json()["results"]] == [1]
    assert admin.get(path + "1/").json()["definition"] == version.definition
    assert [admin.get(path + number).status_code for number in ("2/", "x/", "99999999999/")] == [404, 404, 404]
    assert admin.get(f"{WORKFLOWS}{uuid4()}/versions/").status_code == 404


def test_a_stale_save_is_refused_with_412_and_changes_nothing(db, admin):
    path = f"{WORKFLOWS}{make_workflow().id}/"
    admin.put(path, body(name="Mine"), headers={"If-Match": '"v1"'})
    before = state()
    stale = admin.put(path, body(name="Yours"), headers={"If-Match": '"v1"'})
    blind = admin.put(path, body(name="Yours"))
    assert [(answer.status_code, answer.json()["code"]) for answer in (stale, blind)] == [
        (412, "precondition_failed"),
        (428, "precondition_required"),
    ]
    assert state() == before


def test_publishing_problems_are_named_at_their_nodes(db, admin):
    workflow = make_workflow(definition=body()["definition"] | {"sla": {"critical": 9, "high": 8, "medium": 10, "low": 11}})
    before = state()
    refused = admin.post(f"{WORKFLOWS}{workflow.id}/publish/")
    assert (refused.status_code, refused.json()["code"]) == (400, "not_runnable")
    assert refused.json()["fields"] == {"sla": ["critical must be shorter than high."]}
    assert state() == before


def test_publishing_a_rival_is_refused_with_409(db, admin):
    publish_one()
    rival = make_workflow(name="Rival")
    before = state()
    refused = admin.post(f"{WORKFLOWS}{rival.id}/publish/")
    assert (refused.status_code, refused.json()["code"]) == (409, "ambiguous_rival")
    assert state() == before


def definition(**changes):
    return body()["definition"] | changes


STEP = {"key": "a", "name": "A"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"category": "no slug"}, "category"),
        ({"category": "", "subcategory": "printer"}, "subcategory"),
        ({"version": 3}, "version"),
        ({"definition": []}, "definition"),
        ({"definition": definition(steps=[STEP | {"weight": -1}])}, "definition.steps.0.weight"),
        ({"definition": definition(steps=[STEP | {"kind": "end"}])}, "definition.steps.0.kind"),
        ({"definition": definition(steps=[STEP | {"key": "a b"}])}, "definition.steps.0.key"),
        ({"definition": definition(steps=[STEP] * 101)}, "definition.steps"),
        ({"definition": definition(transitions=[{"key": "t", "name": "T", "from": "a"}])}, "definition.transitions.0.to"),
        ({"definition": definition(sla={"critical": 1})}, "definition.sla.high"),
        ({"definition": definition(extra=1)}, "definition.extra"),
    ],
)
def test_a_body_of_another_shape_is_refused_with_the_field_and_changes_nothing(db, admin, changes, field):
    before = state()
    refused = admin.post(WORKFLOWS, body() | changes)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    assert field in refused.json()["fields"]
    assert state() == before


def test_creating_twice_with_the_same_key_makes_one_workflow(db, admin):
    answers = [admin.post(WORKFLOWS, body(), headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Workflow.objects.count() == 1


def test_people_are_listed_by_role(db, admin):
    make_person("Bob", "tts.agent")
    ann = make_person("Ann", "tts.agent", department="IT")
    make_person("Carl", "hdts.coordinator")
    rows = admin.get(WORKFLOWS + "people/?role=tts.agent").json()["results"]
    assert [row["name"] for row in rows] == ["Ann", "Bob"]
    assert rows[0] == {"id": str(ann.id), "name": "Ann", "department": "IT", "roles": ["tts.agent"]}


def test_the_record_is_listed_newest_first_and_filtered(db, admin):
    version = publish_one()
    make_workflow(name="Other")
    everything = admin.get(WORKFLOWS + "audit/").json()["results"]
    assert [(row["action"], row["object_label"]) for row in everything] == [
        ("workflow.created", "Other"),
        ("workflow.published", "Repair"),
        ("workflow.created", "Repair"),
    ]
    assert everything[1]["actor"] == {"id": "00000000-0000-0000-0000-000000000000", "name": "System"}
    for query, count in (
        ("action=workflow.published", 1),
        (f"object_id={version.workflow_id}", 2),
        ("object_type=task", 0),
        (f"actor={uuid4()}", 0),
        ("since=2000-01-01T00:00:00Z", 3),
        ("until=2000-01-01T00:00:00Z", 0),
    ):
        assert len(admin.get(f"{WORKFLOWS}audit/?{query}").json()["results"]) == count


def test_the_record_cannot_be_written_by_the_api(db, admin):
    publish_one()
    for method in (admin.post, admin.patch, admin.delete):
        assert method(WORKFLOWS + "audit/", {}).status_code == 405
