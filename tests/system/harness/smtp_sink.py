"""A mail server that keeps what it is given."""

from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.system.harness.processes import free_port


@dataclass(frozen=True)
class Mail:
    """One accepted message to one recipient."""

    event_id: str
    user_id: str
    recipient: str
    kind: str
    subject: str


class SmtpSink:
    """Accepts every mail and remembers it; lives in a thread of the tests."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[Mail] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def start(self) -> None:
        """Begin to listen."""
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keep the message, one entry for each recipient."""
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        event_id, _, user_id = str(message["Message-ID"]).strip(" <>").partition("@")[0].partition(".")
        for recipient in envelope.rcpt_tos:
            self.mails.append(Mail(event_id, user_id, recipient.lower(), str(message["X-TTS-Event"]), str(message["Subject"])))
        return "250 kept"

    def duplicates(self) -> dict[tuple[str, str], int]:
        """(event id, user id) pairs that came more than once, with how often."""
        counts = Counter((mail.event_id, mail.user_id) for mail in self.mails)
        return {pair: count for pair, count in counts.items() if count > 1}
