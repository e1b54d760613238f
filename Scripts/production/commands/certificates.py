"""``Scripts/tts certificate``: one of your own, where Let's Encrypt is not wanted."""

from pathlib import Path
from typing import Annotated

import typer

from production import certificate
from production.commands.dead_letters import JsonOption
from production.compose import Compose
from production.console import say, show, show_json
from production.errors import RefusedByPreflight, WrongUse
from production.findings import as_json, as_table, errors
from production.home import Home
from production.lock import exclusive
from production.preflight import certificates

app = typer.Typer(help="Install a certificate of your own; look at what is there.", no_args_is_help=True)


@app.command()
def install(
    chain: Annotated[Path, typer.Argument(help="The certificate and those that vouch for it, PEM.")],
    key: Annotated[Path, typer.Argument(help="Its private key, PEM without a password.")],
) -> None:
    """Check a pair and hand it to nginx, which serves it within seconds. Exit code 3 for a pair that would not work: nothing changes."""
    home = Home.find()
    if home.values.get("TTS_CERTIFICATE") == "acme":
        raise WrongUse("TTS_CERTIFICATE is acme: certbot would take its place. Set TTS_CERTIFICATE=own first, and run Scripts/tts up.")
    pair = _read(chain), _read(key)
    findings = certificates.check(*pair, home.values.get("TTS_DOMAIN", ""))
    for finding in findings:
        say(f"{finding.problem}. {finding.remedy}")
    if errors(findings):
        raise RefusedByPreflight("Nothing was changed.")
    with exclusive(home):
        certificate.install(Compose(home), *pair)
    show(f"Installed; {certificates.days_left(pair[0])} days left.")


@app.command("show")
def show_certificate(as_data: JsonOption = False) -> None:
    """Show the certificate that nginx is to serve, and what is wrong with it."""
    home = Home.find()
    pair = certificate.on_disk(Compose(home))
    findings = certificates.check(*(pair or ("", "")), home.values.get("TTS_DOMAIN", ""))
    days = certificates.days_left(pair[0]) if pair else None
    if as_data:
        show_json({"days_left": days, "findings": as_json(findings)})
    else:
        show(as_table(findings) if findings else f"{days} days left.")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path} cannot be read as PEM: {error}") from error
