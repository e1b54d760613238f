"""The deployment documents: marked blocks, sound links, generated pictures; what their commands do is tried on an engine."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from bootstrap.paths import ROOT
from Docker.tests import pages
from quality import diagrams

EVERY = [block for page in pages.PAGES for block in pages.blocks(page)]
COMPOSE = yaml.safe_load((ROOT / "Docker" / "docker-compose.prod.yml").read_text())


@pytest.mark.parametrize("page", pages.PAGES)
def test_every_block_says_what_it_is_and_one_that_is_not_executed_says_why(page: str) -> None:
    for block in pages.blocks(page):
        assert block.language in {"sh", "console", "text", "mermaid", "yaml"}, f"{page}:{block.line}"
        assert bool(block.reason) == (block.language == "console"), f"{page}:{block.line}"


@pytest.mark.parametrize(
    "block", [block for block in EVERY if block.language in {"sh", "console"}], ids=lambda block: f"{block.page}:{block.line}"
)
def test_every_command_is_good_bash(block: pages.Block) -> None:
    result = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_three_quarters_of_the_command_lines_are_executed() -> None:
    lines = {"sh": 0, "console": 0}
    for block in EVERY:
        if block.language in lines:
            lines[block.language] += len([line for line in block.text.splitlines() if not line.startswith("    ")])
    assert lines["sh"] / sum(lines.values()) > 0.70, lines


@pytest.mark.parametrize("page", [*pages.PAGES, "index.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    for target in pages.links(page):
        path, _, anchor = target.partition("#")
        file = (pages.DOCUMENTATION / path).resolve() if path else pages.DOCUMENTATION / page
        assert file.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in pages.anchors(file), f"{page}: {target}"


@pytest.mark.parametrize("page", pages.PAGES)
def test_every_path_of_the_repository_that_a_page_names_is_there(page: str) -> None:
    own = re.findall(r"`((?:Docker|Scripts|documentation|\.github)/[\w./{},-]+)`", pages.read(page))
    made = ("Docker/.env.production", "Docker/secrets", "Docker/state")
    for name in own:
        for path in _alternatives(name):
            assert path.startswith(made) or (ROOT / path).exists(), f"{page}: {path}"


@pytest.mark.parametrize("page", pages.PAGES)
def test_every_variable_that_a_page_names_can_be_set(page: str) -> None:
    example = (ROOT / "Docker" / ".env.production.example").read_text()
    elsewhere = "".join(
        path.read_text()
        for path in [*(ROOT / "Scripts" / "release").iterdir(), *(ROOT / ".github" / "workflows").iterdir(), *_host_files()]
    )
    for name in set(re.findall(r"\b(?:TTS|DJANGO|S3|BACKUP|HTTPS?|ALERT)_[A-Z_0-9]+\b(?!\.md)", pages.read(page))):
        assert name in example or name in elsewhere, f"{page}: {name}"


def test_the_table_of_containers_is_that_of_the_compose_file() -> None:
    rows = re.findall(r"^\| `tts-([\w…-]+)` \| `([\w-]+)`", pages.read("PROJECT_STRUCTURE.md"), re.MULTILINE)
    told = {service: container for container, service in rows if "…" not in container}
    real = {
        name: given["container_name"].removeprefix("${TTS_PROJECT:-tts}-")
        for name, given in COMPOSE["services"].items()
        if "container_name" in given and not name.endswith(("-worker", "-migrate", "provision", "restore"))
    }
    assert told == real


def test_the_tables_of_volumes_and_networks_are_those_of_the_compose_file() -> None:
    text = pages.read("PROJECT_STRUCTURE.md")
    volumes = set(
        re.findall(
            r"`(\w+)`", " ".join(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| [\w, ]+ \| [^|]+ \| ", _part(text, "## Volumes"), re.MULTILINE))
        )
    )
    assert volumes == set(COMPOSE["volumes"])
    networks = re.findall(r"^\| `(\w+)` \| [^|]+ \| (yes|no|it publishes)", _part(text, "## Networks"), re.MULTILINE)
    assert {name: way != "no" for name, way in networks} == {
        name: not (given or {}).get("internal", False) for name, given in COMPOSE["networks"].items()
    }


def test_the_generated_pictures_are_up_to_date() -> None:
    page = pages.read("ARCHITECTURE_DIAGRAMS.md")
    assert diagrams.drawn(page) == page
    assert re.findall(r"<!-- generated: (\w+) -->", page) == list(dict.fromkeys(re.findall(r"<!-- generated: (\w+) -->", page)))
    assert set(re.findall(r"<!-- generated: (\w+) -->", page)) == set(diagrams.DRAWN)


def test_the_command_line_of_the_quick_reference_knows_every_command() -> None:
    from production.cli import COMMANDS

    told = "".join(pages.read(page) for page in pages.PAGES)
    assert [name for name in COMMANDS if f"Scripts/tts {name}" not in told] == []


def _part(text: str, heading: str) -> str:
    after = text[text.index(heading) + len(heading) :]
    return after[: after.index("\n## ")]


def _alternatives(name: str) -> list[str]:
    match = re.search(r"\{([^}]*)\}", name)
    return [name] if not match else [name.replace(match[0], choice) for choice in match[1].split(",")]


def _host_files() -> list[Path]:
    return [path for path in (ROOT / "Docker" / "host").rglob("*") if path.is_file()]
