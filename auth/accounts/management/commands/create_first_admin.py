"""The first superuser, by a one-time command: no account exists before it."""

import secrets
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.services import NewUser, create_first_superuser
from servicekit.errors import Problem


class Command(BaseCommand):
    """``manage.py create_first_admin --email … --name …``: refuses when there is a superuser."""

    help = "Create the first superuser; prints a random password once, or takes one from the standard input"

    def add_arguments(self, parser: CommandParser) -> None:
        """Who it is to be."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--password-stdin", action="store_true", help="read the password from the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create."""
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else secrets.token_urlsafe(18)
        try:
            validate_email(options["email"])
            create_first_superuser(new=NewUser(email=options["email"], name=options["name"], password=password))
        except (Problem, ValidationError) as refusal:
            raise CommandError(_reason(refusal)) from refusal
        self.stdout.write(f"{options['email']} is the first superuser.")
        if not options["password_stdin"]:
            self.stdout.write(f"Password, shown this once: {password}")


def _reason(refusal: Problem | ValidationError) -> str:
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    return " ".join([str(refusal), *(text for texts in refusal.fields.values() for text in texts)])
