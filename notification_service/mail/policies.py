"""Who may see and move deliveries."""

from servicekit.contracts.permissions import Permission
from servicekit.principal import Principal


def may_manage(principal: Principal) -> bool:
    """Whoever manages notifications."""
    return principal.has(Permission.NOTIFICATION_MANAGE)
