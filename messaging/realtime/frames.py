"""What goes over the socket, as JSON texts.

Client → server: subscribe {topic, after}, unsubscribe {topic}, typing {topic, visibility}, ping.
Server → client: event {topic, number, kind, body}, subscribed {topic, number}, resync {topic}, typing {topic, person},
error {code, topic}, pong. After ``subscribe`` come the events since ``after``, then ``subscribed``, then what happens.
The socket is closed with 1007 (no JSON), 1008 (more than 20 messages a second), 1009 (a message over 64 KiB), 1011 (a failure),
1012 (an hour is over, or the process is to end: come back), 1013 (too slow: come back), 4401 (the session was ended),
4403 (too many sockets).
"""

from typing import Annotated, Any

import msgspec

from servicekit.contracts import Person
from servicekit.stream.rows import Row

Topic = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe"):
    """Hear of a topic: from now on, or first all that came after a number."""

    topic: Topic
    after: Number | None = None


class Unsubscribe(msgspec.Struct, frozen=True, tag="unsubscribe"):
    """Hear no more of it."""

    topic: Topic


class Typing(msgspec.Struct, frozen=True, tag="typing"):
    """The person is writing; an internal note is shown to those alone who may read it."""

    topic: Topic
    visibility: str = "public"


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Is anybody there?"""


FromBrowser = Subscribe | Unsubscribe | Typing | Ping
_decoder: msgspec.json.Decoder[FromBrowser] = msgspec.json.Decoder(FromBrowser)
PONG = '{"type":"pong"}'


def read(text: str) -> FromBrowser:
    """The client's message. Raises msgspec.ValidationError for an unknown one, msgspec.DecodeError for what is not JSON."""
    return _decoder.decode(text)


def event(topic: str, row: Row) -> str:
    """Something happened."""
    return _encode({"type": "event", "topic": topic, "number": row.number, "kind": row.kind, "body": row.body})


def subscribed(topic: str, number: int) -> str:
    """The client has everything of the topic up to this number, and hears what follows."""
    return _encode({"type": "subscribed", "topic": topic, "number": number})


def resync(topic: str) -> str:
    """Too much was missed to be told again: load the topic anew; ``subscribed`` follows."""
    return _encode({"type": "resync", "topic": topic})


def typing(topic: str, person: Person) -> str:
    """Somebody else is writing."""
    return _encode({"type": "typing", "topic": topic, "person": person})


def error(code: str, topic: str | None = None) -> str:
    """Something was refused; the socket stays open."""
    return _encode({"type": "error", "code": code, "topic": topic})


def _encode(frame: dict[str, Any]) -> str:
    return msgspec.json.encode(frame).decode()


class Whisper(msgspec.Struct, frozen=True):
    """What one Daphne tells all of them without keeping it: somebody is writing."""

    audience: str
    person: Person

    def to_json(self) -> str:
        """The payload of a NOTIFY."""
        return msgspec.json.encode(self).decode()


def read_whisper(payload: str) -> Whisper:
    """The payload of a NOTIFY of ours."""
    return msgspec.json.decode(payload, type=Whisper)
