"""Django's name for the first superuser: whoever knows Django looks for it under this one."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.commands import create_first_admin


class Command(create_first_admin.Command):
    """``manage.py createsuperuser``: as ``create_first_admin``, and asks for what it was not told."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Who it is to be."""
        parser.add_argument("--email")
        parser.add_argument("--name")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and create."""
        email = options["email"] or input("E-mail address: ")
        super().handle(*args, **{**options, "email": email, "name": options["name"] or input("Name: ")})
