"""``Scripts/tts maintenance``: nginx shows the maintenance page as long as a file is there."""

from typing import Annotated

import typer

from production import announcement
from production.console import show, show_json
from production.home import Home
from production.lock import exclusive

app = typer.Typer(help="Show the maintenance page, or end it.", no_args_is_help=True)


@app.command()
def on(message: Annotated[str, typer.Option(help="Why, and until when: one line of plain text, for everybody.")] = "") -> None:
    """People see the maintenance page with the message from the next request on; programs get it in a 503 with Retry-After."""
    home = Home.find()
    with exclusive(home):
        announcement.put_up(home, message)
    show("Under maintenance. `Scripts/tts maintenance off` ends it.")


@app.command()
def off() -> None:
    """End it."""
    home = Home.find()
    with exclusive(home):
        announcement.take_down(home)
    show("Open.")


@app.command("show")
def show_state(as_data: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Whether it is on."""
    entry = announcement.read(Home.find())
    if as_data:
        show_json({"on": entry is not None, **(entry or {})})
    else:
        show(f"Under maintenance since {entry['since']}. {entry['message']}" if entry else "Open.")
