"""Who may bring tickets in."""

from servicekit.contracts.permissions import Permission
from servicekit.principal import Principal


def may_import(by: Principal) -> bool:
    """Bring in tickets of another system."""
    return by.has(Permission.TICKET_IMPORT)
