"""One deployment: the folder with its settings, its secrets and its state."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.paths import ROOT
from production import dotenv
from production.errors import NoDeployment

DOCKER = ROOT / "Docker"
ENV_FILE = ".env.production"
EXAMPLE = DOCKER / ".env.production.example"


@dataclass(frozen=True)
class Home:
    """Where a deployment's own files are, and what its ``.env.production`` says."""

    path: Path
    values: dict[str, str] = field(default_factory=dict)
    #: lines of the file that cannot be read; preflight tells them
    faults: tuple[str, ...] = ()

    @classmethod
    def find(cls, path: Path | None = None) -> "Home":
        """The deployment in a folder: the given one, else TTS_HOME, else Docker/. Raises NoDeployment."""
        folder = cls.folder(path)
        try:
            text = (folder / ENV_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise NoDeployment(f"There is no deployment in {folder}. `Scripts/tts init` makes one; --home names another folder.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise NoDeployment(f"{folder / ENV_FILE} cannot be read: {error}") from error
        read = dotenv.parse(text)
        return cls(folder, read.values, tuple(read.faults))

    @staticmethod
    def folder(path: Path | None = None) -> Path:
        """Where the tool looks: there need not be a deployment yet."""
        return (path or Path(os.environ.get("TTS_HOME") or DOCKER)).resolve()

    @property
    def env_file(self) -> Path:
        """Every setting that is no secret."""
        return self.path / ENV_FILE

    @property
    def secrets(self) -> Path:
        """One file per secret."""
        return self.path / "secrets"

    @property
    def state(self) -> Path:
        """What only this tool writes; nginx reads ``upstreams.conf`` in it."""
        return self.path / "state"

    @property
    def project(self) -> str:
        """The name of the Compose project and the prefix of its containers."""
        return self.values.get("TTS_PROJECT") or "tts"

    @property
    def environment(self) -> str:
        """development, staging, production or disaster-recovery."""
        return self.values.get("TTS_ENVIRONMENT") or "production"

    @property
    def url(self) -> str:
        """The public address."""
        return self.values.get("DJANGO_BASE_URL", "").rstrip("/")
