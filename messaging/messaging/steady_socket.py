"""What Daphne's WebSocket lacks: it tells the application when a browser does not read, and lets it close with any code."""

from typing import Any

from daphne.ws_protocol import WebSocketProtocol

MAX_MESSAGE = 64 * 1024  # bytes that a browser may send at once
NORMAL = 1000


class SteadySocket(WebSocketProtocol):  # type: ignore[misc]  # Daphne is published without types
    """Sends the application ``transport.paused`` and ``transport.resumed`` as the system's buffers fill up and empty.

    Without them everything sent to a browser that stopped reading piles up in this process.
    """

    def onConnect(self, request: Any) -> Any:  # noqa: N802  (Autobahn's name)
        """The handshake; messages beyond the limit close the socket with 1009 before they are taken in."""
        self.maxMessagePayloadSize = self.maxFramePayloadSize = MAX_MESSAGE
        self.failByDrop = False  # say why before hanging up
        return super().onConnect(request)

    def onOpen(self) -> None:  # noqa: N802
        """From here on the transport's back-pressure is ours; until now the HTTP channel had it."""
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        super().onOpen()

    def pauseProducing(self) -> None:  # noqa: N802  (Twisted's name)
        """The transport is full."""
        self.application_queue.put_nowait({"type": "transport.paused"})

    def resumeProducing(self) -> None:  # noqa: N802
        """The transport is empty again; a close that waited for that goes on."""
        if self.transport.disconnecting:
            self.transport.unregisterProducer()
        self.application_queue.put_nowait({"type": "transport.resumed"})

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is gone; onClose says so."""

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        """Close with a code of the registry too (1007, 1013 …), which Autobahn keeps to itself."""
        self.sendCloseFrame(code=code or NORMAL)
