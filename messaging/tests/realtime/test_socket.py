"""The browser's socket, from handshake to close."""

import json

import pytest

from comments import audiences, services
from comments.documents import comment_document
from realtime import consumers
from servicekit.contracts.ticket import TicketApproved
from servicekit.stream.models import StreamRow
from servicekit.stream.rows import latest
from servicekit.testing.keys import token_for
from tests.factories import AT, Story, make_conversation
from tests.realtime.conftest import ORIGIN, post, tell

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


def forget(*, up_to: int) -> None:
    StreamRow.objects.filter(number__lte=up_to).delete()


# who is let in


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ORIGIN},
        {"origin": "http://evil.example", "cookie": "{cookie}"},
        {"cookie": "{cookie}"},
        {"origin": ORIGIN, "cookie": "tts_access=x.y.z"},
        {"authorization": "Bearer x.y.z"},
    ],
    ids=["nobody", "foreign page", "no origin", "bad cookie", "bad bearer"],
)
async def test_who_proves_nothing_gets_no_socket(live, principal, headers):
    cookie = f"tts_access={token_for(principal())}"
    assert await live.browser({name: value.format(cookie=cookie) for name, value in headers.items()}).is_refused()
    assert live.hub._listeners == {}


async def test_a_program_with_a_bearer_token_gets_a_socket(live, principal):
    robot = await live.browser({"authorization": f"Bearer {token_for(principal())}"}).open()
    await robot.say(type="ping")
    assert await robot.hear() == {"type": "pong"}


async def test_a_person_has_ten_sockets_and_the_eleventh_is_told_so(live, principal):
    me, other = principal(), principal()
    pages = [await live.browser_of(me) for _ in range(10)]
    eleventh = await live.browser_of(me)
    assert await eleventh.hear() == {"type": "error", "code": "too_many_sockets", "topic": None}
    assert await eleventh.close_code() == 4403
    await live.browser_of(other)
    await pages[0].leave()
    await (await live.browser_of(me)).subscribe("me")


# what is heard


async def test_a_comment_is_heard_by_the_requester_and_the_agent(live, principal):
    rita, alan = principal(), principal("tts.agent")
    thread = await live.run(make_conversation, requester=rita, assignee=alan)
    topic = f"ticket:{thread.ticket_id}"
    pages = [await live.browser_of(who) for who in (rita, alan)]
    numbers = [await page.subscribe(topic) for page in pages]
    comment = await live.run(post, thread, alan)
    heard = [await page.hear() for page in pages]
    assert heard[0] == heard[1]
    assert heard[0] == {
        "type": "event", "topic": topic, "number": heard[0]["number"], "kind": "comment.posted", "body": comment_document(comment),
    }  # fmt: skip
    assert heard[0]["number"] > max(numbers)


async def test_the_requester_hears_nothing_of_an_internal_note(live, principal):
    rita, alan = principal(), principal("tts.agent")
    thread = await live.run(make_conversation, requester=rita, assignee=alan)
    his, hers = await live.browser_of(alan), await live.browser_of(rita)
    for page in (his, hers):
        await page.subscribe(f"ticket:{thread.ticket_id}")
    await live.run(post, thread, alan, "secret", "internal")
    assert (await his.hear())["body"]["body"] == "secret"
    assert await hers.hears_nothing()


async def test_the_requester_is_not_told_notes_when_he_catches_up_either(live, principal):
    rita, alan = principal(), principal("tts.agent")
    thread = await live.run(make_conversation, requester=rita, assignee=alan)
    before = await live.run(latest)
    await live.run(post, thread, alan, "secret", "internal")
    await live.run(post, thread, alan, "public")
    page = await live.browser_of(rita)
    await page.say(type="subscribe", topic=f"ticket:{thread.ticket_id}", after=before)
    assert (await page.hear())["body"]["body"] == "public"
    assert (await page.hear())["type"] == "subscribed"


async def test_a_new_status_is_heard_by_the_ticket_and_by_those_who_approve(live, principal):
    story, olga = Story(), principal("hdts.coordinator")
    await live.run(services.record_ticket, story.ticket())
    page = await live.browser_of(olga)
    await page.subscribe("approvals")
    await page.subscribe(f"ticket:{story.ticket_id}")
    await live.run(services.record_ticket, story.ticket(TicketApproved, version=2, status="open", by=olga.person, approved_at=AT))
    heard = [await page.hear(), await page.hear()]
    body = {"ticket_id": str(story.ticket_id), "number": "TTS-7K3M9QXD", "status": "open", "priority": "high"}
    assert [(frame["topic"], frame["kind"], frame["body"]) for frame in heard] == [
        (f"ticket:{story.ticket_id}", "ticket.changed", body),
        ("approvals", "ticket.changed", body),
    ]


async def test_an_agent_hears_on_the_topic_tasks_of_his_own_work_only(live, principal):
    alan, other = principal("tts.agent"), principal("tts.agent")
    page = await live.browser_of(alan)
    await page.subscribe("tasks")
    await live.run(services.record_task, Story().item(assignee=other.person))
    mine = Story()
    await live.run(services.record_task, mine.item(assignee=alan.person))
    assert (await page.hear())["body"]["ticket_id"] == str(mine.ticket_id)
    assert await page.hears_nothing()


async def test_after_unsubscribing_nothing_more_is_heard(live, principal):
    me = principal()
    page = await live.browser_of(me)
    await page.subscribe("me")
    await page.say(type="unsubscribe", topic="me")
    await page.say(type="ping")
    assert await page.hear() == {"type": "pong"}
    await live.run(tell, audiences.person(me.id), 1)
    assert await page.hears_nothing()
    assert audiences.person(me.id) not in live.hub._listeners


async def test_a_closed_page_leaves_nothing_in_the_hub(live, principal):
    page = await live.browser_of(principal())
    await page.subscribe("me")
    await page.leave()
    assert (dict(live.hub._listeners), dict(live.hub._sockets)) == ({}, {})


# what is refused


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("approvals", "not_allowed"),
        ("tasks", "not_allowed"),
        ("everything", "unknown_topic"),
        ("ticket:7", "unknown_topic"),
        ("ticket:00000000-0000-4000-8000-000000000000", "ticket_not_known_yet"),
    ],
)
async def test_a_topic_that_is_not_for_him_is_refused_and_the_socket_stays(live, principal, topic, code):
    page = await live.browser_of(principal("hdts.employee"))
    await page.say(type="subscribe", topic=topic, after=None)
    assert await page.hear() == {"type": "error", "code": code, "topic": topic}
    await page.subscribe("me")


async def test_a_strangers_ticket_is_refused_and_nothing_of_it_is_heard(live, principal):
    thread = await live.run(make_conversation, requester=(rita := principal()))
    page = await live.browser_of(principal("tts.agent"))
    await page.say(type="subscribe", topic=f"ticket:{thread.ticket_id}", after=0)
    assert (await page.hear())["code"] == "ticket_not_known_yet"
    await live.run(post, thread, rita)
    assert await page.hears_nothing()


async def test_more_topics_than_a_page_needs_are_refused(live, principal, monkeypatch):
    monkeypatch.setattr(consumers, "TOPICS_PER_SOCKET", 1)
    page = await live.browser_of(principal("hdts.coordinator"))
    await page.subscribe("me")
    await page.say(type="subscribe", topic="approvals")
    assert await page.hear() == {"type": "error", "code": "too_many_topics", "topic": "approvals"}
    await page.subscribe("me")


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": "shout"},
        {"type": "subscribe"},
        {"type": "subscribe", "topic": ""},
        {"type": "subscribe", "topic": "x" * 101},
        {"type": "subscribe", "topic": 7},
        {"type": "subscribe", "topic": "me", "after": -1},
        {"type": "subscribe", "topic": "me", "after": "7"},
        {"type": "subscribe", "topic": "me", "after": 2**63},
        [],
        "x",
        None,
    ],
)
async def test_a_message_that_is_none_is_named_and_the_socket_stays(live, principal, message):
    page = await live.browser_of(principal())
    await page.socket.send_to(text_data=json.dumps(message))
    assert await page.hear() == {"type": "error", "code": "invalid_message", "topic": None}
    await page.subscribe("me")


@pytest.mark.parametrize("text", ["{", "nonsense", '{"type":"ping"', '{"type":"ping","more":' + "[" * 60_000])
async def test_what_is_not_json_closes_the_socket(live, principal, text):
    page = await live.browser_of(principal())
    await page.socket.send_to(text_data=text)
    assert await page.close_code() == 1007
    assert live.hub._sockets == {}


async def test_bytes_close_the_socket(live, principal):
    page = await live.browser_of(principal())
    await page.socket.send_to(bytes_data=b"\x00")
    assert await page.close_code() == 1007


async def test_the_21st_message_within_a_second_closes_the_socket(live, principal):
    page = await live.browser_of(principal())
    for _ in range(20):
        await page.say(type="ping")
    assert [await page.hear() for _ in range(20)] == [{"type": "pong"}] * 20
    await page.say(type="ping")
    assert await page.close_code() == 1008


# what was missed


async def test_who_comes_back_is_told_what_he_missed_and_then_that_it_is_all(live, principal):
    me = principal()
    mine = audiences.person(me.id)
    first, second, third = await live.run(tell, mine, 1, 2, 3)
    await live.run(tell, "user:other", 9)
    page = await live.browser_of(me)
    await page.say(type="subscribe", topic="me", after=first)
    frames = [await page.hear() for _ in range(3)]
    assert [(frame["type"], frame["number"]) for frame in frames] == [("event", second), ("event", third), ("subscribed", third + 1)]
    (fourth,) = await live.run(tell, mine, 4)
    assert (await page.hear())["number"] == fourth


async def test_subscribing_again_starts_anew_from_the_number_given(live, principal):
    me = principal()
    page = await live.browser_of(me)
    start = await page.subscribe("me")
    (number,) = await live.run(tell, audiences.person(me.id), 1)
    assert (await page.hear())["number"] == number
    await page.say(type="subscribe", topic="me", after=start)
    assert [(await page.hear())["type"] for _ in range(2)] == ["event", "subscribed"]
    await live.run(tell, audiences.person(me.id), 2)
    assert (await page.hear())["body"] == {"body": 2}
    assert await page.hears_nothing()


async def test_who_asks_for_rows_that_are_purged_is_told_to_load_anew(live, principal):
    me = principal()
    first, second, third = await live.run(tell, audiences.person(me.id), 1, 2, 3)
    await live.run(forget, up_to=second)
    page = await live.browser_of(me)
    await page.say(type="subscribe", topic="me", after=first)
    assert await page.hear() == {"type": "resync", "topic": "me"}
    assert await page.hear() == {"type": "subscribed", "topic": "me", "number": third}
    await page.say(type="subscribe", topic="me", after=second)
    assert [(await page.hear())["type"] for _ in range(2)] == ["event", "subscribed"]


async def test_a_number_of_the_future_is_one_of_a_database_that_was_restored(live, principal):
    me = principal()
    (number,) = await live.run(tell, audiences.person(me.id), 1)
    page = await live.browser_of(me)
    await page.say(type="subscribe", topic="me", after=number + 1000)
    assert await page.hear() == {"type": "resync", "topic": "me"}
    assert await page.hear() == {"type": "subscribed", "topic": "me", "number": number}
    await live.run(tell, audiences.person(me.id), 2)
    assert (await page.hear())["body"] == {"body": 2}


async def test_who_missed_more_than_is_worth_telling_loads_anew(live, principal, monkeypatch):
    monkeypatch.setattr("realtime.subscriptions.PAGE", 4)
    monkeypatch.setattr("realtime.subscriptions.MOST", 8)
    me = principal()
    numbers = await live.run(tell, audiences.person(me.id), *range(20))
    page = await live.browser_of(me)
    await page.say(type="subscribe", topic="me", after=numbers[0] - 1)
    heard = [await page.hear() for _ in range(10)]
    assert [frame.get("number") for frame in heard] == [*numbers[:8], None, numbers[-1]]
    assert [frame["type"] for frame in heard[8:]] == ["resync", "subscribed"]


# typing


async def test_typing_is_seen_by_the_others_under_the_name_of_the_token(live, principal):
    rita, alan = principal(name="Rita"), principal("tts.agent")
    thread = await live.run(make_conversation, requester=rita, assignee=alan)
    topic = f"ticket:{thread.ticket_id}"
    his, hers = await live.browser_of(alan), await live.browser_of(rita)
    for page in (his, hers):
        await page.subscribe(topic)
    await hers.say(type="typing", topic=topic, person={"name": "Boss"})
    assert await his.hear() == {"type": "typing", "topic": topic, "person": {"id": str(rita.id), "name": "Rita"}}
    assert await hers.hears_nothing()


async def test_typing_of_a_note_is_not_seen_by_the_requester(live, principal):
    rita, alan, olga = principal(), principal("tts.agent"), principal("hdts.coordinator")
    thread = await live.run(make_conversation, requester=rita, assignee=alan)
    topic = f"ticket:{thread.ticket_id}"
    pages = [await live.browser_of(who) for who in (alan, olga, rita)]
    for page in pages:
        await page.subscribe(topic)
    await pages[0].say(type="typing", topic=topic, visibility="internal")
    assert (await pages[1].hear())["person"]["id"] == str(alan.id)
    assert await pages[2].hears_nothing()
    await pages[2].say(type="typing", topic=topic, visibility="internal")
    assert await pages[2].hear() == {"type": "error", "code": "not_allowed", "topic": topic}


async def test_typing_where_one_does_not_listen_is_refused(live, principal):
    page = await live.browser_of(principal("platform.superuser"))
    for topic in ("me", "ticket:00000000-0000-4000-8000-000000000000"):
        await page.say(type="typing", topic=topic)
        assert await page.hear() == {"type": "error", "code": "not_allowed", "topic": topic}


async def test_typing_is_passed_on_once_a_second(live, principal):
    rita, olga = principal(), principal("hdts.coordinator")
    thread = await live.run(make_conversation, requester=rita)
    topic = f"ticket:{thread.ticket_id}"
    his, hers = await live.browser_of(olga), await live.browser_of(rita)
    for page in (his, hers):
        await page.subscribe(topic)
    for _ in range(5):
        await hers.say(type="typing", topic=topic)
    assert (await his.hear())["type"] == "typing"
    assert await his.hears_nothing()
