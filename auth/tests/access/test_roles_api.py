"""The API of systems and roles."""

from uuid import uuid4

import pytest

from access.models import Role
from tests.factories import a_role, a_user, told

pytestmark = pytest.mark.usefixtures("seeded")
ROLES = "/api/v1/roles/"
BODY = {"system": "tts", "key": "helper", "name": "Helper", "permissions": ["task.act"]}


@pytest.fixture
def root(as_user):
    """A superuser's client."""
    return as_user(a_user("platform.superuser"))


def test_roles_are_listed_by_system_and_key(root):
    a_role("task.act")
    rows = root.get(ROLES).json()["results"]
    assert [(row["role"], row["is_built_in"]) for row in rows] == [
        ("hdts.admin", True),
        ("hdts.coordinator", True),
        ("hdts.employee", True),
        ("platform.superuser", True),
        ("tts.admin", True),
        ("tts.agent", True),
        ("tts.helper", False),
    ]


def test_the_pages_of_roles_meet_without_gap_or_overlap(root):
    first = root.get(ROLES, {"limit": 4}).json()
    second = root.get(ROLES, {"limit": 4, "cursor": first["next"]}).json()
    assert [row["role"] for row in first["results"] + second["results"]] == [
        "hdts.admin", "hdts.coordinator", "hdts.employee", "platform.superuser", "tts.admin", "tts.agent",
    ]  # fmt: skip


def test_the_systems_are_listed_for_everybody_who_is_logged_in(api_as):
    assert api_as("hdts.employee").get("/api/v1/auth/systems/").json() == {
        "results": [
            {"key": "hdts", "name": "Help Desk (requesters)"},
            {"key": "platform", "name": "Platform"},
            {"key": "tts", "name": "Ticket Tracking (agents)"},
        ],
        "next": None,
    }


def test_a_custom_role_is_made_read_changed_and_deleted(root):
    made = root.post(ROLES, BODY)
    assert (made.status_code, made["ETag"]) == (201, '"v1"')
    role = made.json()
    assert {name: role[name] for name in ("role", "system", "key", "name", "permissions", "is_built_in", "version")} == BODY | {
        "role": "tts.helper",
        "is_built_in": False,
        "version": 1,
    }
    address = f"{ROLES}{role['id']}/"
    assert root.get(address).json() == role
    changed = root.patch(address, {"permissions": ["task.act", "audit.view"]}, HTTP_IF_MATCH='"v1"')
    assert (changed["ETag"], changed.json()["permissions"], changed.json()["name"]) == ('"v2"', ["audit.view", "task.act"], "Helper")
    assert root.delete(address).status_code == 204
    assert root.get(address).status_code == 404
    assert [event.type for event in told()] == ["role.created", "role.updated", "role.deleted"]


@pytest.mark.parametrize(
    ("extra", "fields"),
    [
        ({"permissions": ["task.act", "root.all"]}, {"permissions.1"}),
        ({"permissions": "task.act"}, {"permissions"}),
        ({"key": "two words"}, {"key"}),
        ({"key": "a.b"}, {"key"}),
        ({"key": "x" * 41}, {"key"}),
        ({"name": ""}, {"name"}),
        ({"system": "erp"}, {"system"}),
        ({"is_built_in": True}, {"is_built_in"}),
    ],
)
def test_a_malformed_role_is_refused_by_field_and_not_made(root, extra, fields):
    answer = root.post(ROLES, BODY | extra)
    assert (answer.status_code, set(answer.json()["fields"])) == (400, fields)
    assert Role.objects.count() == 6
    assert told() == []


def test_what_cannot_be_answers_409_by_code_and_changes_nothing(root):
    a_role("task.act")
    a_user("tts.helper")
    helper, agent = Role.objects.called("tts.helper").get(), Role.objects.called("tts.agent").get()
    codes = [
        root.post(ROLES, BODY).json()["code"],
        root.delete(f"{ROLES}{helper.id}/").json()["code"],
        root.delete(f"{ROLES}{agent.id}/").json()["code"],
        root.patch(f"{ROLES}{agent.id}/", {"name": "X"}, HTTP_IF_MATCH='"v1"').json()["code"],
    ]
    assert codes == ["role_exists", "role_in_use", "role_built_in", "role_built_in"]
    assert Role.objects.count() == 7
    assert told() == []


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"HTTP_IF_MATCH": '"v2"'}, 412)])
def test_a_role_is_not_changed_without_or_with_a_stale_if_match(root, headers, status):
    role = a_role("task.act")
    assert root.patch(f"{ROLES}{role.id}/", {"name": "X"}, **headers).status_code == status
    role.refresh_from_db()
    assert (role.name, role.version) == ("Helper", 1)
    assert told() == []


def test_unknown_roles_answer_404(root):
    for call in (root.get, root.delete):
        assert call(f"{ROLES}{uuid4()}/").status_code == 404
    assert root.patch(f"{ROLES}{uuid4()}/", {"name": "X"}, HTTP_IF_MATCH='"v1"').status_code == 404
