"""What a file really is: told from its content, never from its name alone."""

import zipfile
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePath

import puremagic

#: what may be attached: ending → content type
ALLOWED = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".log": "text/plain",
    ".zip": "application/zip",
}
TEXTS = frozenset({".csv", ".txt", ".log"})
#: the part that makes a ZIP file a document of this kind
OFFICE_PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
#: the stream that makes an OLE container a document of this kind; puremagic knows the container only
OLE_STREAMS = {".doc": ("WordDocument",), ".xls": ("Workbook", "Book")}
FORBIDDEN_BYTES = bytes(sorted(set(range(32)) - {7, 8, 9, 10, 12, 13, 27}))
CHUNK = 64 * 1024


def content_type(path: Path, name: str) -> str | None:
    """The type of the file at ``path`` if it may be attached under that name; None if it may not."""
    ending = PurePath(name).suffix.lower()
    if ending not in ALLOWED:
        return None
    is_what_it_says = _is_text(path) if ending in TEXTS else ending in _endings(path)
    return ALLOWED[ending] if is_what_it_says else None


def _is_text(path: Path) -> bool:
    """True if no byte is one that only binary files hold; any encoding that keeps ASCII will do."""
    with path.open("rb") as stream:
        return all(len(part.translate(None, FORBIDDEN_BYTES)) == len(part) for part in iter(lambda: stream.read(CHUNK), b""))


def _endings(path: Path) -> set[str]:
    """The endings that the content deserves."""
    if zipfile.is_zipfile(path):
        return _zip_endings(path)
    try:
        with path.open("rb") as stream:
            found = {match.extension for match in puremagic.magic_stream(stream)}
    except (puremagic.PureError, ValueError):
        return set()
    if ".jpg" in found:
        found.add(".jpeg")
    return found - OLE_STREAMS.keys() | _ole_endings(path) if found & OLE_STREAMS.keys() else found


def _ole_endings(path: Path) -> set[str]:
    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        return {ending for ending, names in OLE_STREAMS.items() if any(content.find(name.encode("utf-16-le")) >= 0 for name in names)}


def _zip_endings(path: Path) -> set[str]:
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":  # something else with a ZIP behind it
            return set()
    try:
        with zipfile.ZipFile(path) as archive:
            parts = set(archive.namelist())
    except zipfile.BadZipFile:
        return set()
    return {".zip"} | {ending for ending, part in OFFICE_PARTS.items() if part in parts}
