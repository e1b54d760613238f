"""F-46: Daphne is killed with 200 sockets open, while people talk. I6: everybody hears everything, each thing once."""

from tests.system.harness.auditor import Auditor
from tests.system.harness.office import Office
from tests.system.harness.processes import wait_until
from tests.system.harness.sockets import Gallery, Listener
from tests.system.harness.stack import Stack

SOCKETS = 200


def test_f46_after_a_kill_of_daphne_200_sockets_hear_all_that_was_said_once(stack: Stack, office: Office, auditor: Auditor) -> None:
    tickets = [office.employee.file_ticket(f"Talked about {number}") for number in range(4)]
    stack.wait_idle()
    listeners = [
        Listener(f"ticket:{tickets[number % 4].id}", (office.employee, office.coordinator)[number % 2]) for number in range(SOCKETS)
    ]
    with Gallery(stack, listeners) as gallery:
        said = [office.employee.comment(tickets[number % 4].id, f"Before {number}") for number in range(8)]
        stack["messaging"].web.kill()
        # the API is away with the sockets; what workers hear goes on
        office.coordinator.approve(tickets[0].number)
        stack["messaging"].start()
        stack["messaging"].wait_ready()
        said += [office.employee.comment(tickets[number % 4].id, f"After {number}") for number in range(8)]
        gallery.wait_subscribed(30)
        stack.wait_idle()
        for listener in listeners:
            wanted = _stream(stack, listener.topic)
            wait_until(lambda listener=listener, wanted=wanted: len(listener.heard) >= len(wanted), f"{listener.topic} hears all", 10)  # type: ignore[misc]
            assert listener.numbers() == wanted
        assert all(listener.connections >= 2 for listener in listeners)
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
