"""What a password must be like, and tries at one."""

import logging

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.errors import InvalidCredentials
from accounts.metrics import LOGIN_FAILURES
from accounts.models import LoginTries, User
from servicekit.clock import now
from servicekit.errors import InvalidInput

logger = logging.getLogger("tts.accounts")
MAX_LENGTH = 128


class MaximumLength:
    """Nothing longer is hashed."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a longer password."""
        if len(password) > MAX_LENGTH:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """The rule."""
        return f"Your password must contain at most {MAX_LENGTH} characters."


def check_strength(password: str, user: User) -> None:
    """Raise InvalidInput, naming every rule that the password breaks."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(fields={"password": list(error.messages)}) from error


def check_credentials(*, email: str, password: str) -> User:
    """The active person of this address and password. Raises InvalidCredentials; a wrong try is counted all the same."""
    user = _try_once(email.strip(), password)
    if user is None:
        LOGIN_FAILURES.inc()
        logger.info("login refused")
        raise InvalidCredentials
    return user


@transaction.atomic(durable=True)
def _try_once(email: str, password: str) -> User | None:
    """One try, while no other can be made at this address: so guesses side by side count one each, and stop at the tenth."""
    user = User.objects.by_email(email).first()
    tries = _lock_tries(LoginTries.address_of(user.email if user else email))
    if tries.is_locked(now()):
        return None
    is_right = _is_right(user, password)
    if is_right:
        tries.clear(now())
    else:
        tries.count_failure(now())
    tries.save()
    return user if is_right else None


def _lock_tries(address: str) -> LoginTries:
    LoginTries.objects.get_or_create(address=address)
    return LoginTries.objects.select_for_update().get(address=address)


def _is_right(user: User | None, password: str) -> bool:
    """Takes one hash for every answer, so that the time tells nothing."""
    if user is None:
        make_password(password)
        return False
    return user.check_password(password) and user.is_active
