"""``Scripts/tts down``: everything stops, in order; data stay."""

import time
from typing import Annotated

import typer

from production.compose import Compose
from production.console import progress, show
from production.errors import WrongUse
from production.home import Home
from production.lock import exclusive

#: first who lets people in, last who keeps their data; each waits until it has finished what it began
ORDER = (("nginx", "frontend"), ("-service", "-api", "-green"), ("-worker",), ("backup", "certbot"), ("rabbitmq", "db"))


def down(
    volumes: Annotated[bool, typer.Option("--delete-data", help="Also delete all data. Needs --yes-delete PROJECT.")] = False,
    confirmation: Annotated[str, typer.Option("--yes-delete", metavar="PROJECT", help="The project's name, to confirm.")] = "",
) -> None:
    """Stop everything in order and take the containers away. Data, secrets and state stay."""
    home = Home.find()
    if volumes and confirmation != home.project:
        raise WrongUse(f"This deletes every ticket, message and file of {home.url}. To do so: --delete-data --yes-delete {home.project}")
    with exclusive(home):
        compose, began = Compose(home), time.monotonic()
        running = {container.service for container in compose.containers() if container.state == "running"}
        with progress("down", len(ORDER) + 1) as steps:
            for endings in ORDER:
                batch = sorted(service for service in running if service.endswith(endings))
                if batch:
                    compose.run("stop", *batch, capture=True)
                steps.advance(f"stopped {', '.join(batch) or 'nothing'}")
            compose.run("--profile", "*", "down", "--remove-orphans", *(["--volumes"] if volumes else []), capture=True)
            steps.advance("took the containers away")
    show(f"Down after {time.monotonic() - began:.0f} s." + (" All data are deleted." if volumes else " Data stay."))
