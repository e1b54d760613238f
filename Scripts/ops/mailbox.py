"""A mail server that delivers nothing: it keeps each message as a file to look at."""

import hashlib
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Listens on the loopback and writes one .eml file per message."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=port)

    def open(self) -> None:
        """Begin to listen, in a thread of its own."""
        self._controller.start()

    def close(self) -> None:
        """Stop listening."""
        self._controller.stop()


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message; say so only once it is written."""
        content = envelope.original_content or b""
        recipients = ", ".join(envelope.rcpt_tos)
        name = f"{time.time_ns()}-{hashlib.sha256(content).hexdigest()[:8]}"
        draft = self._folder / f"{name}.tmp"
        draft.write_bytes(f"X-Envelope-To: {recipients}\r\n".encode() + content)
        draft.rename(self._folder / f"{name}.eml")
        return "250 kept"
