"""``manage.py mail_sending pause|resume|status``: outgoing mail as a whole."""

from dataclasses import asdict
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mail.pausing import describe_pause, pause_mail, resume_mail


class Command(BaseCommand):
    """Prints how it is, or for ``resume`` how it was, as one JSON object."""

    help = "Stop all outgoing mail, let it go on, or say how it is."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do."""
        parser.add_argument("action", choices=["pause", "resume", "status"])
        parser.add_argument("--reason", default="", help="for pause: what people are told")
        parser.add_argument("--discard-older", action="store_true", help="for resume: give up what was decided before the pause")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for a pause without a reason."""
        if options["action"] == "pause":
            if not options["reason"]:
                raise CommandError("a pause needs a --reason")
            told = pause_mail(options["reason"])
        elif options["action"] == "resume":
            told = resume_mail(discards_older=options["discard_older"])
        else:
            told = describe_pause()
        self.stdout.write(msgspec.json.encode(asdict(told)).decode())
