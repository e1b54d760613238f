"""``Scripts/tts watch``."""

import time
from typing import Annotated

import typer
from rich.table import Table

from production.console import say, show, show_json
from production.errors import AnotherIsRunning
from production.home import Home
from production.watching import channels
from production.watching.conditions import Trouble
from production.watching.look import look
from production.watching.reading import Reading

PERIOD = 60.0  # seconds


def watch(
    once: Annotated[bool, typer.Option("--once", help="One look, as the timer tts-watch does each minute.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at the most important conditions, tell whoever is to know, renew the status page. Ends with 0 whatever it finds."""
    home = Home.find()
    if not channels.available(home):
        say("Nobody will be told: neither ALERT_EMAIL nor secrets/slack_webhook nor secrets/pagerduty_key is set.")
    while True:
        started = time.monotonic()
        try:
            _print(*look(home), as_json=as_json)
        except AnotherIsRunning:
            if once:
                raise
        if once:
            return
        time.sleep(max(1.0, PERIOD - (time.monotonic() - started)))


def _print(reading: Reading, troubles: list[Trouble], *, as_json: bool) -> None:
    if as_json:
        found = [{"name": t.name, "subject": t.subject, "severity": t.severity, "text": t.text} for t in troubles]
        show_json({"at": reading.moment.isoformat(timespec="seconds"), "troubles": found})
    elif not troubles:
        show(f"{reading.moment:%H:%M:%S} UTC: nothing is wrong.")
    else:
        table = Table("Severity", "Condition", "What", title=f"{reading.moment:%H:%M:%S} UTC", title_justify="left")
        for trouble in troubles:
            table.add_row(trouble.severity, trouble.key, trouble.text)
        show(table)
