"""The deployment documents as data: their blocks, links and headings."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTATION = ROOT / "documentation"
#: in the order in which they are followed: the guide sets the server up, the others use it
PAGES = (
    "README_DEPLOYMENT.md",
    "DEPLOYMENT_BLUEPRINT_SUMMARY.md",
    "DEPLOYMENT_GUIDE.md",
    "QUICK_REFERENCE.md",
    "PROJECT_STRUCTURE.md",
    "BACKUP_AND_SCALING_STRATEGY.md",
    "RELEASE_MANAGEMENT.md",
    "DEPLOYMENT_CHECKLISTS.md",
    "ARCHITECTURE_DIAGRAMS.md",
)
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
REASON = re.compile(r"<!-- console: (?P<reason>[^>]+) -->\n\Z")
LINK = re.compile(r"\[[^\]]+\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: ``sh`` is executed, ``console`` has a reason why it cannot be."""

    page: str
    line: int
    language: str
    text: str
    reason: str


def read(page: str) -> str:
    return (DOCUMENTATION / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = read(page)
    found = []
    for match in FENCE.finditer(text):
        why = REASON.search(text[: match.start()])
        line = text[: match.start()].count("\n") + 1
        found.append(Block(page, line, match["language"], match["text"], why["reason"] if why else ""))
    return found


def script(page: str) -> str:
    """All that is to be executed of a page as one script; it says where it is, so that a failure names its line."""
    parts = [f"echo '::{block.page}:{block.line}'\n{block.text}" for block in blocks(page) if block.language == "sh"]
    return "\n".join(parts)


def links(page: str) -> list[str]:
    """Where the page leads to, without the outside world."""
    return [match["target"] for match in LINK.finditer(FENCE.sub("", read(page))) if not match["target"].startswith("http")]


def anchors(path: Path) -> set[str]:
    """The headings of a page as GitHub makes anchors of them."""
    headings = HEADING.findall(FENCE.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
