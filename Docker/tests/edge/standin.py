"""Stands in for a service behind the edge: says what it was asked, and does what the query says. Nothing but the standard library.

``python standin.py NAME PORT``. Query: ``status=503`` answers with that, ``header=Name:value`` adds a header, ``delay=0.5`` waits,
``ping=25`` pings an otherwise silent socket every 25 s. ``/_seen`` lists the requests that reached it since it was last asked.
"""

import asyncio
import base64
import hashlib
import json
import sys
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

NAME, PORT = sys.argv[1], int(sys.argv[2])
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455
PING, CLOSE, PONG = 0x9, 0x8, 0xA
seen: list[str] = []


@dataclass
class Request:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


async def read(reader: StreamReader) -> Request | None:
    """The next request of a connection; None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    request = Request(method, target, headers, b"")
    request.body = await reader.readexactly(int(request.header("content-length") or 0))
    return request


async def serve(reader: StreamReader, writer: StreamWriter) -> None:
    """One connection."""
    try:
        while request := await read(reader):
            if request.target != "/_seen" and not request.target.startswith("/healthz"):
                seen.append(f"{request.method} {request.target}")
            if request.header("upgrade") == "websocket":
                await converse(request, reader, writer)
                break
            await answer(request, writer)
    except (ConnectionError, asyncio.IncompleteReadError):
        pass  # the client went away
    finally:
        writer.close()


async def answer(request: Request, writer: StreamWriter) -> None:
    """What was asked, as JSON, in the way that the query wants."""
    await asyncio.sleep(float(request.query.get("delay", ["0"])[0]))
    status = int(request.query.get("status", ["200"])[0])
    content: object = {
        "service": NAME,
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "size": len(request.body),
    }
    if request.target == "/_seen":
        content = list(seen)
        seen.clear()
    body = json.dumps(content).encode()
    headers = ["Content-Type: application/json", f"Content-Length: {len(body)}", "X-Frame-Options: SAMEORIGIN", "X-Request-ID: theirs"]
    headers += [line.replace(":", ": ", 1) for line in request.query.get("header", [])]
    head = "\r\n".join([f"HTTP/1.1 {status} Said", *headers, "", ""]).encode()
    writer.write(head + (b"" if request.method == "HEAD" else body))
    await writer.drain()


async def converse(request: Request, reader: StreamReader, writer: StreamWriter) -> None:
    """A WebSocket that sends every message back."""
    accept = base64.b64encode(hashlib.sha1((request.header("sec-websocket-key") + MAGIC).encode()).digest()).decode()  # noqa: S324
    head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}", "", ""]
    writer.write("\r\n".join(head).encode())
    every = float(request.query.get("ping", ["0"])[0])
    pinging = asyncio.create_task(ping(writer, every)) if every else None
    try:
        while True:
            kind, text = await frame(reader)
            if kind == CLOSE:
                return
            if kind != PONG:
                writer.write(bytes([0x80 | kind, len(text)]) + text)
    finally:
        if pinging:
            pinging.cancel()


async def frame(reader: StreamReader) -> tuple[int, bytes]:
    """A short masked frame of the browser."""
    first, second = await reader.readexactly(2)
    mask = await reader.readexactly(4)
    text = await reader.readexactly(second & 0x7F)
    return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(text))


async def ping(writer: StreamWriter, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        writer.write(bytes([0x80 | PING, 0]))


async def main() -> None:
    server = await asyncio.start_server(serve, "0.0.0.0", PORT, backlog=512)  # noqa: S104 - within the container
    async with server:
        await server.serve_forever()


asyncio.run(main())
