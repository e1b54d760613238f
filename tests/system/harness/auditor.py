"""One auditor for every scenario: the invariants of the whole system, read straight from the five databases, the media and the mail sink.

I1 no event is lost        every outbox row is published, and every handler of its type has done its work
I2 no effect is doubled    one task per approval, one notice and one mail per event and person, one row on the live stream for each thing
I3 order                   versions of an aggregate rise; what other services show is what the owner of the fact says
I4 no upload is lost       every stored attachment is on the disk with the hash it was uploaded with
I5 acknowledged = durable  every write that was answered with success is in the database
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import Any

from tests.system.harness.journal import Journal
from tests.system.harness.processes import NotReady, wait_until
from tests.system.harness.stack import Stack

Row = tuple[Any, ...]


class Auditor:
    """Holds the system against its promises."""

    def __init__(self, stack: Stack, journal: Journal) -> None:
        self.stack, self.journal = stack, journal

    def check(self) -> None:
        """Fail with the list of everything that is not as it must be, once the system has come to rest."""
        self.stack.wait_idle()
        with suppress(NotReady):  # what is missing then is named below
            wait_until(lambda: not any(self.lost_events()) and self._is_quiet(), "I1", 30, every=1.0)
        findings = [*self.lost_events(), *self.doubled_effects(), *self.disorder(), *self.lost_uploads(), *self.lost_writes()]
        findings += [f"500: {text}" for text in self.journal.server_errors]
        assert not findings, f"{len(findings)} findings:\n" + "\n".join(findings[:40])

    @cached_property
    def subscriptions(self) -> dict[str, dict[str, list[str]]]:
        """Service → handler → the types that it handles."""
        return {name: json.loads(service.manage("events_report"))["handlers"] for name, service in self.stack.services.items()}

    def lost_events(self) -> Iterator[str]:
        """I1."""
        events: dict[str, set[str]] = defaultdict(set)
        for name in self.stack.services:
            for event_id, kind, published_at, error in self._rows(
                name, "SELECT event_id::text, type, published_at, last_error FROM servicekit_outboxevent"
            ):
                events[kind].add(event_id)
                if published_at is None:
                    yield f"I1 {name} has not published {kind} {event_id} ({error})"
        for name, by_handler in self.subscriptions.items():
            done: dict[str, set[str]] = defaultdict(set)
            for handler, event_id in self._rows(name, "SELECT handler, event_id::text FROM servicekit_inboxentry"):
                done[handler].add(event_id)
            for handler, kinds in by_handler.items():
                for kind in kinds:
                    for event_id in events[kind] - done[handler] - self._given_up(name, handler):
                        yield f"I1 {name}: {handler} has not handled {kind} {event_id}"

    def doubled_effects(self) -> Iterator[str]:
        """I2."""
        reopened = dict(self._rows("ticket_service", "SELECT id::text, reopen_count FROM tickets_ticket"))
        for ticket, tasks in self._rows("workflow_api", "SELECT ticket_id::text, count(*) FROM tasks_task GROUP BY 1 HAVING count(*) > 1"):
            if tasks > 1 + reopened.get(ticket, 0):
                yield f"I2 ticket {ticket} has {tasks} tasks"
        for database, table, columns in (
            ("notification_service", "notices_notice", "event_id, user_id"),
            ("notification_service", "mail_delivery", "event_id, user_id, channel"),
            ("workflow_api", "tasks_taskitem", "task_id, number"),
            ("messaging", "stream_streamrow", "body->>'item_id', kind, audience) FILTER (WHERE kind = 'task.assigned'"),
            ("messaging", "stream_streamrow", "body->>'id', kind, audience) FILTER (WHERE kind IN ('notice.created', 'comment.posted')"),
        ):
            yield from self._repeated(database, table, columns)
        yield from self._doubled_mails()

    def disorder(self) -> Iterator[str]:
        """I3."""
        query = (
            "SELECT aggregate, aggregate_id::text, aggregate_version, previous FROM (SELECT *, lag(aggregate_version) OVER "
            "(PARTITION BY aggregate, aggregate_id ORDER BY id) AS previous FROM servicekit_outboxevent) ranked "
            "WHERE aggregate_version <= previous"
        )
        for name in self.stack.services:
            for aggregate, aggregate_id, version, previous in self._rows(name, query):
                yield f"I3 {name}: {aggregate} {aggregate_id} says version {version} after {previous}"
        yield from self._torn_histories()
        yield from self._stale_copies()

    def lost_uploads(self) -> Iterator[str]:
        """I4."""
        stored = dict(self._rows("ticket_service", "SELECT id::text, sha256 FROM attachments_attachment"))
        for attachment, digest in stored.items():
            file = self.stack.media / "sha256" / digest[:2] / digest
            if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                yield f"I4 attachment {attachment}: no file with hash {digest}"
        for upload in self.journal.uploads:
            if stored.get(upload.id) != upload.sha256:
                yield f"I4 upload {upload.id} was accepted and is not stored as it was sent"

    def lost_writes(self) -> Iterator[str]:
        """I5."""
        tickets = dict(self._rows("ticket_service", "SELECT id::text, subject FROM tickets_ticket"))
        yield from (
            f"I5 ticket {filed.number} was accepted and is gone" for filed in self.journal.filed if tickets.get(filed.id) != filed.subject
        )
        comments = dict(self._rows("messaging", "SELECT id::text, body FROM comments_comment"))
        yield from (
            f"I5 comment {said.id} was accepted and is gone" for said in self.journal.comments if comments.get(said.id) != said.body
        )
        approved = {number for (number,) in self._rows("ticket_service", "SELECT number FROM tickets_ticket WHERE priority <> ''")}
        acted = {item for (item,) in self._rows("workflow_api", "SELECT id::text FROM tasks_taskitem WHERE transition <> ''")}
        for move in self.journal.moves:
            if move.subject_id not in (approved if move.kind == "approved" else acted):
                yield f"I5 {move.kind} {move.subject_id} was accepted and is not so"

    def _is_quiet(self) -> bool:
        query = "SELECT count(*) FROM mail_delivery WHERE state = 'pending'"
        return self._rows("notification_service", query) == [(0,)]

    def _given_up(self, service: str, handler: str) -> set[str]:
        """Events that people can see among the dead letters: not handled, and not lost."""
        query = (
            "SELECT event_id::text FROM servicekit_deadletter WHERE resolved_at IS NULL AND event_id IS NOT NULL AND handler IN ('', %s)"
        )
        return {event_id for (event_id,) in self.stack.postgres.rows(self.stack[service].database, query, handler)}  # type: ignore[misc]

    def _repeated(self, service: str, table: str, columns: str) -> Iterator[str]:
        columns, _, where = columns.partition(") FILTER (WHERE")
        condition = f"WHERE {where}" if where else ""
        query = f"SELECT {columns}, count(*) FROM {table} {condition} GROUP BY {columns} HAVING count(*) > 1"  # noqa: S608
        for *key, count in self._rows(service, query):
            yield f"I2 {service}: {table} has {count} rows for {key}"

    def _doubled_mails(self) -> Iterator[str]:
        """One mail for each event and person; one more for each try after which the mail server may have had it already."""
        query = "SELECT event_id::text, user_id::text, doubts FROM mail_delivery"
        doubts = {(event, user): count for event, user, count in self._rows("notification_service", query)}
        for pair, count in self.stack.smtp.duplicates().items():
            if count > 1 + doubts.get(pair, 0):
                yield f"I2 {count} mails for {pair}"

    def _torn_histories(self) -> Iterator[str]:
        """Each entry of a ticket's history begins where the one before it ended, and the last one ends where the ticket is."""
        query = "SELECT ticket_id::text, from_status, to_status FROM tickets_historyentry ORDER BY ticket_id, id"
        at: dict[str, str] = {}
        for ticket, from_status, to_status in self._rows("ticket_service", query):
            if at.get(ticket, "") != from_status:
                yield f"I3 ticket {ticket}: history jumps from {at.get(ticket)} to {from_status}→{to_status}"
            at[ticket] = to_status
        for ticket, status in self._rows("ticket_service", "SELECT id::text, status FROM tickets_ticket"):
            if at.get(ticket) != status:
                yield f"I3 ticket {ticket} is {status}, its history ends with {at.get(ticket)}"

    def _stale_copies(self) -> Iterator[str]:
        """What another service shows of a ticket is what the newest fact says that it subscribes to, in whatever order they came."""
        query = (
            "SELECT aggregate_id::text, type, aggregate_version, data->>'status' "
            "FROM servicekit_outboxevent WHERE aggregate = 'ticket' ORDER BY id"
        )
        facts = self._rows("ticket_service", query)
        for service, table in {
            "workflow_api": "SELECT id::text, version, status FROM tasks_ticketcopy",
            "messaging": "SELECT ticket_id::text, version, status FROM comments_conversation",
        }.items():
            heard = {kind for kinds in self.subscriptions[service].values() for kind in kinds}
            newest = {ticket: (version, status) for ticket, kind, version, status in facts if kind in heard}
            copies = {ticket: (version, status) for ticket, version, status in self._rows(service, table)}
            for ticket, fact in newest.items():
                if copies.get(ticket) != fact:
                    yield f"I3 {service} shows ticket {ticket} as {copies.get(ticket)}, the newest fact says {fact}"
        yield from self._work_out_of_step()

    def _work_out_of_step(self) -> Iterator[str]:
        """The ticket shows the assignee of its open work, and is resolved once the work is done."""
        query = (
            "SELECT t.ticket_id::text, i.assignee_id::text "
            "FROM tasks_task t JOIN tasks_taskitem i ON i.task_id = t.id WHERE i.closed_at IS NULL"
        )
        working = dict(self._rows("workflow_api", query))
        shown = dict(self._rows("ticket_service", "SELECT id::text, assignee_id::text FROM tickets_ticket WHERE assignee_id IS NOT NULL"))
        for ticket, assignee in working.items():
            if assignee and shown.get(ticket) != assignee:
                yield f"I3 ticket {ticket} shows assignee {shown.get(ticket)}, its work has {assignee}"
        done = {ticket for (ticket,) in self._rows("workflow_api", "SELECT ticket_id::text FROM tasks_task WHERE status = 'completed'")}
        counts = Counter(
            status
            for ticket, status in self._rows("ticket_service", "SELECT id::text, status FROM tickets_ticket")
            if ticket in done and ticket not in working and status not in {"resolved", "closed"}
        )
        yield from (f"I3 the work of {count} tickets is done and they are {status}" for status, count in counts.items())

    def _rows(self, service: str, query: str) -> list[Row]:
        return self.stack.postgres.rows(self.stack[service].database, query)
