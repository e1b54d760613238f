"""How often the database is asked on the paths that are walked all day; see query_counts.json."""

from uuid import uuid4

from servicekit.testing.keys import make_principal
from tasks.services import act_on_item, hold_item, start_item
from tests.factories import approved, open_item, principal_of, publish_one


def ten_tickets(deliver):
    for number in range(10):
        deliver(approved(ticket_id=uuid4(), number=f"TX-{number}"))


def test_listing_items(desk, deliver, api_as, query_budget):
    ten_tickets(deliver)
    client = api_as(principal=principal_of(desk.ann))
    client.get("/api/v1/tasks/")
    with query_budget("list_items"):
        assert len(client.get("/api/v1/tasks/?status=open").json()["results"]) == 5


def test_listing_all_items_as_admin(desk, deliver, api_as, query_budget):
    ten_tickets(deliver)
    client = api_as(principal=principal_of(desk.eve))
    with query_budget("list_all_items"):
        assert len(client.get("/api/v1/tasks/?scope=all").json()["results"]) == 10


def test_showing_the_tracker(task, api_as, query_budget):
    client = api_as(principal=make_principal("tts.admin"))
    with query_budget("tracker"):
        client.get("/api/v1/tasks/by-ticket/TX-1/")


def test_opening_a_task(desk, deliver, query_budget):
    deliver(approved())
    with query_budget("open_task"):
        deliver(approved(ticket_id=uuid4(), number="TX-2"))


def test_starting_an_item(task, desk, query_budget):
    item, by = open_item(), principal_of(desk.ann)
    with query_budget("start_item"):
        start_item(item_id=item.id, by=by)


def test_acting_on_an_item(task, desk, query_budget):
    item, by = open_item(), principal_of(desk.ann)
    with query_budget("act_on_item"):
        act_on_item(item_id=item.id, by=by, transition="check-repair", note="")


def test_holding_an_item(task, desk, query_budget):
    item, by = open_item(), principal_of(desk.ann)
    with query_budget("hold_item"):
        hold_item(item_id=item.id, by=by, reason="Part")


def test_listing_workflows(db, api_as, query_budget):
    for number in range(5):
        publish_one(name=f"W{number}", category=f"c{number}")
    client = api_as("tts.admin")
    with query_budget("list_workflows"):
        client.get("/api/v1/workflows/")


def test_listing_clocks(desk, deliver, api_as, query_budget):
    ten_tickets(deliver)
    client = api_as("tts.admin")
    with query_budget("list_clocks"):
        assert len(client.get("/api/v1/sla/clocks/").json()["results"]) == 20


def test_listing_what_waits(db, deliver, api_as, query_budget):
    publish_one()
    ten_tickets(deliver)
    client = api_as("tts.admin")
    with query_budget("list_waiting"):
        assert len(client.get("/api/v1/tasks/unassigned/").json()["results"]) == 10
