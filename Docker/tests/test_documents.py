"""The documents, followed word by word on a server that was made as they say."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from Docker.tests import pages
from Docker.tests.machine import CHECKOUT, Machine, base_images, new_machine, user_data
from Docker.tests.stack import wait_for

pytestmark = [pytest.mark.docker, pytest.mark.slow]

EXECUTED = [page for page in pages.PAGES if pages.script(page)]


@pytest.fixture(scope="module")
def droplet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A server with the whole working tree as its sources, and with the base images where there is no registry."""
    machine = new_machine(tmp_path_factory.mktemp("droplet"), user_data(), whole_tree=True)
    try:
        for image in base_images():
            pipe = f"docker save {image} | docker exec -i {machine.name} docker load"
            subprocess.run(["bash", "-o", "pipefail", "-c", pipe], check=True, capture_output=True)
        yield machine
    finally:
        machine.destroy()


def follow(droplet: Machine, page: str) -> str:
    """Execute a page's blocks over SSH as the user deploy, as somebody who is logged in would; what was printed."""
    images = Path(os.environ["TTS_IMAGES_ENV"]).read_text() if "TTS_IMAGES_ENV" in os.environ else ""
    droplet.run("bash", "-c", "cat >/srv/images.env", input=images)
    given = "export TTS_IMAGES_ENV=/srv/images.env\n" if images else ""
    droplet.run("bash", "-c", "cat >/srv/page", input=f"set -euo pipefail\n{given}{pages.script(page)}")
    result = droplet.log_in("bash /srv/page")
    assert result.returncode == 0, f"{page}:\n{result.stdout[-6000:]}\n{result.stderr[-6000:]}"
    return result.stdout


@pytest.mark.parametrize("page", EXECUTED)
def test_every_command_of_the_page_does_what_it_says(droplet: Machine, page: str) -> None:
    said = follow(droplet, page)
    if page == "DEPLOYMENT_GUIDE.md":
        assert "200 text/html" in said
        assert said.count("The system works.") == 1


def test_the_site_that_the_guide_leads_to_is_open_to_the_world_and_nothing_else_is(droplet: Machine) -> None:
    looked = [port for port in (22, 80, 443, 1000, 5432, 5672, 8000, 8001, 15672) if droplet.accepts(port)]
    assert looked == [22, 80, 443]


def test_after_a_restart_of_the_server_the_system_is_back(droplet: Machine) -> None:
    droplet.restart(seconds=420)
    wait_for(lambda: "The system works." in droplet.log_in(f"{CHECKOUT}/Scripts/tts verify").stdout, 180)
