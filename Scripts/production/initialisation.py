"""Make a deployment's home, or complete it: settings, secrets, the broker's users, the first upstreams. Can be run again at any time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from production import broker, dotenv, environment, secret_checks
from production.deployment import upstreams
from production.errors import WrongUse
from production.files import make_state_folder, write_atomically
from production.findings import Finding, errors
from production.home import EXAMPLE, Home
from production.secret_files import SecretFiles, all_names
from production.state import State


@dataclass(frozen=True)
class Made:
    """What was done."""

    home: Home
    secrets: list[str]
    is_new: bool
    has_changed: bool


def settings(existing: Mapping[str, str], answers: Mapping[str, str]) -> dict[str, str]:
    """All values: the example's, over them what is there, the answers, and what follows from the domain where nobody said otherwise."""
    example = dotenv.parse(EXAMPLE.read_text(encoding="utf-8")).values
    domain = answers.get("TTS_DOMAIN") or existing.get("TTS_DOMAIN", "")
    is_moved = bool(domain) and domain != existing.get("TTS_DOMAIN")
    port = answers.get("HTTPS_PORT") or existing.get("HTTPS_PORT") or "443"
    derived = _derived(domain, port) if is_moved else {}
    if "HTTPS_PORT" in answers and domain:
        derived["DJANGO_BASE_URL"] = _derived(domain, port)["DJANGO_BASE_URL"]
    values = {**example, **existing, **derived, **answers}
    overlays = [name for name in values["TTS_OVERLAYS"].split(",") if name]
    if values["BACKUP_TARGET"] == "s3" and "s3" not in overlays:
        values["TTS_OVERLAYS"] = ",".join([*overlays, "s3"])
    return values


def make(folder: Path, answers: Mapping[str, str], given_secrets: Mapping[str, str]) -> Made:
    """Write everything that is missing. Settings come last: a folder without them is no deployment yet.

    Raises WrongUse with every problem of the answers, or of a secret that lies there already, before it writes any setting.
    """
    env_file = folder / ".env.production"
    text = env_file.read_text(encoding="utf-8") if env_file.is_file() else ""
    existing = dotenv.parse(text)
    values = settings(existing.values, answers)
    insist(environment.check(values, tuple(existing.faults)))
    home = Home(folder, values)
    secrets = SecretFiles(home.secrets).complete(given_secrets)
    insist(secret_checks.check(home))
    _write_state(home)
    wanted = dotenv.fill(text or EXAMPLE.read_text(encoding="utf-8"), values)
    if wanted != text:
        write_atomically(env_file, wanted)
    return Made(home, secrets, is_new=not text, has_changed=wanted != text)


def foresee(folder: Path, answers: Mapping[str, str], given_secrets: Mapping[str, str]) -> list[str]:
    """What ``make`` would do, in words. Raises WrongUse as it would."""
    home = Home(folder)
    text = home.env_file.read_text(encoding="utf-8") if home.env_file.is_file() else ""
    existing = dotenv.parse(text)
    values = settings(existing.values, answers)
    insist(environment.check(values, tuple(existing.faults)))
    changed = [f"Would set {name}={value}" for name, value in sorted(values.items()) if existing.values.get(name, "") != value]
    made = [name for name in all_names() if name in given_secrets or not (home.secrets / name).is_file()]
    return [*changed, f"Would make these secrets: {', '.join(made)}" if made else "Would make no secret."]


def insist(findings: list[Finding]) -> None:
    """Raise WrongUse that names every error."""
    if wrong := errors(findings):
        raise WrongUse("\n".join(f"{finding.problem}. {finding.remedy}" for finding in wrong))


def _write_state(home: Home) -> None:
    make_state_folder(home.state)
    broker.write_definitions(home)
    if not (home.state / "state.json").is_file():
        State.load(home).save()
    if not (home.state / "upstreams.conf").is_file():
        upstreams.write(home, State.load(home))


def _derived(domain: str, port: str) -> dict[str, str]:
    return {
        "DJANGO_BASE_URL": f"https://{domain}" + ("" if port == "443" else f":{port}"),
        "DJANGO_ALLOWED_HOSTS": domain,
        "DJANGO_DEFAULT_FROM_EMAIL": f"Ticket Tracking <tickets@{domain}>",
    }
