"""What is done at the end of a change of settings or secrets."""

from production.backup import configuration
from production.console import say
from production.errors import OperatorError
from production.home import Home


def keep_configuration(home: Home) -> None:
    """Put settings and secrets, encrypted, to the backups. A backup that cannot be made is said, and stops nothing."""
    try:
        configuration.keep(home)
    except OperatorError as failure:
        say(f"warning: the configuration was not backed up: {failure}")
