"""What is in the images, and what is not."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from Docker.tests.numbers.sizes import PYTHON, size
from Docker.tests.stack import FOLDERS, base_images, docker
from production.home import DOCKER

pytestmark = [pytest.mark.docker, pytest.mark.slow]
ROOT = DOCKER.parent
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges:true", "--network=none", "--tmpfs=/tmp")
MOST_OF_OURS = 130_000_000  # bytes in the layers above the base image
EMPTY = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"  # the layer of an instruction that changed nothing
BASE = base_images().get("PYTHON_IMAGE", PYTHON)
TOOLS = ("cc", "gcc", "g++", "make", "cmake", "ld", "cargo", "rustc", "go", "git", "npm", "node")
PORTS = {"auth": 8000, "ticket": 8000, "workflow": 8000, "messaging": 8001, "notification": 8001}
every_service = pytest.mark.parametrize("service", FOLDERS)


@dataclass(frozen=True)
class Made:
    """The images of one release."""

    release: str

    def name(self, service: str) -> str:
        """An image."""
        return f"tts/{service}:{self.release}"

    def run(self, service: str, *command: str, check: bool = True) -> str:
        """What a command prints in a container as hardened as in the deployment, with nothing mounted and no network."""
        return docker("run", "--rm", *HARDENED, self.name(service), *command, check=check)

    def inspect(self, service: str, what: str) -> Any:
        """What the engine knows of an image."""
        return json.loads(docker("image", "inspect", "--format", f"{{{{json .{what}}}}}", self.name(service)))


@pytest.fixture
def made(images: str) -> Made:
    return Made(images)


@every_service
def test_our_layers_are_at_most_130_mb(made: Made, service: str) -> None:
    whole, base = size(made.name(service)), size(BASE)
    assert whole - base <= MOST_OF_OURS


def test_what_all_services_need_is_one_layer_that_is_kept_once(made: Made) -> None:
    layers = [made.inspect(service, "RootFS.Layers") for service in FOLDERS]
    base = json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", BASE))
    shared = set.intersection(*map(set, layers)) - set(base) - {EMPTY}
    assert len(shared) == 2  # the account, and the packages


@every_service
def test_it_runs_as_an_account_without_rights_and_can_write_nowhere(made: Made, service: str) -> None:
    assert made.run(service, "id", "-u") == "10001"
    code = "import os; print([p for p in ('/', '/app', '/app/media', '/venv', '/etc', '/home', '/var') if os.access(p, os.W_OK)])"
    assert made.run(service, "python", "-c", code) == "[]"


@every_service
def test_it_holds_its_own_service_and_servicekit_and_nothing_else_of_ours(made: Made, service: str) -> None:
    assert sorted(made.run(service, "ls", "/app").split()) == sorted(["media", "servicekit", FOLDERS[service]])
    listed = made.run(service, "find", "/app", "-type", "f").split()
    names = {Path(path).name for path in listed}
    assert not names & {"Dockerfile.prod", "requirements.txt", "openapi.yaml", ".env", "pyproject.toml"}
    assert not [path for path in listed if "/tests/" in path or "/testing/" in path]


@every_service
def test_it_has_no_build_tools_and_no_test_tools(made: Made, service: str) -> None:
    found = made.run(service, "sh", "-c", "for tool in " + " ".join(TOOLS) + "; do command -v $tool; done; true")
    assert found == ""
    code = "import importlib.util as u; print([n for n in ('pytest', 'hypothesis', 'pip', 'setuptools') if u.find_spec(n)])"
    assert made.run(service, "python", "-c", code) == "[]"


@every_service
def test_every_module_is_compiled_for_nothing_can_be_written_at_the_start(made: Made, service: str) -> None:
    code = (
        "import pathlib, importlib.util as u; "
        "print([str(p) for r in ('/app', '/venv/lib') for p in pathlib.Path(r).rglob('*.py') "
        "if p.stat().st_size and not pathlib.Path(u.cache_from_source(str(p))).exists()])"
    )
    assert made.run(service, "python", "-c", code) == "[]"


@every_service
def test_it_says_how_it_is_asked_whether_it_is_well(made: Made, service: str) -> None:
    configuration = made.inspect(service, "Config")
    assert configuration["Healthcheck"]["Test"] == ["CMD", "python", "-m", "servicekit.probe", f"http://127.0.0.1:{PORTS[service]}/readyz"]
    assert (configuration["User"], configuration["Entrypoint"], configuration["Cmd"]) == ("tts", ["./entrypoint.sh"], ["web"])
    assert list(configuration["ExposedPorts"]) == [f"{PORTS[service]}/tcp"]


@every_service
def test_without_settings_it_does_not_start_and_names_every_one_that_is_missing(made: Made, service: str) -> None:
    said = made.run(service, check=False)
    for name in ("DJANGO_SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_BASE_URL"):
        assert f"{name} is missing" in said


def test_a_worker_that_has_no_broker_does_not_start(made: Made) -> None:
    settings = {
        "DJANGO_SECRET_KEY": "k7Zq-9fWm2Xc4Vb6Nn8Ll0Pp1Oo3Ii5Uu7Yy9Tt2Rr4Ee6Ww8Qq",
        "DJANGO_BASE_URL": "https://tickets.tts.test",
        "DJANGO_ALLOWED_HOSTS": "tickets.tts.test",
        "DJANGO_AUTH_SERVICE_URL": "http://auth-service:8000",
        "DATABASE_URL": "postgres://workflow_app:k7Zq9fWm2Xc4Vb6N@db/workflow_db",
        "CELERY_BROKER_URL": "none",
    }
    options = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
    said = docker("run", "--rm", "--network", "none", *options, made.name("workflow"), "worker", check=False)
    assert "CELERY_BROKER_URL is none: a worker needs a broker" in said


@every_service
def test_no_layer_holds_a_secret(made: Made, service: str) -> None:
    history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", made.name(service))
    environment = str(made.inspect(service, "Config.Env"))
    for mark in ("PASSWORD", "SECRET", "TOKEN", "PRIVATE", "amqp://", "postgres://"):
        assert mark not in history + environment
    assert made.run(service, "grep", "-rlE", "BEGIN [A-Z ]*PRIVATE KEY-----", "/app", check=False) == ""


def test_no_secret_state_or_backup_reaches_a_build(tmp_path: Path) -> None:
    """The context of a build, as .dockerignore leaves it, of a tree that holds every file that must stay out."""
    kept_out = """
        Docker/.env.production Docker/secrets/db_password Docker/state/state.json Docker/backups/dump.sql.gz auth/.env .env.production
        auth/secrets/key Docker/nginx/ssl/privkey.pem frontend/node_modules/x/index.js .git/config .data/runtime/x ReadMe.md
        documentation/index.md Scripts/production/cli.py auth/__pycache__/x.pyc
    """
    for name in (*kept_out.split(), "auth/manage.py", "Docker/db/postgresql.conf"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "tree" / ".dockerignore").write_text((ROOT / ".dockerignore").read_text())
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    command = ["docker", "build", "--quiet", "--file", tmp_path / "Dockerfile", "--output", tmp_path / "seen", tmp_path / "tree"]
    subprocess.run(command, check=True, capture_output=True)
    seen = sorted(str(path.relative_to(tmp_path / "seen")) for path in (tmp_path / "seen").rglob("*") if path.is_file())
    assert seen == ["Docker/db/postgresql.conf", "auth/manage.py"]


@pytest.fixture(scope="module")
def scratch_database() -> Iterator[str]:
    """A PostgreSQL that forgets; the name of its container, whose network the tests use."""
    image = base_images().get("POSTGRES_IMAGE", "postgres:15.14-bookworm")
    forgetful = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=120")
    name = docker("run", "--detach", "--env", "POSTGRES_PASSWORD=forthetests", image, "postgres", *forgetful)
    wait = "for i in $(seq 120); do pg_isready -q -h 127.0.0.1 && exit 0; sleep 0.5; done; exit 1"
    docker("exec", name, "sh", "-c", wait)
    yield name
    docker("rm", "--force", "--volumes", name)


@every_service
def test_its_tests_pass_in_it(service: str, scratch_database: str) -> None:
    base = [word for name, value in base_images().items() if name == "PYTHON_IMAGE" for word in ("--build-arg", f"{name}={value}")]
    docker(
        "build",
        "--quiet",
        "--target",
        "test",
        "--tag",
        f"tts-test/{service}",
        "--file",
        f"{ROOT}/{FOLDERS[service]}/Dockerfile.prod",
        *base,
        str(ROOT),
    )
    url = "TEST_DATABASE_URL=postgres://postgres:forthetests@127.0.0.1/postgres"
    said = docker("run", "--rm", "--network", f"container:{scratch_database}", "--env", url, f"tts-test/{service}")
    assert " passed in " in said.splitlines()[-1]
    assert "failed" not in said.splitlines()[-1]
