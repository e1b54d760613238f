"""``manage.py mail_test --to somebody@example.org``: does mail go out? ``--greet``: would it?"""

from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mail.letter import Draft
from mail.outcome import Verdict
from mail.services import send
from mail.smtp import configured_server, line
from servicekit.clock import now


class Command(BaseCommand):
    """Sends one mail by the very path that all mail takes."""

    help = "Send a test mail through the configured SMTP server and say at which stage it fails, if it does."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom to write to."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--to", help="the address to write to")
        what.add_argument("--greet", action="store_true", help="only connect, greet and log in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send it; a failure names its stage and ends with a status that is not 0."""
        outcome = line.greet(configured_server()) if options["greet"] else send(_draft(options["to"]))
        if outcome.verdict != Verdict.ACCEPTED:
            raise CommandError(f"{outcome.verdict.label}. Stage: {outcome.stage}. {outcome.reply}")
        self.stdout.write("The server took our log-in." if options["greet"] else f"The server took the mail to {options['to']}.")


def _draft(address: str) -> Draft:
    return Draft(
        name="",
        address=address,
        event_id=uuid4(),
        event_type="mail.test",
        user_id=uuid4(),
        title="Test of the ticket tracking system's mail",
        body="If you can read this, mail goes out.",
        link="/",
        at=now(),
    )
