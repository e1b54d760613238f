"""All that can happen to people."""

from dataclasses import asdict, dataclass, field, replace
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from access.locks import lock_superusers, lock_user
from access.models import SUPERUSER
from access.selectors import active_superusers, held_by
from access.services import announce_access, grant_role, refuse_without_superuser, seed_access
from accounts import policies
from accounts.errors import EmailTaken, SuperuserExists
from accounts.models import LoginTries, User
from accounts.passwords import check_strength
from servicekit.clock import now
from servicekit.contracts.auth import AssignmentUpdated, UserActivated, UserCreated, UserDeactivated, UserEvent, UserUpdated
from servicekit.errors import require
from servicekit.etags import check_version
from servicekit.events import publish
from servicekit.principal import SYSTEM, Principal
from tokens.services import end_all_sessions


@dataclass(frozen=True)
class NewUser:
    """Somebody to be. Without a password he cannot log in yet."""

    email: str
    name: str
    department: str = ""
    password: str | None = None
    roles: tuple[str, ...] = ()
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class ProfileChange:
    """What to change of a profile; None leaves a field as it is."""

    name: str | None = None
    email: str | None = None
    department: str | None = None


@transaction.atomic
def create_user(*, new: NewUser, by: Principal) -> User:
    """Somebody new, with the roles that ``by`` may grant."""
    require(policies.may_create(by))
    user = User(id=new.id, email=new.email, name=new.name, department=new.department)
    if new.password is not None:
        check_strength(new.password, user)
    user.set_password(new.password)
    _save_profile(user, is_new=True)
    publish(_told(user, UserCreated))
    for role in sorted(set(new.roles)):
        grant_role(user_id=user.id, role=role, by=by)
    user.refresh_from_db(fields=["access_version"])
    return user


@transaction.atomic
def create_first_superuser(*, new: NewUser) -> User:
    """The one account that nobody had to grant; once there is a superuser, never again."""
    seed_access()
    lock_superusers()
    require(not active_superusers().exists(), SuperuserExists)
    return create_user(new=replace(new, roles=(SUPERUSER,)), by=SYSTEM)


@transaction.atomic
def edit_profile(*, user_id: UUID, change: ProfileChange, expected_version: int, by: Principal) -> User:
    """A profile changes: one's own name by oneself, the rest by those who manage the person."""
    user = lock_user(user_id)
    held = held_by(user.id).permissions
    is_name_alone = change.email is None and change.department is None
    require(policies.may_rename(by, user, held) if is_name_alone else policies.may_manage(by, held))
    check_version(user.version, expected_version)
    if not _apply(change, user):
        return user
    user.version += 1
    _save_profile(user)
    publish(_told(user, UserUpdated))
    return user


@transaction.atomic
def deactivate_user(*, user_id: UUID, by: Principal) -> User:
    """The account is switched off: every session ends, nothing is permitted any more; the last superuser stays."""
    lock_superusers()
    user = lock_user(user_id)
    held = held_by(user.id)
    require(policies.may_manage(by, held.permissions))
    if not user.is_active:
        return user
    _switch(user, UserDeactivated, is_active=False)
    if SUPERUSER in held.roles:
        refuse_without_superuser()
    end_all_sessions(user, reason="deactivated")
    return user


@transaction.atomic
def activate_user(*, user_id: UUID, by: Principal) -> User:
    """The account is switched on again, with the roles that it kept."""
    user = lock_user(user_id)
    require(policies.may_manage(by, held_by(user.id).permissions))
    if not user.is_active:
        _switch(user, UserActivated, is_active=True)
    return user


@transaction.atomic
def unlock_login(*, user_id: UUID, by: Principal) -> None:
    """Forget somebody's wrong passwords before the lock ends by itself."""
    user = lock_user(user_id)
    require(policies.may_manage(by, held_by(user.id).permissions))
    for tries in LoginTries.objects.select_for_update().filter(address=LoginTries.address_of(user.email)):
        tries.clear(now())
        tries.save()


@transaction.atomic
def set_password(*, user_id: UUID, password: str, by: Principal) -> User:
    """Somebody gets another password, and whoever was logged in by the old one is out."""
    user = lock_user(user_id)
    require(policies.may_manage(by, held_by(user.id).permissions))
    check_strength(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    end_all_sessions(user, reason="password")
    return user


def _apply(change: ProfileChange, user: User) -> bool:
    """Put the change into the row; whether anything differs."""
    differing = {name: value for name, value in asdict(change).items() if value is not None and getattr(user, name) != value}
    for name, value in differing.items():
        setattr(user, name, value)
    return bool(differing)


def _switch(user: User, event: type[UserEvent], *, is_active: bool) -> None:
    user.is_active = is_active
    user.version += 1
    user.save(update_fields=["is_active", "version"])
    publish(_told(user, event))
    announce_access(user, AssignmentUpdated, role="")


def _save_profile(user: User, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=is_new)
    except IntegrityError as error:
        raise EmailTaken(fields={"email": [EmailTaken.title + "."]}) from error


def _told(user: User, event: type[UserEvent]) -> UserEvent:
    return event(
        user_id=user.id,
        version=user.version,
        email=user.email,
        name=user.name,
        department=user.department,
        is_active=user.is_active,
    )
