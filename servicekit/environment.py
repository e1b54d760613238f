"""The only reader of the environment: NAME, or NAME_FILE for a secret kept in a file."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

PLACEHOLDERS = ("change", "example", "secret", "password", "insecure", "your-", "placeholder", "xxxx")


class Environment:
    """Reads variables and gathers everything that is wrong with them, so that a start names all at once."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self._values = values
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """The value of NAME, or the content of the file that NAME_FILE names, without surrounding white space."""
        path = self._values.get(f"{name}_FILE")
        if path is None:
            return self._values.get(name, default).strip()
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            self.problems.append(f"{name}_FILE: cannot read {path} ({error.strerror})")
            return default

    def required(self, name: str) -> str:
        """A value that has no default: its absence is a problem."""
        value = self.text(name)
        if not value:
            self.problems.append(f"{name} is missing")
        return value

    def secret(self, name: str, *, length: int = 32) -> str:
        """A required value that must be long, varied and no placeholder."""
        value = self.required(name)
        if value and (len(value) < length or len(set(value)) < 10):
            self.problems.append(f"{name} is weak: give it at least {length} random characters")
        elif any(mark in value.lower() for mark in PLACEHOLDERS):
            self.problems.append(f"{name} is weak: it looks like a placeholder")
        return value

    def flag(self, name: str) -> bool:
        """True for 1, true, yes, on."""
        return self.text(name).lower() in {"1", "true", "yes", "on"}

    def listing(self, name: str) -> list[str]:
        """A comma-separated list."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def url(self, name: str, *, production: bool) -> str:
        """A required URL with credentials; in production its password may be neither short nor a default one."""
        value = self.required(name)
        password = urlsplit(value).password or ""
        if value and production and (len(password) < 12 or password in {"guest", "postgres"}):
            self.problems.append(f"{name} is weak: its password has fewer than 12 characters or is a default one")
        return value

    def stop_on_problems(self) -> None:
        """Raise ImproperlyConfigured with the list of all problems, if there are any."""
        if self.problems:
            raise ImproperlyConfigured("The environment is not fit to start:\n" + "\n".join(f"  - {p}" for p in self.problems))


environment = Environment()
