"""``Scripts/tts init``: a deployment's settings and secrets, from a few answers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from production import dotenv, initialisation, questions
from production.commands.down import DryRun
from production.console import say, show
from production.errors import WrongUse
from production.home import Home
from production.initialisation import Made
from production.lock import exclusive
from production.secret_files import GIVEN


def init(
    domain: Annotated[str, typer.Option(help="The domain under which people will find it.")] = "",
    admin_email: Annotated[str, typer.Option(help="For the first administrator and the certificate.")] = "",
    mail_host: Annotated[str, typer.Option(help="The mail server.")] = "",
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "",
    backups: Annotated[str, typer.Option(help="local or s3.")] = "",
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any variable of .env.production.example.")
    ] = None,
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="Answers as NAME=value lines.")] = None,
    secret_files: Annotated[
        list[str] | None, typer.Option("--secret", metavar="NAME=FILE", help=f"A secret from a file: {', '.join(GIVEN)}.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; what is missing is an error.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Make a deployment, or complete it. What exists is kept but for what is given; with --yes and no answers nothing changes."""
    flags = {
        "TTS_DOMAIN": domain,
        "TTS_ADMIN_EMAIL": admin_email,
        "DJANGO_EMAIL_HOST": mail_host,
        "TTS_TIME_ZONE": time_zone,
        "BACKUP_TARGET": backups,
    }
    given = {**_from_file(answers), **_pairs(settings or [], "--set"), **{name: value for name, value in flags.items() if value}}
    folder, secrets = Home.folder(), _secrets(secret_files or [])
    if dry_run:
        show(*initialisation.foresee(folder, given, secrets))
        return
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = Home(folder)
    with exclusive(home):
        if not yes:
            given, secrets = _ask(home, given, secrets)
        _tell(initialisation.make(folder, given, secrets))


def _ask(home: Home, given: dict[str, str], secrets: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    if not sys.stdin.isatty():
        raise WrongUse("There is nobody to ask here: give the answers by options or --answers, and --yes.")
    existing = dotenv.parse(home.env_file.read_text(encoding="utf-8")).values if home.env_file.is_file() else {}
    answers = questions.ask(initialisation.settings(existing, given), given)
    present = set(secrets) | {path.name for path in home.secrets.glob("*") if path.stat().st_size}
    return answers, secrets | questions.ask_secrets(initialisation.settings(existing, answers), present)


def _from_file(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        read = dotenv.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path} cannot be read: {error}") from error
    if read.faults:
        raise WrongUse(f"{path}: {'; '.join(read.faults)}")
    return read.values


def _pairs(words: list[str], option: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise WrongUse(f"{option} {word}: it must be NAME=VALUE")
        pairs[name] = value
    return pairs


def _secrets(words: list[str]) -> dict[str, str]:
    found = {}
    for name, path in _pairs(words, "--secret").items():
        if name not in GIVEN:
            raise WrongUse(f"--secret {name}: there are {', '.join(GIVEN)}; all others are made at random")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUse(f"--secret {name}: {path} cannot be read: {error}") from error
    return found


def _tell(made: Made) -> None:
    home, total = made.home, len(list(made.home.secrets.iterdir()))
    say(f"{'Made' if made.is_new else 'Completed'} the deployment in {home.path}: {home.url}")
    say(f"Settings: {home.env_file.name} {'written' if made.has_changed else 'unchanged'}.")
    say(f"Secrets: {len(made.secrets)} made, {total - len(made.secrets)} kept.")
    if made.is_new:
        show(f"Copy {home.secrets / 'backup_passphrase'} to a place away from this machine: without it no backup can be read.")
        show("Next: Scripts/tts preflight, then Scripts/tts up")
