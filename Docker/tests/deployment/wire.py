"""HTTP/1.1 over TLS on connections that are kept open as a browser's are, and nothing else: cheap enough to be a load's sender.

All that were opened are kept, for a handshake costs more than a request: a sender that closes them slows down when the server does.
"""

import asyncio
import re
import ssl
from dataclasses import dataclass, field

TIMEOUT = 30.0  # seconds for a connection, and for an answer
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
WITHOUT_BODY = {204, 304}

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NoAnswer(Exception):
    """The request was not answered."""


class Dropped(NoAnswer):
    """The connection stood and ended before the answer was whole; a browser asks again, once."""


@dataclass
class Wire:
    """Requests to one server on this machine's loopback, under its public name."""

    host: str
    port: int
    context: ssl.SSLContext
    _idle: list[Connection] = field(default_factory=list)

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"", *, anew: bool = False) -> tuple[int, bytes]:
        """Status and body of the answer, ``anew`` on a connection of its own. Raises NoAnswer."""
        try:
            async with asyncio.timeout(TIMEOUT):
                connection = (None if anew else self._waiting()) or await self._connect()
        except OSError as error:  # TimeoutError too
            raise NoAnswer(f"no connection: {error!r}") from error
        try:
            async with asyncio.timeout(TIMEOUT):
                status, answer, stays = await self._exchange(connection, self._request(method, path, headers, body))
        except TimeoutError as error:
            connection[1].transport.abort()
            raise NoAnswer("no answer in time") from error
        except (OSError, EOFError) as error:
            connection[1].transport.abort()
            raise Dropped(repr(error)) from error
        if stays:
            self._idle.append(connection)
        else:
            connection[1].close()
        return status, answer

    def close(self) -> None:
        """Drop what is kept open."""
        while self._idle:
            self._idle.pop()[1].transport.abort()

    def _waiting(self) -> Connection | None:
        """The connection used last that the server has not closed."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and reader.exception() is None:
                return reader, writer
            writer.close()
        return None

    async def _connect(self) -> Connection:
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=self.context, server_hostname=self.host)

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "Accept: */*", *(f"{name}: {value}" for name, value in headers.items())]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def _exchange(self, connection: Connection, request: bytes) -> tuple[int, bytes, bool]:
        """Status, body, and whether the connection may be used again."""
        reader, writer = connection
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        status, stays = int(head[9:12]), CLOSES.search(head) is None
        if status in WITHOUT_BODY:
            return status, b"", stays
        if length := LENGTH.search(head):
            return status, await reader.readexactly(int(length[1])), stays
        if CHUNKED.search(head):
            return status, await self._chunks(reader), stays
        return status, await reader.read(), False

    async def _chunks(self, reader: asyncio.StreamReader) -> bytes:
        parts = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append((await reader.readexactly(size + 2))[:-2])
        await reader.readuntil(b"\r\n")
        return b"".join(parts)
