"""The broker's passwords. Open connections stay; what cannot be published meanwhile waits in the outbox."""

from production import broker, failpoints
from production.compose import Compose
from production.console import Steps
from production.rotation import pending, renewal
from production.secret_files import SecretFiles, broker_url
from production.state import SERVICES


def rotate(compose: Compose, steps: Steps) -> None:
    """All five users: the broker first, then at once the workers that use them. Raises OperatorError."""
    secrets = SecretFiles(compose.home.secrets)
    passwords = {service: pending.prepare(secrets, f"{service}_broker_password") for service in SERVICES}
    for service, password in passwords.items():
        secrets.store(f"{service}_broker_url", broker_url(service, password))
        secrets.store(f"{service}_broker_password", password)
    failpoints.reached("the broker's passwords are in place")
    broker.write_definitions(compose.home)
    steps.advance("five new passwords")
    broker.tell(compose)
    failpoints.reached("the broker knows")
    steps.advance("the broker knows them")
    renewal.renew_workers(compose)
    for service in SERVICES:
        pending.finish(secrets, f"{service}_broker_password")
    steps.advance("the workers use them")
