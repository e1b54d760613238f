"""The conversation with the SMTP server: one connection per thread, kept open; every wait has an end; every failure has a stage.

No transcript is logged: it would hold addresses and credentials.
"""

import smtplib
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parseaddr

from django.conf import settings

from mail.letter import Letter
from mail.outcome import Outcome, Stage, Verdict

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
PAUSE_SECONDS = 30.0  # a server that is down or hangs is left alone so long: a backlog must not wait for it mail by mail
IMPLICIT_TLS_PORT = 465  # spoken to in TLS from the first byte; on any other port TLS begins by STARTTLS


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    use_tls: bool = False


class Undelivered(Exception):
    """A try ended before the server took the mail, as far as we know."""

    def __init__(self, outcome: Outcome, *, hung: bool) -> None:
        super().__init__(outcome.reply)
        self.outcome = outcome
        self.hung = hung


class Line(threading.local):
    """This thread's connection."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._server: Server | None = None
        self._silent_until = 0.0
        self._silence: Outcome | None = None

    def post(self, letter: Letter, server: Server) -> Outcome:
        """Hand one mail in; never raises for what a server or a network can do."""
        if self._server != server:
            self.hang_up()
            self._server, self._silence = server, None
        if self._silence and time.monotonic() < self._silent_until:
            return self._silence
        try:
            _hand_in(self._open(server), letter)
        except Undelivered as failure:
            self.hang_up()
            if failure.hung or failure.outcome.stage in {Stage.CONNECT, Stage.AUTH}:
                self._silence = Outcome(Verdict.DEFERRED, failure.outcome.stage, failure.outcome.reply)
                self._silent_until = time.monotonic() + PAUSE_SECONDS
            return failure.outcome
        self._silence = None
        return Outcome(Verdict.ACCEPTED)

    def greet(self, server: Server) -> Outcome:
        """Connect, greet and log in, as before a mail, and hang up; never raises for what a server or a network can do."""
        self.hang_up()
        try:
            _connect(server).close()
        except Undelivered as failure:
            return failure.outcome
        return Outcome(Verdict.ACCEPTED)

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _open(self, server: Server) -> smtplib.SMTP:
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._smtp.noop()[0] == 250:
                    return self._smtp
            self.hang_up()
        self._smtp = _connect(server)
        return self._smtp


line = Line()


def configured_server() -> Server:
    """The server that the settings name."""
    return Server(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        use_tls=settings.EMAIL_USE_TLS,
    )


def post(letter: Letter) -> Outcome:
    """Hand one mail in at the configured server, over this thread's connection."""
    return line.post(letter, configured_server())


def _connect(server: Server) -> smtplib.SMTP:
    name = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    with _stage(Stage.CONNECT):
        if server.port == IMPLICIT_TLS_PORT:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=CONNECT_SECONDS, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, name, timeout=CONNECT_SECONDS)
    try:
        _greet(smtp, server)
    except Undelivered:
        smtp.close()
        raise
    return smtp


def _greet(smtp: smtplib.SMTP, server: Server) -> None:
    with _stage(Stage.CONNECT):
        if smtp.sock is not None:
            smtp.sock.settimeout(READ_SECONDS)
        smtp.ehlo_or_helo_if_needed()
        if server.use_tls and server.port != IMPLICIT_TLS_PORT:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
    if server.user:
        with _stage(Stage.AUTH):
            smtp.login(server.user, server.password)


def _hand_in(smtp: smtplib.SMTP, letter: Letter) -> None:
    with _stage(Stage.SENDER):
        _expect(smtp.mail(letter.sender), 250)
    with _stage(Stage.RECIPIENT):
        _expect(smtp.rcpt(letter.recipient), 250, 251)
    with _stage(Stage.DATA):
        _expect(smtp.data(letter.content), 250)


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    code, text = answer
    if code not in codes:
        raise smtplib.SMTPResponseException(code, text)


@contextmanager
def _stage(stage: Stage) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise Undelivered(Outcome(_answered(stage, error.smtp_code), stage, f"{error.smtp_code} {text}"), hung=False) from error
    except (smtplib.SMTPException, OSError) as error:
        hung = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        verdict = Verdict.IN_DOUBT if stage is Stage.DATA else Verdict.DEFERRED
        raise Undelivered(Outcome(verdict, stage, f"{type(error).__name__}: {error}"), hung=hung) from error


def _answered(stage: Stage, code: int) -> Verdict:
    """A 5xx is the end for this mail, unless the server turns us away before it knows of any mail."""
    return Verdict.REFUSED if code >= 500 and stage not in {Stage.CONNECT, Stage.AUTH} else Verdict.DEFERRED
