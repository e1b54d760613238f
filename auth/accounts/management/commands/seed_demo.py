"""The people of a demonstration, with random passwords kept in a file."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from access.services import seed_access
from accounts.demo import DEMO_PEOPLE, DemoLogin, ensure_demo_login


class Command(BaseCommand):
    """``manage.py seed_demo --out FILE``: harmless to repeat; passwords in the file that still open are kept."""

    help = "Create the demo people and write their logins to a file"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the logins are kept."""
        parser.add_argument("--out", required=True, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed."""
        out: Path = options["out"]
        out.parent.mkdir(parents=True, exist_ok=True)
        seed_access()
        known = {login["email"]: login["password"] for login in json.loads(out.read_text("utf-8"))} if out.exists() else {}
        logins = [ensure_demo_login(person, known.get(person.email)) for person in DEMO_PEOPLE]
        _write(out, logins)
        for login in logins:
            self.stdout.write(f"{login.role:<20} {login.email:<24} {login.password}")


def _write(out: Path, logins: Sequence[DemoLogin]) -> None:
    """Whole or not at all, and for the owner's eyes alone."""
    draft = out.with_name(out.name + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump([asdict(login) for login in logins], file, indent=2)
    draft.replace(out)
