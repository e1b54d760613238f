"""Django's synchronous stack under an asynchronous server."""

from collections.abc import Awaitable, Callable, MutableMapping
from io import BytesIO
from typing import Any

import msgspec
from asgiref.wsgi import WsgiToAsgiInstance

from realtime.lanes import Lanes
from servicekit.errors import CONTENT_TYPE, problem_document

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

MAX_BODY = 2 * 1024 * 1024  # bytes


class ThreadedHttp:
    """One hop to a lane and back for each request.

    Django's own ASGI handler starts a thread, and with it a database connection, for each request, and hops several times.
    """

    def __init__(self, wsgi: Wsgi, lanes: Lanes) -> None:
        self._wsgi = wsgi
        self._lanes = lanes
        self.in_flight = 0  # requests that are not answered yet

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.in_flight += 1
        try:
            await self._respond(scope, receive, send)
        finally:
            self.in_flight -= 1

    async def _respond(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            return
        status, headers, content = TOO_LARGE if len(body) > MAX_BODY else await self._lanes.run(self._answer, scope, body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, scope: Message, body: bytes) -> Answer:
        gateway: Any = WsgiToAsgiInstance(self._wsgi)  # type: ignore[no-untyped-call]
        gateway.scope = scope  # build_environ reads the headers from here
        environ = gateway.build_environ(scope, BytesIO(body))
        environ["CONTENT_LENGTH"] = str(len(body))  # a chunked request has none of its own
        started: list[Any] = []
        chunks = self._wsgi(environ, lambda status, headers, exc_info=None: started.extend((status, headers)))
        try:
            content = b"".join(chunks)
        finally:
            chunks.close()
        return int(started[0].split(" ", 1)[0]), [(name.lower().encode(), value.encode("latin-1")) for name, value in started[1]], content


def _problem(status: int, code: str, title: str) -> Answer:
    content = msgspec.json.encode(problem_document(status, code, title))
    return status, [(b"content-type", CONTENT_TYPE.encode()), (b"content-length", str(len(content)).encode())], content


TOO_LARGE = _problem(413, "body_too_large", "The request is larger than 2 MiB")


async def _read(receive: Receive) -> bytes | None:
    """The body, or as much of it as shows that it is too large; None if the client went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        if len(body) <= MAX_BODY:
            body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)
