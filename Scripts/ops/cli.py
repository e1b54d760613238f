"""Scripts/tts: look at a running system and act on it."""

from collections.abc import Callable
from importlib import import_module

import typer

from ops.commands import events, logs, manage, seed, status, stop

app = typer.Typer(name="Scripts/tts", help="Look at a running system and act on it.", no_args_is_help=True, add_completion=False)
app.command()(status.status)
app.command()(logs.logs)
app.command()(stop.stop)
app.command()(seed.seed)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(manage.manage)
app.add_typer(events.app, name="events")

#: command → where its function is; loaded only when it is called
LAZY = {
    "import": ("ops.importer.cli", "import_tickets", "Import tickets from a CSV file."),
    "replay": ("ops.replay.cli", "replay_tickets", "Drive the running system with real tickets and report."),
}
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def _lazy(name: str, module: str, function: str) -> Callable[[typer.Context], None]:
    def run(context: typer.Context) -> None:
        own = typer.Typer(add_completion=False)
        own.command()(getattr(import_module(module), function))
        own(args=context.args, prog_name=f"Scripts/tts {name}")

    return run


for _name, (_module, _function, _help) in LAZY.items():
    app.command(_name, help=_help, context_settings=PASS_ON)(_lazy(_name, _module, _function))


if __name__ == "__main__":
    app(prog_name="Scripts/tts")
