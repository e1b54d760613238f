"""Who may change what is asked."""

from servicekit.contracts.permissions import Permission
from servicekit.principal import Principal


def may_manage_categories(by: Principal) -> bool:
    """Draw forms: the help desk's admin."""
    return by.has(Permission.CATEGORY_MANAGE)
