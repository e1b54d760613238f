"""What a run of tests came to, read from its JUnit report."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

#: terminals' colour codes and the like, which some reporters leave in
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Outcome:
    """One suite's figures."""

    suite: str
    seconds: float = 0.0
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    #: why the suite could not run or end as it should
    trouble: str = ""

    @property
    def failures(self) -> int:
        """Failed tests; a suite that did not run at all counts as one."""
        return len(self.failed) or int(bool(self.trouble))


def read_report(outcome: Outcome, report: Path) -> None:
    """Add the tests of a report to the outcome."""
    text = NOT_XML.sub("", report.read_text(errors="replace"))
    for case in ElementTree.fromstring(text).iter("testcase"):  # noqa: S314 - a report that our own tools wrote
        name = "::".join(filter(None, (case.get("classname"), case.get("name"))))
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            if name not in outcome.failed:  # a test that fails and then cannot tidy up is reported twice
                outcome.failed.append(name)
        elif skipped is not None:
            outcome.skipped.append((name, skipped.get("message") or (skipped.text or "").strip() or "no reason given"))
        else:
            outcome.passed += 1
