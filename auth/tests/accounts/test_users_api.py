"""The API of people."""

from uuid import uuid4

import pytest

from accounts.models import User
from accounts.services import deactivate_user
from servicekit.principal import SYSTEM
from tests.factories import a_user, forget_published, told

pytestmark = pytest.mark.usefixtures("seeded")
USERS = "/api/v1/users/"


@pytest.fixture
def admin(as_user):
    """A desk admin's client."""
    return as_user(a_user("tts.admin", name="Tara Admin", email="tara@example.org"))


def url(user, *parts):
    return "/".join([f"{USERS}{user.id}", *parts]) + "/"


def names(answer):
    return [row["name"] for row in answer.json()["results"]]


def test_a_person_is_shown_with_his_roles_and_an_etag(admin):
    user = a_user("hdts.employee", "tts.agent", email="e@example.org", name="Erin")
    answer = admin.get(url(user))
    assert answer["ETag"] == '"v1"'
    body = answer.json()
    assert body.pop("created_at")
    assert body == {
        "id": str(user.id),
        "email": "e@example.org",
        "name": "Erin",
        "department": "IT",
        "is_active": True,
        "roles": [
            {"role": "hdts.employee", "name": "Employee", "system": "hdts"},
            {"role": "tts.agent", "name": "Agent", "system": "tts"},
        ],
        "version": 1,
    }


def test_people_are_listed_by_name_page_by_page(admin):
    for name in ("Cid", "Ann", "Bob"):
        a_user(name=name)
    first = admin.get(USERS, {"limit": 3})
    assert names(first) == ["Ann", "Bob", "Cid"]
    second = admin.get(USERS, {"limit": 3, "cursor": first.json()["next"]})
    assert (names(second), second.json()["next"]) == (["Tara Admin"], None)


def test_people_of_one_name_are_all_listed_over_the_pages(admin):
    users = {str(a_user(name="Ann").id) for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = admin.get(USERS, {"limit": 2, "q": "ann"} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert (set(seen), len(seen)) == (users, 5)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "erin"}, ["Erin"]),
        ({"q": "OFF@"}, ["Olaf"]),
        ({"q": "100%"}, []),
        ({"q": "_"}, []),
        ({"role": "tts.agent"}, ["Erin"]),
        ({"role": "tts.ghost"}, []),
        ({"role": "nonsense"}, []),
        ({"is_active": "false"}, ["Olaf"]),
        ({"is_active": "true", "role": "hdts.employee"}, ["Erin"]),
        ({"q": ""}, ["Erin", "Olaf", "Tara Admin"]),
    ],
)
def test_people_are_found_by_words_role_and_state(admin, query, found):
    a_user("hdts.employee", "tts.agent", name="Erin")
    deactivate_user(user_id=a_user("hdts.employee", name="Olaf", email="off@example.org").id, by=SYSTEM)
    assert names(admin.get(USERS, query)) == found


@pytest.mark.parametrize(("query", "field"), [({"is_active": "perhaps"}, "is_active"), ({"q": "x" * 101}, "q")])
def test_a_malformed_question_is_refused_by_field(admin, query, field):
    answer = admin.get(USERS, query)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_a_list_asks_the_database_as_often_for_many_as_for_few(admin, query_budget):
    for _ in range(3):
        a_user("hdts.employee", "tts.agent")
    with query_budget("list_users"):
        admin.get(USERS)


def test_somebody_new_is_made_with_roles_and_answered_with_201(admin):
    body = {"email": "nina@example.org", "name": "Nina", "department": "Finance", "roles": ["tts.agent"]}
    answer = admin.post(USERS, body)
    assert (answer.status_code, answer["ETag"]) == (201, '"v1"')
    assert answer.json()["roles"] == [{"role": "tts.agent", "name": "Agent", "system": "tts"}]
    assert [event.type for event in told()] == ["user.created", "assignment.granted"]


@pytest.mark.parametrize(
    ("extra", "fields"),
    [
        ({"is_active": False, "version": 9, "id": str(uuid4())}, {"id", "is_active", "version"}),
        ({"is_superuser": True, "is_staff": True}, {"is_superuser", "is_staff"}),
        ({"email": "nobody"}, {"email"}),
        ({"email": None}, {"email"}),
        ({"name": ""}, {"name"}),
        ({"name": "x" * 151}, {"name"}),
        ({"department": "x" * 101}, {"department"}),
        ({"roles": "tts.agent"}, {"roles"}),
        ({"roles": ["agent"]}, {"roles.0"}),
        ({"roles": ["tts.ghost"]}, {"role"}),
        ({"password": "password"}, {"password"}),
    ],
)
def test_what_a_new_person_may_not_be_is_refused_by_field_and_nobody_is_made(admin, extra, fields):
    answer = admin.post(USERS, {"email": "nina@example.org", "name": "Nina"} | extra)
    assert (answer.status_code, set(answer.json()["fields"])) == (400, fields)
    assert User.objects.count() == 1
    assert told() == []


def test_a_taken_address_answers_409_with_its_field(admin):
    answer = admin.post(USERS, {"email": "TARA@example.org", "name": "Twin"})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert answer.json()["fields"] == {"email": ["Somebody else has this e-mail address."]}
    assert User.objects.count() == 1


def test_a_profile_is_edited_by_if_match(admin):
    user = a_user("hdts.employee", name="Old")
    answer = admin.patch(url(user), {"name": "New", "department": ""}, HTTP_IF_MATCH='"v1"')
    assert (answer.status_code, answer["ETag"]) == (200, '"v2"')
    assert (answer.json()["name"], answer.json()["department"], answer.json()["version"]) == ("New", "", 2)


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"HTTP_IF_MATCH": '"v7"'}, 412), ({"HTTP_IF_MATCH": "*"}, 412)])
def test_an_edit_without_or_with_a_stale_if_match_changes_nothing(admin, headers, status):
    user = a_user("hdts.employee", name="Old")
    assert admin.patch(url(user), {"name": "New"}, **headers).status_code == status
    user.refresh_from_db()
    assert (user.name, user.version) == ("Old", 1)
    assert told() == []


@pytest.mark.parametrize("field", ["is_active", "roles", "password", "access_version", "permissions", "id"])
def test_a_profile_edit_cannot_smuggle_in_anything_else(as_user, field):
    user = a_user("hdts.employee", name="Old")
    answer = as_user(user).patch(url(user), {"name": "New", field: "tts.admin"}, HTTP_IF_MATCH='"v1"')
    assert (answer.status_code, answer.json()["fields"]) == (400, {field: ["Unknown field."]})
    user.refresh_from_db()
    assert (user.name, user.version) == ("Old", 1)
    assert told() == []


def test_one_reads_and_renames_oneself_and_nobody_else(as_user):
    me, other = a_user("hdts.employee", name="Me"), a_user("hdts.employee", name="Other")
    client = as_user(me)
    assert client.get(url(me))["ETag"] == '"v1"'
    assert client.patch(url(me), {"name": "Myself"}, HTTP_IF_MATCH='"v1"').status_code == 200
    assert client.get(url(other)).status_code == 404
    assert client.patch(url(other), {"name": "X"}, HTTP_IF_MATCH='"v1"').status_code == 403
    assert client.patch(url(me), {"department": "Board"}, HTTP_IF_MATCH='"v2"').status_code == 403
    other.refresh_from_db()
    assert other.name == "Other"
    assert [event.name for event in told()] == ["Myself"]


def test_an_account_is_switched_off_and_on(admin):
    user = a_user("hdts.employee")
    assert admin.post(url(user, "deactivate")).json()["is_active"] is False
    assert admin.post(url(user, "activate")).json()["is_active"] is True
    assert [event.type for event in told()] == ["user.deactivated", "assignment.updated", "user.activated", "assignment.updated"]


def test_the_last_superuser_answers_409(as_user):
    root = a_user("platform.superuser")
    client = as_user(root)
    assert client.post(url(root, "deactivate")).json()["code"] == "last_superuser"
    assert client.delete(url(root, "assignments", "platform.superuser")).json()["code"] == "last_superuser"
    assert told() == []


def test_a_role_is_granted_and_taken(admin):
    user = a_user("hdts.employee")
    answer = admin.post(url(user, "assignments"), {"role": "tts.agent"})
    assert (answer.status_code, [role["role"] for role in answer.json()["roles"]]) == (201, ["hdts.employee", "tts.agent"])
    again = admin.post(url(user, "assignments"), {"role": "tts.agent"})
    assert (again.status_code, again.json()["code"]) == (409, "role_already_granted")
    assert admin.delete(url(user, "assignments", "tts.agent")).status_code == 204
    assert admin.delete(url(user, "assignments", "tts.agent")).status_code == 404
    assert [event.type for event in told()] == ["assignment.granted", "assignment.revoked"]


@pytest.mark.parametrize("role", ["platform.superuser", "hdts.coordinator", "hdts.admin"])
def test_an_admin_cannot_raise_himself_or_others_above_himself(as_user, role):
    admin = a_user("tts.admin")
    for user in (admin, a_user()):
        answer = as_user(admin).post(url(user, "assignments"), {"role": role})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert told() == []


@pytest.mark.parametrize(
    "body", [{}, {"role": ""}, {"role": None}, {"role": "agent"}, {"role": "tts.agent", "user": "x"}, {"role": "tts.ghost"}]
)
def test_a_malformed_grant_is_a_400_and_grants_nothing(admin, body):
    user = a_user()
    assert admin.post(url(user, "assignments"), body).status_code == 400
    assert not user.roles.exists()
    assert told() == []


def test_unknown_people_answer_404(admin):
    ghost = User(id=uuid4())
    assert admin.get(url(ghost)).status_code == 404
    assert admin.patch(url(ghost), {"name": "X"}, HTTP_IF_MATCH='"v1"').status_code == 404
    assert admin.post(url(ghost, "activate")).status_code == 404
    assert admin.post(url(ghost, "deactivate")).status_code == 404
    assert admin.post(url(ghost, "assignments"), {"role": "tts.agent"}).status_code == 404
    assert admin.delete(url(ghost, "assignments", "tts.agent")).status_code == 404
    assert admin.get(f"{USERS}nonsense/").status_code == 404
    assert told() == []


def test_rights_taken_away_close_the_door_at_once(as_user):
    from access.services import revoke_role

    admin = a_user("tts.admin")
    client = as_user(admin)
    assert client.get(USERS).status_code == 200
    revoke_role(user_id=admin.id, role="tts.admin", by=SYSTEM)
    forget_published()
    answer = client.post(USERS, {"email": "n@example.org", "name": "N"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_outdated")
    assert User.objects.count() == 1
    assert told() == []
