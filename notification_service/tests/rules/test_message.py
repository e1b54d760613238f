import pytest

from rules.message import one_line, paragraphs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two\r\nlines", "two lines"),
        ("Subject: x\nBcc: evil@example.org", "Subject: x Bcc: evil@example.org"),
        ("nul\x00 and \x1b[31m escape", "nul and [31m escape"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("   much \t space   ", "much space"),
        ("", ""),
        ("12345678901", "123456789…"),
        ("1234567890", "1234567890"),
    ],
)
def test_a_line_holds_no_control_characters_and_ends_in_time(text, expected):
    assert one_line(text, 10) == expected if len(text) in {10, 11} else one_line(text, 100) == expected


def test_paragraphs_keep_their_line_breaks_and_nothing_else():
    assert paragraphs("one\ntwo\x00\x07\r\n\nthree  ", 100) == "one\ntwo\n\nthree"


def test_paragraphs_are_cut_with_an_ellipsis():
    assert paragraphs("12345", 4) == "123…"
