"""The mail itself: its headers and its two bodies."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from io import BytesIO
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from rules.message import TITLE_LENGTH, one_line

NAME_LENGTH = 100
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the server is given: envelope and content."""

    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What a mail is made of."""

    name: str
    address: str
    event_id: UUID
    event_type: str
    user_id: UUID
    title: str
    body: str
    link: str
    at: datetime


def write_letter(draft: Draft) -> Letter:
    """The mail for one person about one event: the same Message-ID each time, so that a receiver can drop a second copy.

    Raises ValueError for an address that no mail can be sent to.
    """
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    recipient = ascii_address(draft.address)
    fill = {"title": draft.title, "body": draft.body, "link": settings.BASE_URL.rstrip("/") + draft.link}
    mail = EmailMultiAlternatives(
        subject=one_line(draft.title, TITLE_LENGTH),
        body=render_to_string("mail/message.txt", fill),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((one_line(draft.name, NAME_LENGTH), recipient))],
        headers={
            "Date": format_datetime(draft.at),
            "Message-ID": f"<{draft.event_id}.{draft.user_id}@{sender.rpartition('@')[2]}>",
            "X-TTS-Event": one_line(draft.event_type, 60),
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.encoding = _seven_bit()
    mail.attach_alternative(render_to_string("mail/message.html", fill), "text/html")
    return Letter(sender=sender, recipient=recipient, content=_on_the_wire(mail.message()))


def ascii_address(address: str) -> str:
    """The address with its domain in ASCII. Raises ValueError for one that is none."""
    local, _, domain = address.rpartition("@")
    plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    if not ADDRESS.fullmatch(plain):
        raise ValueError("this is not an address that mail can be sent to")
    return plain


def _on_the_wire(message: Message) -> bytes:
    """The bytes, without a fold right behind a header's name: not every reader undoes it, and the Message-ID must compare equal."""
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=compat32.clone(max_line_length=None)).flatten(message, linesep="\r\n")
    return out.getvalue()


def _seven_bit() -> Charset:
    """UTF-8 as quoted-printable: any server takes it, whatever it says of 8-bit text."""
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return charset
