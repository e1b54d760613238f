"""Django's secret keys: they sign what lasts for one page. Logins are signed by auth's own key, and stay."""

from production.compose import Compose
from production.console import Steps
from production.rotation import pending, renewal
from production.secret_files import SecretFiles


def rotate(compose: Compose, service: str, steps: Steps) -> None:
    """The key of one service. Raises OperatorError."""
    secrets, name = SecretFiles(compose.home.secrets), f"{service}_django_secret_key"
    secrets.store(name, pending.prepare(secrets, name))
    renewal.renew_services(compose, [service])
    pending.finish(secrets, name)
    steps.advance(service)
