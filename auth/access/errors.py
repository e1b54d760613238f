"""What can be refused about roles."""

from servicekit.errors import Conflict


class RoleExists(Conflict):
    """A role's key is unique in its system."""

    code = "role_exists"
    title = "The system has a role of this key"


class RoleBuiltIn(Conflict):
    """Built-in roles change with a release only."""

    code = "role_built_in"
    title = "A built-in role cannot be changed or deleted"


class RoleInUse(Conflict):
    """A role that somebody holds stays."""

    code = "role_in_use"
    title = "Somebody holds this role"


class RoleAlreadyGranted(Conflict):
    """A role is held once."""

    code = "role_already_granted"
    title = "The person holds this role"


class LastSuperuser(Conflict):
    """Somebody active always holds ``platform.superuser``."""

    code = "last_superuser"
    title = "This is the last active superuser"
