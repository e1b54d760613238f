"""Run inside a service's own environment: bring its database, its queues and its first rows up to date.

Usage: python prepare_service.py <service> [<file for the demo logins>]
"""

import io
import os
import sys

import django
from django.core.management import call_command


def main(service: str, logins: str = "") -> None:
    """Everything that must be so before the service's processes start; each step may be repeated."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{service}.settings"
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("declare_topology")
    call_command("seed")
    if logins:
        call_command("seed_demo", "--out", logins, stdout=io.StringIO())  # it shows passwords, which no log may hold


if __name__ == "__main__":
    main(*sys.argv[1:])
