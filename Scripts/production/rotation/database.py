"""Database passwords. A service has two roles with the same rights: it goes over to the other one, and only then the old password ends."""

from urllib.parse import urlsplit

from production import failpoints
from production.compose import Compose
from production.console import Steps
from production.rotation import pending, renewal, scram
from production.secret_files import SecretFiles, database_url
from production.state import SERVICES


def rotate_service(compose: Compose, service: str, steps: Steps) -> None:
    """A service's password: connections with the old one stay good until no container uses it. Raises OperatorError."""
    secrets, name = SecretFiles(compose.home.secrets), f"{service}_db_password"
    password = pending.prepare(secrets, name)
    role = next_role(service, secrets.read(f"{service}_database_url"), password)
    set_password(compose, role, password)
    failpoints.reached(f"altered {service}")
    steps.now(f"{service} goes over to {role}")
    secrets.store(f"{service}_database_url", database_url(role, password, service))
    secrets.store(name, password)
    renewal.renew_services(compose, [service])
    failpoints.reached(f"renewed {service}")
    for other in roles(service):
        set_password(compose, other, password)
    pending.finish(secrets, name)
    steps.advance(f"{service} uses {role}, and the old password is void")


def rotate_migrator(compose: Compose, steps: Steps) -> None:
    """The migrator's: only jobs use it, and none runs now."""
    secrets = SecretFiles(compose.home.secrets)
    password = pending.prepare(secrets, "migrator_password")
    set_password(compose, "migrator", password)
    for service in SERVICES:
        secrets.store(f"migrator_{service}_database_url", database_url("migrator", password, service))
    secrets.store("migrator_password", password)
    pending.finish(secrets, "migrator_password")
    steps.advance("migrator")


def rotate_superuser(compose: Compose, steps: Steps) -> None:
    """The superuser's: the backups' and the first start's."""
    secrets = SecretFiles(compose.home.secrets)
    password = pending.prepare(secrets, "db_password")
    set_password(compose, "postgres", password)
    secrets.store("db_password", password)
    renewal.renew_backup(compose)
    pending.finish(secrets, "db_password")
    steps.advance("postgres")


def roles(service: str) -> tuple[str, str]:
    """The two of a service."""
    return f"{service}_app", f"{service}_app_alt"


def next_role(service: str, url: str, password: str) -> str:
    """The role that gets the new password: the one not in use, or the one that a rotation that was cut off had gone over to."""
    parts, (first, second) = urlsplit(url), roles(service)
    if parts.password == password:
        return parts.username or first
    return second if parts.username == first else first


def set_password(compose: Compose, role: str, password: str) -> None:
    """Over the container's own socket, as the superuser; what is sent is no password but its verifier. Raises ComposeFailed."""
    statement = f"ALTER ROLE {role} PASSWORD '{scram.verifier(password)}';\n"
    compose.exec("db", "psql", "-XqU", "postgres", "-v", "ON_ERROR_STOP=1", input=statement, timeout=30)
