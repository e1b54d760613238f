"""What auth forgets by itself."""

from datetime import timedelta

from accounts.models import LoginTries
from servicekit.clock import now
from servicekit.jobs import every
from tokens.models import Session

#: wrong passwords count together for this long
TRIES_KEPT = timedelta(hours=24)


@every(timedelta(hours=24), name="purge_sessions")
def purge_sessions() -> None:
    """Sessions that no token can prolong any more."""
    Session.objects.filter(expires_at__lt=now()).delete()


@every(timedelta(hours=1), name="purge_login_tries")
def purge_login_tries() -> None:
    """Tries of the day before, so that mistyped addresses do not pile up."""
    LoginTries.objects.filter(last_at__lt=now() - TRIES_KEPT).delete()
