"""The account of the synthetic transaction, for the operator's tool."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.synthetic import ensure_synthetic_person
from servicekit.errors import Problem


class Command(BaseCommand):
    """``manage.py synthetic_person``: reads the password from the standard input, prints the e-mail address."""

    help = "Create the person of the synthetic transaction, or give him another password"

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 for a password that is too weak."""
        try:
            user = ensure_synthetic_person(password=sys.stdin.readline().rstrip("\n"))
        except Problem as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(user.email)
