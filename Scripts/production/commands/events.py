"""``Scripts/tts events``: what was published and handled; and the dead letters, under the names that Scripts/run's tool has for them."""

import typer
from rich.table import Table

from production.commands import dead_letters
from production.commands.dead_letters import JsonOption, ServiceOption
from production.compose import Compose
from production.console import show, show_json
from production.home import Home
from production.services import call, chosen

app = typer.Typer(help="What was published and handled, and the dead letters.", no_args_is_help=True)
app.command("list")(dead_letters.list_letters)
app.command("show")(dead_letters.show_letter)
app.command()(dead_letters.replay)
app.command()(dead_letters.dismiss)


@app.command()
def report(service: ServiceOption = "", as_data: JsonOption = False) -> None:
    """Count what each service published, handled and could not handle."""
    compose = Compose(Home.find())
    rows = [call(compose, name, "events_report")[0] for name in chosen(service)]
    if as_data:
        show_json(rows)
        return
    table = Table("Service", "Published", "Waiting", "Handled", "To be tried again", "Dead letters", "Timers")
    for row in rows:
        figures = (sum(row["published"].values()), sum(row["pending"].values()), sum(row["handled"].values()))
        table.add_row(row["service"], *map(str, (*figures, row["retries"], row["dead_letters"], row["jobs"])))
    show(table)
