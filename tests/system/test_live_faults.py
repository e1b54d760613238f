"""F-46: Daphne is killed with 200 sockets open, while people talk. I6: everybody hears everything, each thing once."""

from tests.system.harness.auditor import Auditor
from tests.system.harness.office import Office
from tests.system.harness.processes import wait_until
from tests.system.harness.sockets import Gallery, Listener
from tests.system.harness.stack import Stack

#: 200 sockets; a person may have ten
PEOPLE, SOCKETS_EACH = 20, 10


def test_f46_after_a_kill_of_daphne_200_sockets_hear_all_that_was_said_once(stack: Stack, office: Office, auditor: Auditor) -> None:
    people = [office.newcomer(f"Listener {number}", "hdts.employee") for number in range(PEOPLE)]
    tickets = [person.file_ticket(f"Talked about by {person.name}") for person in people]
    stack.wait_idle()
    listeners = [
        Listener(f"ticket:{ticket.id}", person) for person, ticket in zip(people, tickets, strict=True) for _ in range(SOCKETS_EACH)
    ]
    with Gallery(stack, listeners) as gallery:
        said = [person.comment(ticket.id, "Before") for person, ticket in zip(people, tickets, strict=True)]
        stack["messaging"].web.kill()
        # the API is away with the sockets; what workers hear goes on
        for ticket in tickets[:5]:
            office.coordinator.approve(ticket.number)
        stack["messaging"].start()
        stack["messaging"].wait_ready()
        said += [person.comment(ticket.id, "After") for person, ticket in zip(people, tickets, strict=True)]
        gallery.wait_subscribed()
        stack.wait_idle()
        for listener in listeners:
            wanted = _stream(stack, listener.topic)
            wait_until(lambda listener=listener, wanted=wanted: len(listener.heard) >= len(wanted), f"{listener.topic} hears all", 10)  # type: ignore[misc]
            assert listener.numbers() == wanted
        assert min(listener.connections for listener in listeners) >= 2
    heard = {body["id"] for listener in listeners for _, kind, body in listener.heard if kind == "comment.posted"}
    assert heard == {comment.id for comment in said}
    auditor.check()


def _stream(stack: Stack, topic: str) -> list[int]:
    """The numbers of everything public on this ticket since its sockets were opened: from its first comment on."""
    query = (
        "SELECT number FROM stream_streamrow WHERE audience IN (%s, %s) AND number >= "
        "(SELECT min(number) FROM stream_streamrow WHERE audience = %s AND kind = 'comment.posted') ORDER BY number"
    )
    return [
        int(str(number))
        for (number,) in stack.postgres.rows(stack["messaging"].database, query, topic, f"{topic}:public", f"{topic}:public")
    ]
