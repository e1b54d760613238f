"""The deployment metrics of the release-management page, from ``state/deployments.jsonl``: counts first, since few make no percentage."""

from collections.abc import Sequence
from typing import Any

from production.reports.shape import Document, Row, Section
from production.reports.situation import Situation, share

WINDOW = 100
DONE, ROLLED_BACK = "done", "rolled back"
Entry = dict[str, Any]


def write(situation: Situation) -> Document:
    """The document."""
    entries = list(situation.reading.deployments)
    deployed = [entry for entry in entries if entry.get("kind") == "deployment"][-WINDOW:]
    return Document(
        "Deployment report",
        situation.home.url or situation.home.project,
        situation.at,
        "Scripts/tts report deployment",
        [
            Section(
                "Success metrics",
                {
                    "Deployments recorded": len(deployed),
                    "Other entries (rollbacks by hand, restarts)": len(entries) - _all_deployments(entries),
                },
                {"Against the targets": metrics(deployed)},
                ["Counted over the last 100 deployments. A target is judged only where there is something to judge it by."],
            ),
            Section("By strategy", tables={"Strategies": _by_strategy(deployed)}),
            Section("The last ones", tables={"Deployments, rollbacks, restarts": [row(entry) for entry in entries[-20:][::-1]]}),
        ],
    )


def metrics(deployed: Sequence[Entry]) -> list[Row]:
    """The six indicators of the release-management page."""
    number = len(deployed)
    done = sum(entry.get("outcome") == DONE for entry in deployed)
    back = sum(entry.get("outcome") == ROLLED_BACK for entry in deployed)
    probed = [entry for entry in deployed if entry.get("probes")]
    unbroken = sum(not entry.get("failed_probes") for entry in probed)
    seconds = [float(entry["seconds"]) for entry in deployed if entry.get("seconds")]
    requests, errors = _total(deployed, "requests"), _total(deployed, "errors")
    mean = sum(seconds) / len(seconds) if seconds else None
    ratios = [ratio for entry in deployed if (ratio := slowdown(entry)) is not None]
    worst = max(ratios, default=None)
    return [
        _metric("Deployment success rate", share(done, number), "at least 99.5 %", done / number >= 0.995 if number else None),
        _metric("Mean duration", f"{mean:.0f} s" if mean is not None else None, "at most 900 s", mean <= 900 if mean is not None else None),
        _metric("Rollback rate", share(back, number), "below 1 %", back / number < 0.01 if number else None),
        _metric("Without downtime", share(unbroken, len(probed)), "100 %", unbroken == len(probed) if probed else None),
        _metric(
            "Performance impact",
            None if worst is None else f"p95 at worst ×{worst:.2f} ({len(ratios)} measured)",
            "below ×1.05",
            None if worst is None else worst < 1.05,
        ),
        _metric("Failed requests meanwhile", share(errors, requests), "0", errors == 0 if requests else None),
    ]


def slowdown(entry: Entry) -> float | None:
    """How much slower a deployment made the slowest service: p95 during it by p95 before it."""
    before, during = entry.get("p95_before_ms") or {}, entry.get("p95_during_ms") or {}
    return max((during[name] / before[name] for name in during if before.get(name)), default=None)


def row(entry: Entry) -> Row:
    """One entry in a line."""
    ratio = slowdown(entry)
    return {
        "began": entry.get("started"),
        "kind": entry.get("kind"),
        "release": entry.get("release"),
        "strategy": entry.get("strategy"),
        "services": ", ".join(entry.get("services") or ()),
        "by": entry.get("who"),
        "outcome": entry.get("outcome"),
        "seconds": entry.get("seconds"),
        "downtime s": entry.get("downtime_seconds") if entry.get("probes") else None,
        "failed requests": share(entry.get("errors") or 0, entry.get("requests") or 0),
        "p95 during/before": None if ratio is None else f"×{ratio:.2f}",
        "why back": entry.get("rollback_reason") or "–",
    }


def _by_strategy(deployed: Sequence[Entry]) -> list[Row]:
    rows = []
    for strategy in sorted({str(entry.get("strategy")) for entry in deployed}):
        own = [entry for entry in deployed if str(entry.get("strategy")) == strategy]
        rows.append(
            {
                "strategy": strategy,
                "deployments": len(own),
                "done": sum(entry.get("outcome") == DONE for entry in own),
                "rolled back": sum(entry.get("outcome") == ROLLED_BACK for entry in own),
                "mean s": round(sum(float(entry.get("seconds") or 0) for entry in own) / len(own), 1),
                "downtime s": round(_total(own, "downtime_seconds"), 1),
            }
        )
    return rows


def _metric(name: str, value: str | None, target: str, is_met: bool | None) -> Row:
    return {"indicator": name, "measured": value, "target": target, "met": is_met}


def _total(entries: Sequence[Entry], name: str) -> float:
    return sum(float(entry.get(name) or 0) for entry in entries)


def _all_deployments(entries: Sequence[Entry]) -> int:
    return sum(entry.get("kind") == "deployment" for entry in entries)
