"""A home for a try: settings, secrets and state of a deployment under its own project name and ports.

By hand: ``PYTHONPATH=Scripts .data/venvs/operator/bin/python Docker/tests/home.py FOLDER PROJECT HTTP_PORT HTTPS_PORT``.
"""

import sys
from pathlib import Path

from production.broker import write_definitions
from production.files import make_folder, make_state_folder, write_atomically
from production.home import Home
from production.secret_files import SecretFiles

DOMAIN = "tickets.tts.test"


def make_home(folder: Path, project: str, http_port: int, https_port: int, **changes: str) -> Home:
    """Write the home, or complete it; what is there stays. ``changes`` are further settings."""
    settings = {
        "TTS_ENVIRONMENT": "staging",
        "TTS_PROJECT": project,
        "TTS_DOMAIN": DOMAIN,
        "TTS_ADMIN_EMAIL": f"admin@{DOMAIN}",
        "TTS_CERTIFICATE": "self-signed",
        "HTTP_PORT": str(http_port),
        "HTTPS_PORT": str(https_port),
        "TTS_TIME_ZONE": "UTC",
        "BACKUP_TARGET": "local",
        "DJANGO_ENV": "production",
        "DJANGO_ALLOWED_HOSTS": DOMAIN,
        "DJANGO_BASE_URL": f"https://{DOMAIN}",
        "DJANGO_AUTH_SERVICE_URL": "http://auth-service:8000",
        "DJANGO_EMAIL_HOST": "mail",
        "DJANGO_EMAIL_PORT": "1025",
        "DJANGO_EMAIL_USE_TLS": "False",
        "DJANGO_DEFAULT_FROM_EMAIL": f"tickets@{DOMAIN}",
        **changes,
    }
    make_folder(folder)
    write_atomically(folder / ".env.production", "".join(f"{name}={value}\n" for name, value in settings.items()))
    home = Home.find(folder)
    make_state_folder(home.state)
    SecretFiles(home.secrets).complete({})
    write_definitions(home)
    return home


if __name__ == "__main__":
    path, project, http_port, https_port = sys.argv[1:]
    make_home(Path(path), project, int(http_port), int(https_port))
