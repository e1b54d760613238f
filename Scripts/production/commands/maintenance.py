"""``Scripts/tts maintenance``: nginx shows the maintenance page as long as a file is there."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from production.console import show, show_json
from production.files import make_state_folder, write_atomically
from production.home import Home
from production.lock import exclusive

app = typer.Typer(help="Show the maintenance page, or end it.", no_args_is_help=True)


@app.command()
def on(message: Annotated[str, typer.Option(help="For the status page: why, and until when.")] = "") -> None:
    """People see the maintenance page from the next request on; programs get 503 with Retry-After."""
    home = Home.find()
    with exclusive(home):
        make_state_folder(home.state)
        entry = {"since": datetime.now(UTC).isoformat(timespec="seconds"), "message": message}
        write_atomically(home.state / "maintenance", json.dumps(entry) + "\n", mode=0o644)
    show("Under maintenance. `Scripts/tts maintenance off` ends it.")


@app.command()
def off() -> None:
    """End it."""
    home = Home.find()
    with exclusive(home):
        (home.state / "maintenance").unlink(missing_ok=True)
    show("Open.")


@app.command("show")
def show_state(as_data: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Whether it is on."""
    entry = read(Home.find())
    if as_data:
        show_json({"on": entry is not None, **(entry or {})})
    else:
        show(f"Under maintenance since {entry['since']}. {entry['message']}" if entry else "Open.")


def read(home: Home) -> dict[str, str] | None:
    """Since when and why; None when it is off."""
    try:
        text = (home.state / "maintenance").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        entry = json.loads(text)
        return {"since": str(entry["since"]), "message": str(entry["message"])}
    except (ValueError, KeyError, TypeError):
        return {"since": "an unknown time", "message": text.strip()}  # made by hand
