"""What a file really is."""

import io
import zipfile

import pytest

from attachments.kinds import content_type

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 50 + b"\xff\xd9"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
EXE = b"MZ\x90\x00" + b"\x00" * 200
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


GOOD = [
    ("a.png", PNG, "image/png"),
    ("A.PNG", PNG, "image/png"),
    ("a.jpg", JPG, "image/jpeg"),
    ("a.jpeg", JPG, "image/jpeg"),
    ("a.pdf", PDF, "application/pdf"),
    ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
    ("a.xls", OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    (
        "a.docx",
        zipped("[Content_Types].xml", "word/document.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("a.zip", zipped("anything"), "application/zip"),
    ("a.csv", b"a,b\n1,2\n", "text/csv"),
    ("a.txt", "Grüße\r\n".encode(), "text/plain"),
    ("a.log", "\x1b[31mred\x1b[0m\n".encode("latin-1"), "text/plain"),
    ("a.b.txt", b"x", "text/plain"),
]
BAD = [
    ("a.png", EXE), ("a.png", JPG), ("a.jpg", PNG), ("a.pdf", EXE), ("a.pdf", b"hello"), ("a.zip", EXE), ("a.zip", PNG + zipped("x")),
    ("a.docx", zipped("x")), ("a.docx", zipped("xl/workbook.xml")), ("a.xlsx", PNG), ("a.doc", OLE),
    ("a.doc", OLE + "Workbook".encode("utf-16-le")),
    ("a.txt", EXE), ("a.txt", PNG), ("a.csv", b"a\x00b"), ("a.log", zipped("x")), ("a.exe", EXE),
    ("a.html", b"<html>"), ("a.svg", b"<svg/>"),
    ("png", PNG), ("a", b"x"), ("a.png", b"x"), ("a.png", b""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "expected"), GOOD)
def test_an_allowed_file_is_known_by_its_content(tmp_path, name, content, expected):
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert content_type(path, name) == expected


@pytest.mark.parametrize(("name", "content"), BAD)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name, content):
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert content_type(path, name) is None
