"""A real SMTP server on a free port that does what a test tells it to."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, ClassVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from servicekit.testing.postgres import free_port

USER, PASSWORD = b"mailer", b"correct horse"


@dataclass
class Sink:
    """What came in, and what is answered: ``replies`` by command ("MAIL", "RCPT", "DATA"), ``wait`` in seconds before an answer."""

    port: int = 0
    replies: dict[str, str] = field(default_factory=dict)
    wait: dict[str, float] = field(default_factory=dict)
    drops_after_data: bool = False
    at_data: Callable[[], None] | None = None
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        self.connections.add(id(session))
        envelope.mail_from = address
        return await self._answer("MAIL")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await self._answer("DATA")
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        if self.at_data is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.at_data)
        if self.drops_after_data:
            abort(server)
        return answer

    async def _answer(self, command: str) -> str:
        await asyncio.sleep(self.wait.get(command, 0))
        return self.replies.get(command, "250 OK")


def abort(connection: SMTP) -> None:
    """Cut the connection, as a dying server does."""
    assert isinstance(connection.transport, asyncio.Transport)
    connection.transport.abort()


class Connection(SMTP):
    """Remembers that it is open."""

    open: ClassVar[set["Connection"]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.open.discard(self)


class Server(Controller):
    """Ends its connections before its loop."""

    def factory(self) -> SMTP:
        return Connection(self.handler, **self.SMTP_kwargs)

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(_end_connections(), self.loop).result(10)
        super().stop(no_assert)


async def _end_connections() -> None:
    await asyncio.sleep(0.01)  # one that was just accepted is made by then
    while Connection.open:
        for connection in Connection.open:
            abort(connection)
        await asyncio.sleep(0.01)


class StrictAuth:
    """Knows one user."""

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (USER, PASSWORD), handled=False)


def start_sink(*, with_auth: bool = False) -> tuple[Sink, Server]:
    """A running sink; the caller stops the controller."""
    sink = Sink(port=free_port())
    auth: dict[str, Any] = {"authenticator": StrictAuth(), "auth_require_tls": False} if with_auth else {}
    controller = Server(sink, hostname="127.0.0.1", port=sink.port, **auth)
    controller.start()
    return sink, controller


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return once the condition holds; fail after a while."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
