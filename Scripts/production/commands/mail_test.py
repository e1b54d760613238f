"""``Scripts/tts mail-test``: does mail go out?"""

from typing import Annotated

import typer

from production.compose import Compose, ComposeFailed
from production.console import show
from production.errors import WrongUse
from production.home import Home
from production.redaction import redact
from production.rules import is_address
from production.services import last_line


def mail_test(address: Annotated[str, typer.Argument(help="Whom to write to.")]) -> None:
    """Send a mail by the very path of all mail. A failure names its stage: connect, log-in, sender, recipient, content."""
    if not is_address(address):
        raise WrongUse(f'"{address}" is no e-mail address')
    home = Home.find()
    compose = Compose(home)
    name = compose.serving("notification-worker")
    done = compose.run("exec", "--no-TTY", name, "python", "manage.py", "mail_test", "--to", address, capture=True, check=False, input="")
    if done.returncode:
        server = f"{home.values.get('DJANGO_EMAIL_HOST')}:{home.values.get('DJANGO_EMAIL_PORT')}"
        raise ComposeFailed(f"{server}: {redact(last_line(done.stderr or done.stdout), home)}")
    show(last_line(done.stdout))
