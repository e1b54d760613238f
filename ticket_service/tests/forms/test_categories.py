"""Categories, by the API and the seed command."""

from io import StringIO

import pytest
from django.core.management import call_command

from forms.models import Category, Department, FormVersion

PATH = "/api/v1/categories/"
FIELD = {"key": "room", "label": "Room", "type": "text", "required": True}
BODY = {"name": "Facilities", "description": "Rooms", "subcategories": [{"slug": "heating", "name": "Heating"}], "fields": [FIELD]}
STORED = {"key": "room", "label": "Room", "type": "text", "required": True, "help": "", "options": [], "other_allowed": False}

pytestmark = pytest.mark.django_db


def rows():
    return list(Category.objects.order_by("slug").values()), list(FormVersion.objects.order_by("id").values())


def test_a_fresh_installation_has_the_five_categories_in_their_order(api_as, seeded):
    body = api_as("hdts.employee").get(PATH).json()
    assert [(entry["slug"], entry["name"], len(entry["subcategories"]), [field["key"] for field in entry["fields"]]) for entry in body] == [
        ("it-support", "IT Support", 10, ["device_type", "software_affected", "wished_at", "schedule_note"]),
        ("asset-check-in", "Asset Check In", 0, ["product_type", "asset", "serial_number", "location", "issue_type"]),
        ("asset-check-out", "Asset Check Out", 0, ["product_type", "asset", "serial_number", "location", "expected_return"]),
        (
            "new-budget-proposal",
            "New Budget Proposal",
            0,
            ["kind", "lines", "total", "performance_start", "performance_end", "prepared_by"],
        ),
        ("others", "Others", 0, []),
    ]


def test_seeding_twice_makes_nothing_twice_and_keeps_what_somebody_changed():
    out = StringIO()
    call_command("seed", stdout=out)
    Category.objects.filter(slug="others").update(name="Everything else")
    call_command("seed", stdout=out)
    assert out.getvalue().splitlines() == ["11 categories and departments created", "0 categories and departments created"]
    assert (Category.objects.count(), Department.objects.count(), FormVersion.objects.count()) == (5, 6, 5)
    assert Category.objects.get(slug="others").name == "Everything else"


def test_an_admin_creates_a_category(api_as):
    response = api_as("hdts.admin").post(PATH, {"slug": "facilities", **BODY})
    category = Category.objects.get()
    assert (response.status_code, response["ETag"]) == (201, '"v1"')
    assert response.json() == {
        "id": str(category.id), "slug": "facilities", "name": "Facilities", "description": "Rooms",
        "subcategories": [{"slug": "heating", "name": "Heating"}], "fields": [STORED], "is_active": True, "position": 0, "version": 1,
    }  # fmt: skip


def test_a_slug_that_is_taken_is_refused_with_409(api_as, seeded):
    before = rows()
    response = api_as("hdts.admin").post(PATH, {"slug": "others", **BODY})
    assert (response.status_code, response.json()["code"]) == (409, "category_exists")
    assert rows() == before


def test_an_edit_gives_new_tickets_the_new_form_and_leaves_the_old_form_as_it_was(api_as, seeded):
    old = Category.objects.get(slug="others").form
    client = api_as("hdts.admin")
    response = client.put(f"{PATH}others/", BODY, headers={"If-Match": '"v1"'})
    assert (response.status_code, response["ETag"], response.json()["fields"]) == (200, '"v2"', [STORED])
    old.refresh_from_db()
    assert old.fields == []
    assert client.get(f"{PATH}others/").json() == response.json()


def test_an_edit_that_leaves_the_fields_alone_makes_no_new_form(api_as, seeded):
    response = api_as("hdts.admin").put(f"{PATH}others/", {"name": "Else"}, headers={"If-Match": '"v1"'})
    assert response.json()["name"] == "Else"
    assert FormVersion.objects.count() == 5


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"v7"'}, 412), ({"If-Match": "rubbish"}, 412)])
def test_an_edit_of_something_else_than_what_is_there_is_refused(api_as, seeded, headers, status):
    before = rows()
    assert api_as("hdts.admin").put(f"{PATH}others/", BODY, headers=headers).status_code == status
    assert rows() == before


@pytest.mark.parametrize("role", ["hdts.employee", "hdts.coordinator", "tts.agent", "tts.admin"])
def test_only_who_may_manage_categories_changes_them(api_as, seeded, role):
    before, client = rows(), api_as(role)
    assert client.post(PATH, {"slug": "facilities", **BODY}).status_code == 403
    assert client.put(f"{PATH}others/", BODY, headers={"If-Match": '"v1"'}).status_code == 403
    assert rows() == before


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": ""}, "name"),
        ({"colour": "red"}, "colour"),
        ({"fields": [{**FIELD, "colour": "red"}]}, "fields.0.colour"),
        ({"fields": [{**FIELD, "type": "colour"}]}, "fields.0.type"),
        ({"fields": [FIELD, FIELD]}, "fields.room"),
        ({"fields": [{**FIELD, "type": "choice"}]}, "fields.room"),
        ({"fields": "all"}, "fields"),
        ({"subcategories": [{"slug": "a", "name": "A"}, {"slug": "a", "name": "B"}]}, "subcategories"),
        ({"subcategories": [{"slug": "a b", "name": "A"}]}, "subcategories.0.slug"),
    ],
)
def test_a_bad_form_is_refused_with_the_field_and_changes_nothing(api_as, seeded, changes, key):
    before = rows()
    response = api_as("hdts.admin").put(f"{PATH}others/", BODY | changes, headers={"If-Match": '"v1"'})
    assert (response.status_code, response.json()["code"], list(response.json()["fields"])) == (400, "invalid_input", [key])
    assert rows() == before


def test_inactive_categories_are_shown_to_those_who_manage_them_if_they_ask(api_as, seeded):
    Category.objects.filter(slug="others").update(is_active=False)
    slugs = {role: [entry["slug"] for entry in api_as(role).get(f"{PATH}?all=true").json()] for role in ("hdts.employee", "hdts.admin")}
    assert "others" not in slugs["hdts.employee"]
    assert "others" in slugs["hdts.admin"]
    assert "others" not in [entry["slug"] for entry in api_as("hdts.admin").get(PATH).json()]


def test_an_unknown_category_is_not_found(api_as):
    assert api_as("hdts.employee").get(f"{PATH}nothing/").status_code == 404
    assert api_as("hdts.admin").put(f"{PATH}nothing/", BODY, headers={"If-Match": '"v1"'}).status_code == 404


def test_listing_categories_takes_few_queries(api_as, seeded, query_budget):
    client = api_as("hdts.employee")
    with query_budget("list_categories"):
        client.get(PATH)
