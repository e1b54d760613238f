"""The person who files the tickets that only try the system out."""

from django.db import transaction

from accounts.models import User
from accounts.services import NewUser, activate_user, create_user, set_password
from servicekit.principal import SYNTHETIC_ID, SYSTEM

EMAIL, NAME, ROLE = "synthetic@tts.invalid", "Synthetic Transaction", "hdts.employee"


@transaction.atomic
def ensure_synthetic_person(*, password: str) -> User:
    """He exists, is switched on and has this password; whoever was logged in as him is out."""
    user = User.objects.filter(id=SYNTHETIC_ID).first()
    if user is None:
        return create_user(new=NewUser(id=SYNTHETIC_ID, email=EMAIL, name=NAME, password=password, roles=(ROLE,)), by=SYSTEM)
    activate_user(user_id=user.id, by=SYSTEM)
    return set_password(user_id=user.id, password=password, by=SYSTEM)
