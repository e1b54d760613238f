"""What a person reads when the system is up."""

import json

from rich.console import Console
from rich.table import Table

from ops.instance import Instance


def show(instance: Instance, seconds: float) -> None:
    """Print the address, the demo logins and where everything is."""
    console = Console()
    console.print(f"\n[bold green]Ready[/] after {seconds:.0f} s: [bold]{instance.url}[/]\n")
    console.print(_logins(instance))
    console.print(f"Logs: {instance.logs}   Mail: {instance.mail}   Look: Scripts/tts status   Stop: Ctrl-C\n", soft_wrap=True)


def _logins(instance: Instance) -> Table:
    table = Table("Role", "E-mail", "Password", title="Demo logins of this instance", title_justify="left")
    for login in json.loads(instance.logins_file.read_text()):
        table.add_row(login["role"], login["email"], login["password"])
    return table
