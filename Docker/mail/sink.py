"""A mail server that delivers nothing: it keeps the last 200 messages in memory and shows them on a page.

SMTP on port 1025; the page on 8025: ``/`` the list, ``/<n>`` a message as it came, ``/mails.json`` for programs.
"""

import email
import email.policy
import html
import itertools
import json
import signal
import sys
import urllib.request
from collections import OrderedDict
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT = 200
SMTP_PORT, PAGE_PORT = 1025, 8025
PAGE = """<!doctype html><meta charset="utf-8"><title>Mails</title><meta http-equiv="refresh" content="5">
<style>body{font:15px system-ui;margin:2rem}td{padding:.2rem 1rem .2rem 0}</style><h1>%d mails</h1><table>%s</table>"""
ROW = '<tr><td>%s</td><td>%s</td><td><a href="/%d">%s</a></td></tr>'


class Mails:
    """The messages, the youngest last; numbers are never used twice."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._kept: OrderedDict[int, tuple[dict[str, Any], bytes]] = OrderedDict()

    def keep(self, recipients: list[str], content: bytes) -> None:
        """Take a message in; the oldest goes when there are too many."""
        number, message = next(self._numbers), email.message_from_bytes(content, policy=email.policy.default)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        line = {"number": number, "at": at, "from": str(message["From"]), "to": recipients, "subject": str(message["Subject"])}
        self._kept[number] = (line, content)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def listing(self) -> list[dict[str, Any]]:
        """What there is, without contents."""
        return [line for line, _ in list(self._kept.values())]

    def content(self, number: int) -> bytes | None:
        """A message as it came."""
        return self._kept[number][1] if number in self._kept else None


class Sink:
    """aiosmtpd's handler."""

    def __init__(self, mails: Mails) -> None:
        self._mails = mails

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        """Keep the message."""
        self._mails.keep(list(envelope.rcpt_tos), envelope.original_content or b"")
        return "250 kept"


class Page(BaseHTTPRequestHandler):
    """The page; ``mails`` is set by main."""

    mails: Mails

    def do_GET(self) -> None:
        """The list, a message, or 404."""
        name = self.path.strip("/")
        content = self.mails.content(int(name)) if name.isdecimal() else None
        if not name:
            self._answer("text/html; charset=utf-8", self._list().encode())
        elif name == "mails.json":
            self._answer("application/json", json.dumps(self.mails.listing()).encode())
        elif content is not None:
            self._answer("text/plain; charset=utf-8", content)
        else:
            self.send_error(404)

    def log_message(self, *args: Any) -> None:
        """Nothing: the page refreshes itself."""

    def _list(self) -> str:
        rows = [
            ROW % (m["at"], html.escape(", ".join(m["to"])), m["number"], html.escape(m["subject"])) for m in reversed(self.mails.listing())
        ]
        return PAGE % (len(rows), "".join(rows))

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        for header in (("Content-Type", kind), ("Content-Length", str(len(body))), ("X-Content-Type-Options", "nosniff")):
            self.send_header(*header)
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until the end; ``probe`` only asks whether somebody serves."""
    if sys.argv[1:] == ["probe"]:
        urllib.request.urlopen(f"http://127.0.0.1:{PAGE_PORT}/mails.json", timeout=3).close()
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # as process 1 it would not hear of it
    Page.mails = Mails()
    Controller(Sink(Page.mails), hostname="0.0.0.0", port=SMTP_PORT, decode_data=False).start()  # noqa: S104  (inside a container)
    ThreadingHTTPServer(("0.0.0.0", PAGE_PORT), Page).serve_forever()  # noqa: S104


if __name__ == "__main__":
    main()
