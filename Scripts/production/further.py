"""What other parts of the tool want to do at the end of a change, where they are there."""

from importlib import import_module
from importlib.util import find_spec

from production.console import say
from production.errors import OperatorError
from production.home import Home


def keep_configuration(home: Home) -> None:
    """Put settings and secrets, encrypted, to the backups. A backup that cannot be made is said, and stops nothing."""
    if find_spec("production.backup") and find_spec("production.backup.configuration"):
        try:
            import_module("production.backup.configuration").keep(home)
        except OperatorError as failure:
            say(f"warning: the configuration was not backed up: {failure}")
