"""The mail itself."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest

from mail.letter import Draft, write_letter

EVENT, USER = UUID("11111111-1111-4111-8111-111111111111"), UUID("22222222-2222-4222-8222-222222222222")


def draft(**changes) -> Draft:
    fields: dict[str, Any] = {
        "name": "Rosa Requester",
        "address": "rosa@example.org",
        "event_id": EVENT,
        "event_type": "ticket.approved",
        "user_id": USER,
        "title": "TT-1 was approved",
        "body": "Printer on fire",
        "link": "/tickets/TT-1",
        "at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    }
    return Draft(**fields | changes)


def read(**changes):
    return message_from_bytes(write_letter(draft(**changes)).content, policy=policy.default)


def headers_of(**changes) -> bytes:
    return write_letter(draft(**changes)).content.split(b"\r\n\r\n", 1)[0]


def test_the_headers_are_these():
    mail = read()
    assert {name: str(mail[name]) for name in mail if name not in {"Content-Type", "MIME-Version"}} == {
        "Subject": "TT-1 was approved",
        "From": "Ticket Tracking <tickets@tts.localhost>",
        "To": "Rosa Requester <rosa@example.org>",
        "Date": "Mon, 02 Mar 2026 09:30:00 +0000",
        "Message-ID": f"<{EVENT}.{USER}@tts.localhost>",
        "X-TTS-Event": "ticket.approved",
        "Auto-Submitted": "auto-generated",
    }


def test_the_same_event_and_person_give_the_same_message_id_whatever_else_differs():
    assert read()["Message-ID"] == read(title="Other", address="new@example.org", name="")["Message-ID"]


def test_the_message_id_stands_in_plain_ascii_for_receivers_that_compare_bytes():
    assert f"<{EVENT}.{USER}@tts.localhost>".encode() in headers_of()


def test_there_is_a_text_and_an_html_with_the_link():
    mail = read()
    text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert text.splitlines()[:5] == ["TT-1 was approved", "", "Printer on fire", "", "http://testserver/tickets/TT-1"]
    assert '<a href="http://testserver/tickets/TT-1">http://testserver/tickets/TT-1</a>' in html


def test_what_people_wrote_is_text_in_the_html_and_untouched_in_the_text():
    mail = read(title="<script>alert(1)</script>", body='a & b "c" <img src=x onerror=y>\nsecond line')
    text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert "<script>alert(1)</script>" in text
    assert 'a & b "c" <img src=x onerror=y>\r\nsecond line' in text
    assert "<script>" not in html
    assert "a &amp; b &quot;c&quot; &lt;img src=x onerror=y&gt;<br>second line" in html


@pytest.mark.parametrize("mark", ["{{ 7*7 }}", "{% debug %}", "{{settings.SECRET_KEY}}", "${7*7}", "%(x)s"])
def test_template_marks_in_what_people_wrote_stay_marks(mark):
    assert mark in read(body=mark).get_body(("plain",)).get_content()


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\r\n\r\n"])
@pytest.mark.parametrize("field", ["title", "name", "event_type"])
def test_no_text_can_add_a_header(field, break_):
    evil = f"x{break_}Bcc: evil@example.org"
    mail = read(**{field: evil})
    assert (mail["Bcc"], len(mail.keys())) == (None, 9)
    assert [line for line in headers_of(**{field: evil}).split(b"\r\n") if line.lower().startswith(b"bcc")] == []


@pytest.mark.parametrize(
    "address",
    [
        "", "rosa", "@example.org", "rosa@", "rosa@example.org\r\nBcc: evil@example.org", "rosa@exa mple.org", "a@b@c",
        "rosa@example.org\n",
        "rösä@example.org", "ro\nsa@example.org", "<rosa@example.org>", "rosa@example.org, evil@example.org", "rosa@" + "x" * 64 + ".org",
        '"rosa evil"@example.org', "rosa@example..org", "rosa@-example.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError):
        write_letter(draft(address=address))


def test_a_name_with_quotes_commas_and_umlauts_stays_one_recipient():
    mail = read(name='Süß, "Rosa" <evil@example.org>')
    assert [(person.display_name, person.addr_spec) for person in mail["To"].addresses] == [
        ('Süß, "Rosa" <evil@example.org>', "rosa@example.org")
    ]


def test_a_domain_with_umlauts_is_written_in_ascii():
    assert write_letter(draft(address="rosa@bücher.example")).recipient == "rosa@xn--bcher-kva.example"


def test_the_wire_carries_ascii_in_short_lines_only():
    content = write_letter(draft(title="Ünïcödé 🎫 " * 15, body="täglich " * 400, name="Ä" * 150)).content
    content.decode("ascii")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_a_long_title_with_emoji_arrives_whole():
    title = ("Ünïcödé 🎫 " * 15).strip()
    assert str(read(title=title)["Subject"]) == title
