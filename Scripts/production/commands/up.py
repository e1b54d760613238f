"""``Scripts/tts up``: everything runs and is well."""

from typing import Annotated

import typer

from production import drift, further, scaling, starting, subnets
from production.commands.down import DryRun
from production.compose import Compose, ComposeFailed
from production.console import say, show
from production.deployment import edge, overlay
from production.home import Home
from production.lock import exclusive
from production.preflight import backups, run
from production.state import State

SUPERUSERS = """SELECT count(*) FROM access_assignment
 JOIN access_role role ON role.id = role_id JOIN accounts_user person ON person.id = user_id
 WHERE role.key = 'superuser' AND role.system_id = 'platform' AND person.is_active"""


def up(
    build: Annotated[bool, typer.Option("--build", help="Build the images first.")] = False,
    pull: Annotated[bool, typer.Option("--pull", help="Fetch the images of TTS_REGISTRY first.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds until all must be well.")] = 300.0,
    dry_run: DryRun = False,
) -> None:
    """Preflight, then start everything in order and wait until all is well. Does nothing where all runs already."""
    home = Home.find()
    with exclusive(home):
        for finding in run.insist(home, needs_images=not (build or pull)):
            say(f"warning: {finding.problem}. {finding.remedy}")
        compose = Compose(home)
        if dry_run:
            _foresee(home, compose)
            return
        if build:
            say("Building the images; the first time takes minutes.")
            compose.run("build", "--quiet", capture=True)
        if pull:
            compose.run("pull", "--quiet", "--ignore-buildable" if build else "--policy=missing")
        if (home.state / "colours.yml").is_file():
            edge.follow_the_state(home)  # before what it still leads to is stopped
            overlay.write(home, State.load(home), {})  # changed settings reach both colours
        subnets.write(home)
        scaling.write(home)
        seconds = starting.start(compose, timeout=timeout)
        backups.remember_passphrase(home)
        further.keep_configuration(home)
    show(f"All is well after {seconds:.0f} s: {home.url}")
    if not _has_administrator(compose):
        address = home.values["TTS_ADMIN_EMAIL"]
        show("There is no administrator yet. This makes one, and shows a password once:")
        show(f'  Scripts/tts manage auth create_first_admin --email {address} --name "Your Name"')


def _foresee(home: Home, compose: Compose) -> None:
    differences = drift.find(home, compose, compose.containers())
    lines = [f"{difference.what}: {difference.difference}" for difference in differences]
    show(*(["Would bring into force:", *lines] if lines else ["Nothing would change."]))


def _has_administrator(compose: Compose) -> bool:
    try:
        return compose.exec("db", "psql", "-U", "postgres", "-d", "auth_db", "-Atc", SUPERUSERS).strip() != "0"
    except ComposeFailed:
        return True  # no reason to say otherwise
