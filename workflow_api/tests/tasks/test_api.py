from datetime import timedelta
from uuid import uuid4

import pytest

from servicekit.contracts.permissions import Permission
from tasks.models import Task, TaskItem, Waiting
from tasks.services import act_on_item, escalate_item, hold_item
from tests.factories import REQUESTER, approved, make_person, only_task, open_item, principal_of, publish_one, state

TASKS = "/api/v1/tasks/"


@pytest.fixture
def as_(api_as):
    """A client of somebody of the directory."""
    return lambda person: api_as(principal=principal_of(person))


def numbers(response):
    assert response.status_code == 200, response.content
    return [row["ticket"]["number"] for row in response.json()["results"]]


def iso(moment):
    return moment.isoformat().replace("+00:00", "Z")


def test_an_item_shows_ticket_step_targets_ways_out_and_what_the_assignee_may_do(task, desk, as_):
    item = open_item()
    assert as_(desk.ann).get(f"{TASKS}{item.id}/").json() == {
        "id": str(item.id),
        "task_id": str(task.id),
        "ticket": {
            "id": str(task.ticket_id),
            "number": "TX-1",
            "subject": "Printer on fire",
            "priority": "critical",
            "requester": {"id": str(REQUESTER.id), "name": "Rita Requester"},
        },
        "workflow": {"id": str(desk.version.workflow_id), "name": "Repair", "version": 1},
        "step": {"key": "check", "name": "Check", "instruction": ""},
        "role": "tts.agent",
        "status": "new",
        "assignee": {"id": str(desk.ann.id), "name": "Ann"},
        "owner": {"id": str(desk.carl.id), "name": "Carl"},
        "origin": "allocation",
        "assigned_at": iso(item.assigned_at),
        "started_at": None,
        "closed_at": None,
        "target_at": iso(item.clock.target_at),
        "task_target_at": iso(task.clock.target_at),
        "hold_reason": "",
        "transitions": [{"key": "check-repair", "name": "check to repair", "note_required": False}],
        "actions": ["start", "act", "hold", "escalate"],
    }


@pytest.mark.parametrize(("name", "actions"), [("eve", ["transfer"]), ("carl", ["transfer"])])
def test_the_admin_and_the_owner_see_the_item_and_may_transfer_it(task, desk, as_, name, actions):
    assert as_(getattr(desk, name)).get(f"{TASKS}{open_item().id}/").json()["actions"] == actions


def test_what_may_be_done_follows_the_status(task, desk, as_):
    client, path = as_(desk.ann), f"{TASKS}{open_item().id}/"
    assert client.post(path + "start/").json()["actions"] == ["act", "hold", "escalate"]
    assert client.post(path + "hold/", {"reason": "Part"}).json()["actions"] == ["resume", "escalate"]
    assert client.post(path + "resume/").json()["actions"] == ["act", "hold", "escalate"]
    done = client.post(path + "act/", {"transition": "check-repair", "note": "ok"}).json()
    assert (done["status"], done["actions"], done["transitions"]) == ("done", [], [])


def test_looking_at_an_item_changes_nothing(task, desk, as_):
    before = state()
    as_(desk.ann).get(f"{TASKS}{open_item().id}/")
    as_(desk.eve).get(f"{TASKS}{open_item().id}/")
    assert state() == before


def test_an_agent_who_had_nothing_to_do_with_the_ticket_does_not_see_the_item(task, desk, as_):
    assert as_(desk.bob).get(f"{TASKS}{open_item().id}/").json()["code"] == "not_found"
    assert as_(desk.bob).get(f"{TASKS}by-ticket/TX-1/").json()["code"] == "not_found"


def test_acting_from_two_tabs_moves_once_and_the_second_gets_409(task, desk, as_):
    path = f"{TASKS}{open_item().id}/act/"
    assert as_(desk.ann).post(path, {"transition": "check-repair"}).status_code == 200
    before = state()
    second = as_(desk.ann).post(path, {"transition": "check-repair"})
    assert (second.status_code, second.json()["code"]) == (409, "item_closed")
    assert state() == before


@pytest.mark.parametrize(
    ("action", "body", "status", "code"),
    [
        ("act", {"transition": "repair-done", "note": "x"}, 409, "illegal_transition"),
        ("act", {"transition": "check-repair", "assignee": "me"}, 400, "invalid_input"),
        ("act", {}, 400, "invalid_input"),
        ("act", {"transition": "check-repair", "note": "x" * 5001}, 400, "invalid_input"),
        ("act", {"transition": "check-repair", "note": "a\x00b"}, 400, "invalid_input"),
        ("hold", {}, 400, "invalid_input"),
        ("hold", {"reason": " "}, 400, "invalid_input"),
        ("resume", {}, 409, "illegal_transition"),
        ("escalate", {"reason": ""}, 400, "invalid_input"),
        ("transfer", {"reason": "x"}, 403, "forbidden"),
    ],
)
def test_a_bad_request_of_the_assignee_is_refused_and_changes_nothing(task, desk, as_, action, body, status, code):
    before = state()
    response = as_(desk.ann).post(f"{TASKS}{open_item().id}/{action}/", body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert state() == before


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("start", {}),
        ("act", {"transition": "check-repair"}),
        ("hold", {"reason": "x"}),
        ("resume", {}),
        ("escalate", {"reason": "x"}),
    ],
)
def test_an_admin_who_is_not_the_assignee_is_refused_and_nothing_changes(task, desk, as_, action, body):
    before = state()
    response = as_(desk.eve).post(f"{TASKS}{open_item().id}/{action}/", body)
    assert (response.status_code, response.json()["code"]) == (403, "not_assignee")
    assert state() == before


def test_the_admin_who_is_the_assignee_acts(task, desk, as_):
    escalate_item(item_id=open_item().id, by=principal_of(desk.ann), reason="Hot")
    response = as_(desk.eve).post(f"{TASKS}{open_item().id}/act/", {"transition": "check-repair"})
    assert (response.status_code, open_item().step) == (200, "repair")


def test_an_escalation_that_nobody_can_take_is_told(task, desk, as_):
    type(desk.eve).objects.filter(id=desk.eve.id).update(roles=[])
    before = state()
    response = as_(desk.ann).post(f"{TASKS}{open_item().id}/escalate/", {"reason": "Hot"})
    assert (response.status_code, response.json()["code"]) == (409, "nobody_to_escalate_to")
    assert state() == before


def test_the_candidates_are_the_other_active_holders_of_the_role(task, desk, as_):
    make_person("Abe", "tts.agent")
    make_person("Old", "tts.agent", is_active=False)
    response = as_(desk.carl).get(f"{TASKS}{open_item().id}/candidates/")
    assert [person["name"] for person in response.json()["results"]] == ["Abe", "Bob"]


def test_candidates_are_shown_only_to_who_may_transfer(task, desk, as_):
    other = make_person("Cleo", "hdts.coordinator")
    assert as_(other).get(f"{TASKS}{open_item().id}/candidates/").status_code == 404


def test_a_transfer_moves_the_item(task, desk, as_):
    response = as_(desk.eve).post(f"{TASKS}{open_item().id}/transfer/", {"user_id": str(desk.bob.id), "reason": "Ill"})
    assert (response.status_code, response.json()["status"], open_item().assignee) == (200, "transferred", desk.bob)


@pytest.fixture
def three(task, desk, deliver, frozen_clock):
    """TX-1 (critical, Ann), TX-2 (high, Bob, on hold) and TX-3 (low, Ann, done and now Bob's)."""
    frozen_clock.advance(timedelta(minutes=1))
    deliver(approved(ticket_id=uuid4(), number="TX-2", priority="high", subject="Mouse lost"))
    frozen_clock.advance(timedelta(minutes=1))
    deliver(approved(ticket_id=uuid4(), number="TX-3", priority="low", subject="Keyboard 100% wet"))
    TaskItem.objects.filter(task__ticket__number="TX-2").update(status="held")
    act_on_item(item_id=TaskItem.objects.get(task__ticket__number="TX-3").id, by=principal_of(desk.ann), transition="check-repair", note="")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["TX-3", "TX-1"]),
        ("?scope=mine&status=open", ["TX-1"]),
        ("?status=done", ["TX-3"]),
        ("?status=open,done", ["TX-3", "TX-1"]),
        ("?priority=critical", ["TX-1"]),
        ("?q=tx-3", ["TX-3"]),
        ("?q=WET", ["TX-3"]),
        ("?q=100%25", ["TX-3"]),
        ("?q=nothing", []),
        ("?scope=owned", []),
        ("?scope=all&status=open", ["TX-3", "TX-1"]),
    ],
)
def test_an_agent_s_list_is_filtered(three, desk, as_, query, found):
    assert numbers(as_(desk.ann).get(TASKS + query)) == found


def test_an_agent_sees_the_whole_course_of_tickets_that_he_touched_and_no_others(three, desk, as_):
    assert numbers(as_(desk.ann).get(TASKS + "?scope=all")) == ["TX-3", "TX-3", "TX-1"]
    assert numbers(as_(desk.eve).get(TASKS + "?scope=all")) == ["TX-3", "TX-3", "TX-2", "TX-1"]


def test_a_coordinator_sees_the_items_of_his_tasks(three, desk, as_):
    assert numbers(as_(desk.carl).get(TASKS + "?scope=owned&status=held")) == ["TX-2"]


@pytest.mark.parametrize("query", ["?status=lost", "?scope=yours", "?priority=urgent", "?status=" + "x" * 41])
def test_a_filter_that_does_not_exist_is_refused(desk, as_, query):
    response = as_(desk.ann).get(TASKS + query)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_input")


def test_the_list_comes_in_pages(three, desk, as_):
    first = as_(desk.ann).get(TASKS + "?limit=1").json()
    second = as_(desk.ann).get(TASKS + f"?limit=1&cursor={first['next']}").json()
    assert [row["ticket"]["number"] for row in first["results"] + second["results"]] == ["TX-3", "TX-1"]
    assert second["next"] is None


def test_the_tracker_draws_the_pinned_graph_with_what_is_done_active_and_taken(task, desk, as_, frozen_clock):
    at = frozen_clock.advance(timedelta(minutes=4))
    act_on_item(item_id=open_item().id, by=principal_of(desk.ann), transition="check-repair", note="Burnt")
    answer = as_(desk.bob).get(f"{TASKS}by-ticket/TX-1/").json()
    ann, bob = ({"id": str(person.id), "name": person.name} for person in (desk.ann, desk.bob))
    check = {"key": "check", "name": "Check", "role": "tts.agent", "kind": "start"}
    repair = {"key": "repair", "name": "Repair", "role": "tts.agent", "kind": "step"}
    assert answer["graph"] == {
        "nodes": [
            check | {"state": "done", "at": iso(at), "by": ann},
            repair | {"state": "active", "at": iso(at), "by": bob},
            {"key": "done", "name": "Done", "role": "", "kind": "end", "state": "pending", "at": None, "by": None},
        ],
        "edges": [
            {"key": "check-repair", "name": "check to repair", "from": "check", "to": "repair", "taken": True},
            {"key": "repair-done", "name": "repair to done", "from": "repair", "to": "done", "taken": False},
            {"key": "repair-check", "name": "repair to check", "from": "repair", "to": "check", "taken": False},
        ],
    }
    assert (answer["task_id"], answer["status"], answer["target_at"]) == (str(task.id), "running", iso(task.clock.target_at))
    assert answer["workflow"] == {"id": str(desk.version.workflow_id), "name": "Repair", "version": 1}
    assert answer["owner"] == {"id": str(desk.carl.id), "name": "Carl"}
    assert [(row["step"], row["status"], row["assignee"]["name"], row["transition_name"], row["note"]) for row in answer["items"]] == [
        ("check", "done", "Ann", "check to repair", "Burnt"),
        ("repair", "new", "Bob", "", ""),
    ]


def test_the_tracker_of_a_completed_task_shows_its_end(task, desk, as_):
    act_on_item(item_id=open_item().id, by=principal_of(desk.ann), transition="check-repair", note="")
    act_on_item(item_id=open_item().id, by=principal_of(desk.bob), transition="repair-done", note="New fan")
    answer = as_(desk.bob).get(f"{TASKS}by-ticket/TX-1/").json()
    assert [node["state"] for node in answer["graph"]["nodes"]] == ["done", "done", "done"]
    assert answer["status"] == "completed"


def test_the_requester_sees_his_tracker_without_the_agents_notes_and_another_employee_does_not(task, desk, api_as, principal):
    path = f"{TASKS}by-ticket/TX-1/"
    hold_item(item_id=open_item().id, by=principal_of(desk.ann), reason="He has no idea")
    shown = api_as(principal=principal("hdts.employee", user_id=REQUESTER.id)).get(path)
    assert [(row["step"], row["status"], row["hold_reason"]) for row in shown.json()["items"]] == [("check", "held", "")]
    assert api_as("hdts.employee").get(path).status_code == 404


@pytest.mark.parametrize("permission", [Permission.TICKET_VIEW_ALL, Permission.TASK_VIEW_ALL])
def test_whoever_sees_all_tickets_or_tasks_sees_every_tracker(task, api_as, permission):
    assert api_as("hdts.employee", permissions=[permission]).get(f"{TASKS}by-ticket/TX-1/").status_code == 200


def test_the_tracker_of_an_unknown_ticket_is_not_found(desk, api_as):
    assert api_as("tts.admin").get(f"{TASKS}by-ticket/TX-9/").json()["code"] == "not_found"


def test_the_unassigned_list_shows_tickets_and_steps_with_the_reason(db, deliver, api_as, frozen_clock):
    publish_one()
    deliver(approved())
    frozen_clock.advance(timedelta(minutes=1))
    deliver(approved(ticket_id=uuid4(), number="TX-2", category="others", subcategory=""))
    rows = api_as("tts.admin").get(TASKS + "unassigned/").json()["results"]
    assert [(row["kind"], row["ticket"]["number"], row["role"], row["reason"]) for row in rows] == [
        ("item", "TX-1", "tts.agent", "Nobody active holds the role tts.agent."),
        ("ticket", "TX-2", "", "No published workflow fits others of the department Finance."),
    ]
    assert [row["item_id"] for row in rows] == [str(open_item().id), None]


def test_allocating_answers_with_the_task_and_a_second_time_with_404(desk, deliver, as_):
    deliver(approved(category="others", subcategory=""))
    path = f"{TASKS}unassigned/{Waiting.objects.get().id}/allocate/"
    body = {"workflow_id": str(desk.version.workflow_id), "user_id": str(desk.bob.id)}
    response = as_(desk.eve).post(path, body)
    assert (response.status_code, response.json()) == (200, {"task_id": str(only_task().id)})
    assert as_(desk.eve).post(path, body).status_code == 404
    assert Task.objects.count() == 1


@pytest.mark.parametrize(("query", "status"), [("?cursor=nonsense", 400), ("?limit=x", 200), ("?limit=-1", 200), ("?limit=1000", 200)])
def test_a_cursor_that_is_none_is_refused_and_a_limit_that_is_none_is_ignored(task, desk, as_, query, status):
    assert as_(desk.ann).get(TASKS + query).status_code == status


@pytest.mark.parametrize("number", ["%ff", "TX 1", "TX-1%2f"])
def test_what_cannot_be_a_ticket_s_number_is_not_found(task, desk, as_, number):
    assert as_(desk.eve).get(f"{TASKS}by-ticket/{number}/").json()["code"] == "not_found"
