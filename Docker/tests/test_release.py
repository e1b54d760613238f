"""A release on a real engine: built with labels, its bill written, pushed to a registry, and fetched again by its digest."""

import json
import os
import secrets
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from Docker.tests.machine import ROOT, base_image

pytestmark = [pytest.mark.docker, pytest.mark.slow]

VERSION = "9.9.9"
OURS = {"auth", "ticket", "workflow", "messaging", "notification", "frontend", "nginx", "db", "backup"}


def docker(*words: str) -> str:
    result = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"docker {words}: {result.stderr}"
    return result.stdout.strip()


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    """The address of an empty registry."""
    folder = str(Path(__file__).parent / "registry")
    image = docker("build", "--quiet", "--build-arg", f"PYTHON_IMAGE={base_image()}", folder)
    name = f"tts-test-registry-{secrets.token_hex(3)}"
    docker("run", "--detach", "--name", name, "--publish", "127.0.0.1::5000", image)
    try:
        address = docker("port", name, "5000").splitlines()[0]
        _wait_for(f"http://{address}/v2/")
        yield address
    finally:
        docker("rm", "--force", "--volumes", name)


@pytest.fixture(scope="module")
def release(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A version that was built; the folder in which the steps leave what they say."""
    folder = tmp_path_factory.mktemp("release")
    step(registry, folder, "build")
    yield folder
    for line in (folder / "images.tsv").read_text().splitlines():
        docker("image", "rm", line.split("\t")[0])


def step(registry: str, folder: Path, name: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One step of the pipeline, as its script."""
    own = {"VERSION": VERSION, "TTS_REGISTRY": f"{registry}/tts", "TTS_RELEASE_FOLDER": str(folder), **variables}
    command = [ROOT / "Scripts" / "release" / name, *arguments]
    result = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{name}:\n{result.stdout}{result.stderr}"
    return result


def test_every_image_of_ours_is_built_and_says_where_it_comes_from(registry: str, release: Path) -> None:
    images = [line.split("\t") for line in (release / "images.tsv").read_text().splitlines()]
    assert {name for name, _, _ in images} == {f"{registry}/tts/{image}:{VERSION}" for image in OURS}
    labels = json.loads(docker("image", "inspect", "--format", "{{json .Config.Labels}}", f"{registry}/tts/auth:{VERSION}"))
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    assert labels["org.opencontainers.image.version"] == VERSION
    assert labels["org.opencontainers.image.revision"] == commit


def test_each_image_and_each_lock_has_a_bill_that_the_standard_accepts(registry: str, release: Path) -> None:
    step(registry, release, "sbom")
    bills = sorted(path.name.removesuffix(".cdx.json") for path in (release / "sbom").glob("*.cdx.json"))
    assert {f"image-{image}" for image in OURS} <= set(bills)
    assert {"auth", "ticket_service", "workflow_api", "messaging", "notification_service", "frontend"} <= set(bills)
    names = [component["name"] for component in json.loads((release / "sbom" / "image-auth.cdx.json").read_text())["components"]]
    assert "libc6" in names
    check = (
        "import sys; from cyclonedx.schema import SchemaVersion; from cyclonedx.validation.json import JsonStrictValidator;"
        "found = [JsonStrictValidator(SchemaVersion.from_version('1.5' if 'frontend.cdx' in p and 'image' not in p else '1.6'))"
        ".validate_str(open(p).read()) for p in sys.argv[1:]]; sys.exit(str(next(filter(None, found), '')) or 0)"
    )
    python = ROOT / ".data" / "venvs" / "release" / "bin" / "python"
    paths = [str(path) for path in sorted((release / "sbom").iterdir())]
    result = subprocess.run([python, "-c", check, *paths], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_what_is_pushed_is_fetched_again_by_its_digest(registry: str, release: Path) -> None:
    step(registry, release, "push")
    digests = (release / "digests.txt").read_text().splitlines()
    assert {line.split("@")[0] for line in digests} == {f"{registry}/tts/{image}" for image in OURS}
    wanted = next(line for line in digests if "/frontend@" in line)
    first = docker("image", "inspect", "--format", "{{.Id}}", f"{registry}/tts/frontend:{VERSION}")
    docker("pull", "--quiet", wanted)
    assert docker("image", "inspect", "--format", "{{.Id}}", wanted) == first


def test_nothing_is_pushed_of_a_tree_with_changes_or_to_nowhere(tmp_path: Path) -> None:
    push = [ROOT / "Scripts" / "release" / "push"]
    given = {**os.environ, "TTS_RELEASE_FOLDER": str(tmp_path)}
    nowhere = subprocess.run(push, env=given, capture_output=True, text=True, check=False)
    assert (nowhere.returncode, "TTS_REGISTRY is not set" in nowhere.stderr) == (2, True)
    dirty = subprocess.run(
        push, env={**given, "VERSION": "1.4.0-dirty", "TTS_REGISTRY": "127.0.0.1:1/tts"}, capture_output=True, text=True, check=False
    )
    assert (dirty.returncode, "not committed" in dirty.stderr, list(tmp_path.glob("digests*"))) == (3, True, [])


def test_the_scan_fails_for_a_secret_and_where_it_must_be_strict_for_what_could_not_be_asked(registry: str, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", clone], check=True)
    (clone / ".data").symlink_to(ROOT / ".data")
    (clone / "settings.py").write_text('TOKEN = "ghp_' + "a1B2c3D4e5F6" * 3 + '"\n')
    subprocess.run(["git", "-C", clone, "add", "settings.py"], check=True)
    own = {"VERSION": VERSION, "TTS_REGISTRY": f"{registry}/tts", "TTS_RELEASE_FOLDER": str(tmp_path / "out")}
    scan = [clone / "Scripts" / "release" / "scan"]
    result = subprocess.run(scan, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    outcomes = dict(line.split("\t")[:2] for line in (tmp_path / "out" / "scan.tsv").read_text().splitlines())
    assert (result.returncode, outcomes["secrets"], outcomes["pipeline"]) == (1, "found", "clean")
    report = json.loads((tmp_path / "out" / "scan" / "secrets.json").read_text())
    assert list(report["results"]) == ["settings.py"]
    if "unavailable" in outcomes.values():
        subprocess.run(["git", "-C", clone, "rm", "--quiet", "--cached", "settings.py"], check=True)
        assert subprocess.run(scan, env={**os.environ, **own}, capture_output=True, check=False).returncode == 0
        assert subprocess.run([*scan, "--strict"], env={**os.environ, **own}, capture_output=True, check=False).returncode == 1


def _wait_for(url: str) -> None:
    for _ in range(60):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - the test's own registry, on 127.0.0.1
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{url} does not answer")
