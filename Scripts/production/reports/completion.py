"""PRODUCTION_DEPLOYMENT_COMPLETE: the last deployment, held against what production wants. Certified only if all of it is met."""

from collections.abc import Iterator
from typing import Any

from production.reports import acceptance, deployments, figures
from production.reports.shape import Document, Row, Section
from production.reports.situation import Situation, share
from production.watching import channels
from production.watching.conditions import PAGE, find_all, last_good_drill

Entry = dict[str, Any]


def write(situation: Situation) -> Document:
    """The document."""
    last = next((entry for entry in reversed(situation.reading.deployments) if entry.get("kind") == "deployment"), None)
    criteria = [*_criteria(situation, last)]
    return Document(
        "Production deployment completion",
        situation.home.url or situation.home.project,
        situation.at,
        "Scripts/tts report completion",
        [
            Section("Deployment summary", _summary(situation, last), {"Steps": _steps(last)}),
            Section("Success metrics", tables={"This deployment": deployments.metrics([last]) if last else []}),
            Section("Performance validation", tables={"p95 in ms": _performance(last)}),
            Section("Feature verification", tables={"Services": figures.by_service(situation), "Front door": _probes(situation)}),
            _acceptance(situation, last),
            _certification(criteria),
        ],
    )


def _summary(situation: Situation, last: Entry | None) -> dict[str, Any]:
    if last is None:
        return {
            "Deployment": "none recorded: the system was started by `Scripts/tts up`",
            "Release": situation.home.values.get("TTS_RELEASE"),
        }
    return {
        "Deployment": last.get("id"),
        "Release": last.get("release"),
        "Strategy": last.get("strategy"),
        "Services": ", ".join(last.get("services") or ()),
        "By": last.get("who"),
        "Began": last.get("started"),
        "Ended": last.get("finished"),
        "Outcome": last.get("outcome"),
        "Seconds": last.get("seconds"),
        "Downtime s": last.get("downtime_seconds") if last.get("probes") else None,
        "Probes that failed": share(last.get("failed_probes") or 0, last.get("probes") or 0),
        "Requests that failed": share(last.get("errors") or 0, last.get("requests") or 0),
        "Schema changes": ", ".join(last.get("migrations") or ()) or "none",
    }


def _steps(last: Entry | None) -> list[Row]:
    return [{"step": step.get("what"), "seconds": step.get("seconds")} for step in (last or {}).get("steps") or ()]


def _performance(last: Entry | None) -> list[Row]:
    phases = {phase: (last or {}).get(f"p95_{phase}_ms") or {} for phase in ("before", "during", "after")}
    services = sorted({service for values in phases.values() for service in values})
    return [{"service": service, **{phase: values.get(service) for phase, values in phases.items()}} for service in services]


def _probes(situation: Situation) -> list[Row]:
    return [{"part": probe.target, "answer": probe.problem or "good"} for probe in situation.reading.probes]


def _acceptance(situation: Situation, last: Entry | None) -> Section:
    said = acceptance.read(situation.home, last.get("release") if last else None)
    if not said:
        remark = "Nobody has said anything of this release: `Scripts/tts report accept --by NAME`."
        return Section("User acceptance", {"Accepted": None}, remarks=[remark])
    return Section(
        "User acceptance", {"Accepted": said.get("accepted"), "By": said.get("by"), "At": said.get("at"), "Remarks": said.get("remarks")}
    )


def _criteria(situation: Situation, last: Entry | None) -> Iterator[Row]:
    reading = situation.reading
    slow = deployments.slowdown(last) if last else None
    yield _criterion("The deployment ended as it was meant to", last.get("outcome") == "done" if last else None)
    yield _criterion("No probe failed meanwhile", not last.get("failed_probes") if last and last.get("probes") else None)
    yield _criterion("Fewer than 0.5 % of requests failed meanwhile", _few_errors(last))
    yield _criterion("p95 rose by less than 5 %", None if slow is None else slow < 1.05)
    yield _criterion(
        "Every part of the system is well", all(map(reading.is_well, reading.parts)) if reading.containers is not None else None
    )
    yield _criterion("Every request through the front door is answered", all(p.is_good for p in reading.probes) if reading.probes else None)
    yield _criterion("What runs is what is declared", None if situation.drift is None else not situation.drift)
    yield _criterion("No condition that pages somebody", not any(t.severity == PAGE for t in find_all(reading, situation.memory)))
    yield _criterion("A backup of the last 26 hours", _fresh_backup(situation))
    yield _criterion("A restore tried within 8 days, in 15 min, losing at most 5 min", _good_drill(situation))
    yield _criterion("A certificate that others trust, for 21 days or more", _good_certificate(situation))
    yield _criterion("Somebody is told of what goes wrong", bool(situation.watched["Watch runs"] and channels.available(situation.home)))


def _criterion(text: str, is_met: bool | None) -> Row:
    return {"criterion": text, "met": is_met}


def _certification(criteria: list[Row]) -> Section:
    missed = sum(row["met"] is False for row in criteria)
    unknown = sum(row["met"] is None for row in criteria)
    verdict = "certified" if not missed and not unknown else f"not certified: {missed} not met, {unknown} not known"
    return Section("Go-live certification", {"Production readiness": verdict}, {"Criteria": criteria})


def _few_errors(last: Entry | None) -> bool | None:
    requests = float((last or {}).get("requests") or 0)
    return float((last or {}).get("errors") or 0) / requests < 0.005 if requests else None


def _fresh_backup(situation: Situation) -> bool | None:
    made = [at for _, labels, at in situation.reading.pages.each("backup_last_success_timestamp_seconds") if labels.get("layer") == "base"]
    return situation.reading.at - max(made) < 26 * 3600 if made else None


def _good_drill(situation: Situation) -> bool | None:
    good = last_good_drill(situation.reading)
    if good is None:
        return False
    last = [drill for drill in situation.reading.drills if drill.get("ok")][-1]
    rto, rpo = last.get("rto_seconds"), last.get("rpo_seconds")
    if rto is None or rpo is None:
        return None
    return situation.reading.at - good < 8 * 86400 and rto <= 900 and rpo <= 300


def _good_certificate(situation: Situation) -> bool | None:
    found = situation.reading.certificate
    if found is None:
        return None
    return not found.is_self_signed and found.matches is not False and found.days_left(situation.reading.moment) >= 21
