"""What can be refused about people."""

from servicekit.errors import Conflict, NotAuthenticated


class InvalidCredentials(NotAuthenticated):
    """Unknown address, wrong password, disabled account or too many tries: never told apart."""

    code = "invalid_credentials"
    title = "The e-mail address or the password is wrong, or there were too many tries: wait 15 minutes"


class EmailTaken(Conflict):
    """Two people cannot log in by one address."""

    code = "email_taken"
    title = "Somebody else has this e-mail address"


class SuperuserExists(Conflict):
    """The first superuser is made once."""

    code = "superuser_exists"
    title = "There is a superuser already"
