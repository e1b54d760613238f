"""The pipeline: its workflows call scripts alone, and the scripts say which version this is and what a key may do."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bootstrap.paths import ROOT, SCRIPTS

RELEASE = SCRIPTS / "release"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One thing.\n- Another.\n"


def workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())


def steps_of(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def run(*command: str | Path, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(cwd or "/nonexistent"), **variables}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small repository with the release scripts in it."""
    shutil.copytree(RELEASE, tmp_path / "Scripts" / "release")
    (tmp_path / "documentation").mkdir()
    (tmp_path / "documentation" / "changelog.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "tts"\nversion = "0.1.0"\n')
    git(tmp_path, "init", "-q", "-b", "main")
    for name, value in (("user.name", "test"), ("user.email", "test@example.org")):
        git(tmp_path, "config", name, value)
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a change")


def test_the_pipeline_goes_from_check_over_staging_to_production() -> None:
    jobs = workflow("pipeline.yml")["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "check": None,
        "deployment": "check",
        "images": ["check", "deployment"],
        "staging": "images",
        "production": "staging",
    }
    assert [jobs[name]["environment"]["name"] for name in ("staging", "production")] == ["staging", "production"]
    assert [step["name"] for step in jobs["images"]["steps"]] == ["Sources", "Build", "Scan", "Bill of materials", "Push", "Publish"]


def test_a_deployment_that_went_back_by_itself_is_not_rolled_back_once_more() -> None:
    last = workflow("pipeline.yml")["jobs"]["production"]["steps"][-1]
    assert (last["run"], last["if"]) == ("Scripts/release/rollback", "failure() && steps.deploy.outcome == 'success'")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_step_is_a_script_of_ours_or_an_action_of_an_exact_commit(path: Path) -> None:
    for step in steps_of(path.name):
        if "uses" in step:
            assert re.fullmatch(r"actions/checkout@[0-9a-f]{40}", step["uses"])
        else:
            script = ROOT / step["run"].split()[0]
            assert script.is_file(), step["run"]
            assert "\n" not in step["run"]
            assert "${{" not in step["run"], "a value from outside is read from the environment, never pasted into a command"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_job_has_more_rights_than_it_uses(path: Path) -> None:
    content = workflow(path.name)
    assert content["permissions"] == {}
    rights = {name: job["permissions"] for name, job in content["jobs"].items()}
    images = {"contents": "write", "packages": "write"}
    assert rights == {name: images if name == "images" else {"contents": "read"} for name in rights}


@pytest.mark.slow
def test_scripts_and_workflows_pass_the_linters() -> None:
    result = subprocess.run([RELEASE / "check", "pipeline"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_version_is_the_tag_and_else_says_how_far_it_is_from_one(repository: Path) -> None:
    def version() -> str:
        return run(repository / "Scripts/release/version").stdout.strip()

    short = git(repository, "rev-parse", "--short=7", "HEAD")
    assert version() == f"0.1.0-1-g{short}"
    git(repository, "tag", "-a", "v1.4.0", "-m", "x")
    assert version() == "1.4.0"
    commit(repository)
    assert version() == f"1.4.0-1-g{git(repository, 'rev-parse', '--short=7', 'HEAD')}"
    (repository / "pyproject.toml").write_text("")
    assert version().endswith("-dirty")


def test_a_release_is_prepared_as_one_commit_and_one_tag(repository: Path) -> None:
    result = run(repository / "Scripts/release/prepare", "0.2.0", cwd=repository)
    assert (result.returncode, "v0.2.0 is tagged, with 2 changes" in result.stderr) == (0, True)
    assert git(repository, "describe", "--tags") == "v0.2.0"
    assert git(repository, "show", "--format=%s", "--name-only", "HEAD").splitlines() == [
        "Release 0.2.0",
        "",
        "documentation/changelog.md",
        "pyproject.toml",
    ]
    assert 'version = "0.2.0"' in (repository / "pyproject.toml").read_text()
    assert re.search(
        r"## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### Added", (repository / "documentation/changelog.md").read_text()
    )


@pytest.mark.parametrize(
    ("version", "code", "said"),
    [
        ("", 2, "takes a version such as 1.4.0"),
        ("1.4", 2, "takes a version such as 1.4.0"),
        ("1.4.0-rc1", 2, "takes a version such as 1.4.0"),
        ("0.0.9", 3, "0.0.9 does not come after 0.1.0"),
        ("0.1.0", 3, "0.1.0 does not come after 0.1.0"),
    ],
)
def test_a_version_that_is_none_or_not_the_next_changes_nothing(repository: Path, version: str, code: int, said: str) -> None:
    git(repository, "tag", "-a", "v0.1.0", "-m", "x")
    before = git(repository, "rev-parse", "HEAD")
    result = run(repository / "Scripts/release/prepare", version, cwd=repository)
    assert (result.returncode, said in result.stderr) == (code, True)
    assert (git(repository, "rev-parse", "HEAD"), git(repository, "status", "--porcelain")) == (before, "")


def test_nothing_is_released_of_changes_that_are_not_committed_or_not_told(repository: Path) -> None:
    (repository / "pyproject.toml").write_text('version = "9"')
    assert "changes that are not committed" in run(repository / "Scripts/release/prepare", "0.2.0", cwd=repository).stderr
    git(repository, "checkout", "-q", "pyproject.toml")
    (repository / "documentation" / "changelog.md").write_text("## [Unreleased]\n\n## [0.1.0]\n\n- Old.\n")
    commit(repository)
    assert "says nothing below [Unreleased]" in run(repository / "Scripts/release/prepare", "0.2.0", cwd=repository).stderr


REFUSED = [
    "",
    "bash",
    "deploy",
    "deploy 1.4.0",
    "deploy 1.4 rolling",
    "deploy 1.4.0 sideways",
    "deploy 1.4.0 rolling now",
    "deploy $(id) rolling",
    "deploy 1.4.0;id rolling",
    "deploy --help rolling",
    "rollback db",
    "rollback auth;id",
    "rollback --json",
    "status --home /etc",
    "verify x",
    "git-upload-pack /",
    "../tts status",
]


@pytest.mark.parametrize("words", REFUSED)
def test_the_gate_refuses_what_is_not_on_its_list_and_calls_nobody(repository: Path, words: str) -> None:
    stand_in(repository)
    result = run(repository / "Scripts/release/gate", SSH_ORIGINAL_COMMAND=words)
    assert (result.returncode, result.stderr.startswith("gate: refused: ")) == (2, True)
    assert not (repository / "calls").exists()


def test_the_gate_rolls_back_and_looks(repository: Path) -> None:
    stand_in(repository)
    for words in ("rollback", "rollback auth ticket", "status", "verify"):
        assert run(repository / "Scripts/release/gate", SSH_ORIGINAL_COMMAND=words).returncode == 0
    assert (repository / "calls").read_text().splitlines() == ["rollback", "rollback auth ticket", "status --json", "verify --json"]


def test_the_gate_deploys_with_the_release_own_files_and_takes_them_back_when_it_failed(repository: Path, tmp_path_factory: Any) -> None:
    stand_in(repository)
    commit(repository)
    server = tmp_path_factory.mktemp("server") / "checkout"
    git(repository, "clone", "-q", str(repository), str(server))
    (repository / "news").write_text("of 1.4.0")
    commit(repository)
    git(repository, "tag", "-a", "v1.4.0", "-m", "x")

    assert run(server / "Scripts/release/gate", SSH_ORIGINAL_COMMAND="deploy 1.4.0 canary").returncode == 0
    assert (server / "news").read_text() == "of 1.4.0"
    assert (server / "calls").read_text().splitlines() == ["deploy --release 1.4.0 --strategy canary"]

    git(repository, "rm", "-q", "news")
    commit(repository)
    git(repository, "tag", "-a", "v1.5.0", "-m", "x")
    assert run(server / "Scripts/release/gate", SSH_ORIGINAL_COMMAND="deploy 1.5.0 rolling", FAILS="1").returncode == 1
    assert git(server, "describe", "--tags") == "v1.4.0"
    assert run(server / "Scripts/release/gate", SSH_ORIGINAL_COMMAND="deploy 1.6.0 rolling").returncode != 0
    assert git(server, "describe", "--tags") == "v1.4.0"


def stand_in(folder: Path) -> None:
    """In the place of the operator's tool: it notes how it was called."""
    path = folder / "Scripts" / "tts"
    path.write_text('#!/bin/bash\necho "$*" >>"$(dirname "$0")/../calls"\nexit "${FAILS:-0}"\n')
    path.chmod(0o755)
    (folder / ".gitignore").write_text("calls\n")


def test_a_bill_names_each_package_once_with_its_address() -> None:
    lines = "zlib1g\t1:1.3+dfsg\tamd64\nbase-files\t12.4\tamd64\n"
    result = subprocess.run(
        ["python3", RELEASE / "packages.py", "tts/auth:1.4.0", "1.4.0"], input=lines, capture_output=True, text=True, check=True
    )
    bill = json.loads(result.stdout)
    assert [component["purl"] for component in bill["components"]] == [
        "pkg:deb/debian/base-files@12.4?arch=amd64",
        "pkg:deb/debian/zlib1g@1:1.3%2Bdfsg?arch=amd64",
    ]
    assert bill["metadata"]["component"] == {"type": "container", "bom-ref": "tts/auth:1.4.0", "name": "tts/auth", "version": "1.4.0"}
