"""Scripts/tts for a deployment: every command is loaded only when it is called."""

import os
from collections.abc import Callable
from importlib import import_module

import typer

from production.console import fail
from production.errors import OperatorError

HELP = """Set up, watch and change a deployment in containers.

It acts on the deployment in --home DIR (or TTS_HOME), else in Docker/. Exit codes: 0 done, 1 failed and the system is as it was,
2 wrong use, 3 refused by preflight, 4 another tts is running.
"""
app = typer.Typer(name="Scripts/tts", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

#: command → its module, its function or Typer app in it, its line in the help
COMMANDS = {
    "init": ("production.commands.init", "init", "Make a deployment: ask the few questions, generate every secret."),
    "preflight": ("production.commands.preflight", "preflight", "Find what would go wrong; touches nothing."),
    "up": ("production.commands.up", "up", "Start everything and wait until all is healthy."),
    "down": ("production.commands.down", "down", "Stop everything; data stay."),
    "status": ("production.commands.status", "status", "Containers, releases, certificate, backup, events, drift."),
    "logs": ("production.commands.logs", "logs", "What the containers wrote."),
    "doctor": ("production.commands.doctor", "doctor", "Try the running system from end to end; changes nothing."),
    "manage": ("production.commands.manage", "app", "A management command of a service: manage auth create_first_admin …"),
    "mail-test": ("production.commands.mail_test", "mail_test", "Send a mail by the path of all mail."),
    "dlq": ("production.commands.dead_letters", "app", "Dead letters: list, show, replay, dismiss."),
    "outbox": ("production.commands.outbox", "app", "Events that wait to be published: list, replay."),
    "events": ("production.commands.events", "app", "What was published and handled, service by service."),
    "maintenance": ("production.commands.maintenance", "app", "Show the maintenance page, or end it."),
    "scale": ("production.commands.scale", "scale", "How many workers a service has."),
    "certificate": ("production.commands.certificates", "app", "Install a certificate of your own; what is served."),
    "rotate": ("production.commands.rotate", "app", "New keys and passwords while everything runs."),
    "env": ("production.commands.env", "app", "Check the settings; compare two environments."),
    "deploy": ("production.deployment.commands", "deploy", "Bring a release into service: rolling, blue-green or canary."),
    "rollback": ("production.deployment.commands", "rollback", "Back to the release before."),
    "verify": ("production.deployment.commands", "verify", "One person's way through the running system, tried for real."),
    "deployments": ("production.deployment.commands", "deployments", "What was deployed, by whom, how, with what outcome."),
    "backup": ("production.backup.commands", "backup", "Make a backup now, or list them."),
    "restore": ("production.backup.commands", "restore", "Bring data back: the latest, a moment, one database."),
    "drill": ("production.backup.commands", "drill", "Restore beside the running system and record how long it takes."),
    "watch": ("production.watching.commands", "watch", "The most important conditions, checked and reported."),
    "report": ("production.reports.commands", "app", "The status documents: current, live, deployment, completion."),
}
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def _lazy(name: str, module: str, attribute: str) -> Callable[[typer.Context], None]:
    def run(context: typer.Context) -> None:
        target = getattr(import_module(module), attribute)
        own = target
        if not isinstance(target, typer.Typer):
            own = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            own.command()(target)
        own(args=context.args, prog_name=f"Scripts/tts {name}")

    return run


for _name, (_module, _attribute, _help) in COMMANDS.items():
    app.command(_name, help=_help, context_settings=PASS_ON)(_lazy(_name, _module, _attribute))


def main() -> None:
    """Run the command line; a failure is one message and its exit code."""
    os.umask(0o077)
    try:
        app(prog_name="Scripts/tts")
    except OperatorError as failure:
        fail(str(failure), failure.exit_code)
    except KeyboardInterrupt:
        fail("Interrupted. The command can be run again.", 1)


if __name__ == "__main__":
    main()
