"""What becomes of a browser's socket when its session ends or its person's rights change."""

import pytest

from comments import audiences
from realtime import consumers
from servicekit.contracts.auth import AssignmentRevoked, AssignmentUpdated, SessionRevoked
from servicekit.contracts.permissions import BUILT_IN_ROLES
from servicekit.testing.events import deliver_event
from tests.factories import AT, make_conversation
from tests.realtime.conftest import post, tell

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


def access(who, version: int, role: str | None = None) -> AssignmentUpdated:
    permissions = BUILT_IN_ROLES[role][1] if role else ()
    return AssignmentUpdated(
        user_id=who.id, access_version=version, role=role or "", roles=(role,) if role else (), permissions=tuple(permissions)
    )


async def test_the_end_of_a_session_closes_its_sockets_and_no_others(live, principal):
    here, there = principal(), principal()
    pages = [await live.browser_of(here), await live.browser_of(here), await live.browser_of(there)]
    await live.run(deliver_event, SessionRevoked(session_id=here.session_id, user_id=here.id, reason="logout", expires_at=AT))
    assert [await page.close_code() for page in pages[:2]] == [4401, 4401]
    await pages[2].subscribe("me")


async def test_a_session_that_ends_during_the_handshake_is_closed_all_the_same(live, principal):
    me = principal()
    await live.run(tell_end_of_session, me)
    page = await live.browser_of(me)
    assert await page.close_code() == 4401


async def test_who_loses_his_rights_loses_the_topics_that_came_with_them(live, principal):
    olga, rita = principal("hdts.coordinator"), principal()
    thread = await live.run(make_conversation, requester=rita)
    page = await live.browser_of(olga)
    for topic in ("me", "approvals", f"ticket:{thread.ticket_id}"):
        await page.subscribe(topic)
    await live.run(deliver_event, access(olga, 2, "hdts.employee"))
    heard = [await page.hear() for _ in range(3)]
    assert sorted((frame["type"], frame["topic"], frame.get("code")) for frame in heard) == [
        ("error", "approvals", "not_allowed"),
        ("error", f"ticket:{thread.ticket_id}", "ticket_not_known_yet"),
        ("subscribed", "me", None),
    ]
    await live.run(post, thread, rita)
    assert await page.hears_nothing()


async def test_who_may_no_longer_read_notes_hears_the_public_thread_on(live, principal):
    alan, rita = principal("tts.agent"), principal()
    thread = await live.run(make_conversation, requester=rita, assignee=alan)
    topic = f"ticket:{thread.ticket_id}"
    page = await live.browser_of(alan)
    await page.subscribe(topic)
    await live.run(deliver_event, access(alan, 2))
    assert (await page.hear())["type"] == "subscribed"
    await live.run(post, thread, principal("platform.superuser"), "secret", "internal")
    await live.run(post, thread, rita, "public")
    assert (await page.hear())["body"]["body"] == "public"


async def test_who_gains_the_right_to_read_notes_hears_them_from_then_on(live, principal):
    alan = principal("tts.agent", permissions=[])
    thread = await live.run(make_conversation, assignee=alan)
    page = await live.browser_of(alan)
    await page.subscribe(f"ticket:{thread.ticket_id}")
    await live.run(deliver_event, access(alan, 2, "tts.agent"))
    assert (await page.hear())["type"] == "subscribed"
    await live.run(post, thread, principal("platform.superuser"), "secret", "internal")
    assert (await page.hear())["body"]["body"] == "secret"


async def test_a_change_of_rights_neither_repeats_nor_skips_what_is_told(live, principal):
    me = principal()
    page = await live.browser_of(me)
    await page.subscribe("me")
    (first,) = await live.run(tell, audiences.person(me.id), 1)
    assert (await page.hear())["number"] == first
    await live.run(deliver_event, access(me, 2, "hdts.employee"))
    assert (await page.hear())["type"] == "subscribed"
    (second,) = await live.run(tell, audiences.person(me.id), 2)
    assert (await page.hear())["number"] == second


async def test_older_news_of_rights_is_passed_over(live, principal):
    olga = principal("hdts.coordinator", access_version=5)
    page = await live.browser_of(olga)
    await page.subscribe("approvals")
    await live.run(deliver_event, access(olga, 4))
    assert await page.hears_nothing()


async def test_rights_that_changed_during_the_handshake_are_heeded(live, principal):
    olga = principal("hdts.coordinator")
    await live.run(tell_of_lost_rights, olga)
    page = await live.browser_of(olga)
    await page.say(type="subscribe", topic="approvals")
    assert await page.hear() == {"type": "error", "code": "not_allowed", "topic": "approvals"}


async def test_a_socket_lives_for_an_hour_and_then_asks_to_come_back(live, principal, monkeypatch):
    monkeypatch.setattr(consumers, "LIFETIME", 0.05)
    page = await live.browser_of(principal())
    assert await page.close_code() == 1012


def tell_end_of_session(who) -> None:
    """The row of the stream without the entry in the list of ended sessions, as if the socket came in between."""
    from realtime.services import end_session

    end_session(SessionRevoked(session_id=who.session_id, user_id=who.id, reason="logout", expires_at=AT))


def tell_of_lost_rights(who) -> None:
    from realtime.services import change_access

    change_access(AssignmentRevoked(user_id=who.id, access_version=2, role="hdts.coordinator", roles=(), permissions=()))
