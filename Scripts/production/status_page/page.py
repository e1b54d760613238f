"""``index.html`` from the document: plain HTML with a style sheet and a small script of its own, as the strict policy wants it."""

from html import escape
from importlib.resources import files
from typing import Any

from production.files import make_folder, write_atomically
from production.home import Home
from production.status_page import document
from production.status_page.components import DEGRADED, DOWN, MAINTENANCE, UNKNOWN, UP
from production.watching.memory import Memory
from production.watching.reading import Reading

READABLE, READABLE_FOLDER = 0o644, 0o755
ASSETS = ("status.css", "status.js", "icon.svg")
WORDS = {UP: "Operational", DEGRADED: "Degraded", DOWN: "Not available", MAINTENANCE: "Maintenance", UNKNOWN: "Not known"}
HEADLINES = {
    UP: ("All parts work", "Nothing is known to be wrong."),
    DEGRADED: ("Some parts are slow or incomplete", "You can go on working; some things take longer."),
    DOWN: ("Some parts are not available", "What they do fails at the moment; the other parts go on working."),
    MAINTENANCE: ("Maintenance is under way", "We are working on the system and will be back soon."),
    UNKNOWN: ("The state is not known", "The system cannot be looked at at the moment."),
}
ALL_DOWN = ("The system is not available", "Requests fail at the moment.")
#: a shape for each state, so that nobody needs the colours
SHAPES = {
    UP: '<circle cx="8" cy="8" r="8"/><path d="M4.5 8.4l2.4 2.4 4.8-5.2" fill="none" stroke="var(--shape, #fff)" stroke-width="1.8"/>',
    DEGRADED: '<path d="M8 0l8 15H0z"/><path d="M8 5v5M8 11.6v1.8" stroke="var(--shape, #fff)" stroke-width="1.8"/>',
    DOWN: '<path d="M5 0h6l5 5v6l-5 5H5l-5-5V5z"/><path d="M5 5l6 6M11 5l-6 6" stroke="var(--shape, #fff)" stroke-width="1.8"/>',
    MAINTENANCE: '<rect width="16" height="16" rx="3"/><path d="M5.5 4.5v7M10.5 4.5v7" stroke="var(--shape, #fff)" stroke-width="2"/>',
    UNKNOWN: '<circle cx="8" cy="8" r="8"/><path d="M4.5 8h7" stroke="var(--shape, #fff)" stroke-width="1.8"/>',
}
#: the parts of a day's bar: (top, height) out of 36
BARS = {UP: ((0, 36),), DEGRADED: ((9, 27),), DOWN: ((0, 6), (9, 27)), MAINTENANCE: ((0, 36),), UNKNOWN: ((16, 4),)}
PITCH, WIDTH = 5, 4  # of a day's bar


def write(home: Home, reading: Reading, memory: Memory) -> None:
    """Renew the page; each of its files is whole at any moment."""
    folder = home.state / "status"
    make_folder(folder, READABLE_FOLDER)
    content = document.write_down(home, reading, memory)
    write_atomically(folder / "status.json", document.as_json(content), mode=READABLE)
    write_atomically(folder / "index.html", render(content), mode=READABLE)
    for name in ASSETS:
        text = (files("production.status_page") / name).read_text(encoding="utf-8")
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text:
            write_atomically(folder / name, text, mode=READABLE)


def render(content: dict[str, Any]) -> str:
    """The page."""
    site = escape(content["site"])
    is_all_down = all(part["state"] == DOWN for part in content["components"])
    headline, explained = ALL_DOWN if is_all_down else HEADLINES[content["state"]]
    explained = escape(content["announcement"]) or explained
    return f"""<!doctype html>
<html lang="en" data-checked="{content["checked_at"]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{headline} – status of {site}</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="status.css">
<script src="status.js" defer></script>
</head>
<body>
<div class="frame">
<header><img src="icon.svg" alt=""><p><span class="wide">Status of </span>{site}</p><a href="/">Open the application</a></header>
<main>
<section class="overall {content["state"]}">{_shape(content["state"])}<div><h1>{headline}</h1><p>{explained}</p></div></section>
<p class="stale" role="status">This page has not been renewed for more than five minutes: what it says may no longer be true.</p>
<h2>Parts of the system</h2>
<ul class="components card">
{"".join(map(_component, content["components"]))}</ul>
{_legend()}
<h2>Incidents</h2>
{_incidents(content)}
<h2>Behind the scenes</h2>
<dl class="facts card">
{_facts(content)}</dl>
</main>
<footer>
<p class="soft">Checked {_time(content["checked_at"])}, once a minute, by requests like yours. Times are in UTC,
or in your own zone where your browser can tell it.</p>
<p class="soft">A part counts as available while it answers, however slowly; announced maintenance is left out.
The same <a href="status.json">for programs</a>.</p>
</footer>
</div>
</body>
</html>
"""


def _component(part: dict[str, Any]) -> str:
    uptime, watched = part["uptime"], part["watched_days"]
    span = f'<span class="wide"> in {watched} day{"s"[: watched > 1]}</span>' if watched < len(part["days"]) else ""
    share = "never looked at yet" if uptime is None else f"<b>{_percent(uptime)}</b> available{span}"
    return f"""<li>
<div class="head"><h3>{escape(part["name"])}</h3>{_state(part["state"])}</div>
<p class="soft">{escape(part["meaning"])}</p>
{_bars(part)}
<p class="scale soft"><span>{len(part["days"])} days ago</span><span>{share}</span><span>today</span></p>
</li>
"""


def _bars(part: dict[str, Any]) -> str:
    """One bar a day; the words for who does not see them stand in the label."""
    days = part["days"]
    counts = {state: sum(day["state"] == state for day in days) for state in (UP, DEGRADED, DOWN, MAINTENANCE, UNKNOWN)}
    said = ", ".join(f"{count} {_day_word(state)}" for state, count in counts.items() if count)
    bars = "".join(f"<g><title>{_day(day)}</title>{_bar(day['state'], number * PITCH)}</g>" for number, day in enumerate(days))
    label = f"The last {len(days)} days: {said}"
    width = len(days) * PITCH - (PITCH - WIDTH)
    return f'<svg class="bars" viewBox="0 0 {width} 36" preserveAspectRatio="none" role="img" aria-label="{label}">{bars}</svg>'


def _bar(state: str, left: int) -> str:
    return "".join(f'<rect class="{state}" x="{left}" y="{top}" width="{WIDTH}" height="{height}" rx="1"/>' for top, height in BARS[state])


def _day_word(state: str) -> str:
    return {UP: "good", DEGRADED: "with a degradation", DOWN: "with an outage", MAINTENANCE: "in maintenance", UNKNOWN: "not looked at"}[
        state
    ]


def _day(day: dict[str, Any]) -> str:
    if day["state"] == UNKNOWN:
        return f"{day['day']}: not looked at"
    looks = day[UP] + day[DEGRADED] + day[DOWN] + day[MAINTENANCE]
    parts = [
        f"{name} {_minutes(day[state])}"
        for state, name in ((DOWN, "down"), (DEGRADED, "degraded"), (MAINTENANCE, "maintenance"))
        if day[state]
    ]
    return f"{day['day']}: {', '.join(parts) or 'no trouble'} ({looks} looks)"


def _legend() -> str:
    items = "".join(f'<li class="{state}">{_shape(state)}{WORDS[state]}</li>' for state in (UP, DEGRADED, DOWN, MAINTENANCE, UNKNOWN))
    return f'<ul class="legend soft" aria-label="What the marks mean">{items}</ul>'


def _incidents(content: dict[str, Any]) -> str:
    if not content["incidents"]:
        days = max(part["watched_days"] for part in content["components"])
        span = "that were looked at in the last 90" if days > 1 else "that was looked at"
        return f'<p class="card quiet soft">None on the {days} day{"s"[: days != 1]} {span}.</p>'
    return f'<ol class="incidents card">{"".join(map(_incident, content["incidents"]))}</ol>'


def _incident(incident: dict[str, Any]) -> str:
    word = "Not available" if incident["state"] == DOWN else "Degraded"
    if incident["ended_at"]:
        when = f"{_time(incident['began_at'])} – {_time(incident['ended_at'])}, {_minutes(incident['minutes'])}"
    else:
        when = f"Since {_time(incident['began_at'])}"
    names = escape(", ".join(incident["components"]))
    open_mark = "" if incident["ended_at"] else _state(incident["state"], "Going on")
    return f'<li class="{incident["state"]}"><div class="head"><h3>{word}: {names}</h3>{open_mark}</div><p class="soft">{when}</p></li>'


def _facts(content: dict[str, Any]) -> str:
    deployment, backup, answers = content["last_deployment"], content["backup"], content["answers_today"]
    facts = [
        ("Last deployment", _time(deployment["finished_at"]), f"Release {escape(deployment['release'])} {deployment['outcome']}")
        if deployment
        else ("Last deployment", "None recorded", ""),
        ("Last backup", _time(backup["made_at"]), _recoverable(backup)) if backup else ("Last backup", "Not known", ""),
        ("Requests today", f"{_percent(answers['answered'])} answered", _speed(answers)) if answers else ("Requests today", "None yet", ""),
        ("Certificate", f"Valid until {_date(content['certificate_expires'])}", "")
        if content["certificate_expires"]
        else ("Certificate", "Not known", ""),
    ]
    return "".join(f"<div><dt>{name}</dt><dd>{value}{f'<small>{more}</small>' if more else ''}</dd></div>\n" for name, value, more in facts)


def _recoverable(backup: dict[str, Any]) -> str:
    until = backup["recoverable_until"]
    return f"Every change until {_time(until)} could be restored" if until else ""


def _speed(answers: dict[str, Any]) -> str:
    p95 = answers["p95_seconds"]
    return "5 % took more than 10 s" if p95 is None else f"95 % within {p95 * 1000:.0f} ms"


def _state(state: str, word: str = "") -> str:
    return f'<span class="state {state}">{_shape(state)}{word or WORDS[state]}</span>'


def _shape(state: str) -> str:
    return f'<svg viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">{SHAPES[state]}</svg>'


def _time(text: str) -> str:
    shown = f"{text[:10]} {text[11:16]} UTC"
    return f'<time datetime="{text}">{shown}</time>'


def _date(text: str) -> str:
    return f'<time class="date" datetime="{text}">{text[:10]}</time>'


def _percent(share: float) -> str:
    """Never rounded up to 100 %."""
    return "100 %" if share == 1 else f"{int(share * 10000) / 100:.2f} %"


def _minutes(minutes: int) -> str:
    if minutes < 1:
        return "less than a minute"
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
