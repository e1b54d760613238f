"""Writes the lock files: exact versions with hashes, good for every Python from 3.11 on."""

from collections.abc import Sequence
from pathlib import Path

from bootstrap import pythons
from bootstrap.console import step
from bootstrap.paths import ROOT, SERVICES

GROUPS = ("uv", "embedded", "ops", "operator", "release", "node")
COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url")


def write(options: Sequence[str]) -> None:
    """Compile every lock file; versions that still fit are kept."""
    uv = pythons.installer()
    for service in SERVICES:
        _compile(uv, f"{service}/requirements.txt", ["--extra", service, "pyproject.toml"], options)
    _compile(uv, "servicekit/requirements.txt", ["pyproject.toml"], options)
    for group in GROUPS:
        _compile(uv, f"Scripts/requirements/{group}.txt", ["--group", group], options)
    _compile(uv, "Docker/mail/requirements.txt", ["--group", "mail"], options)
    everything = ["--all-extras", "--group", "dev", "--group", "ops", "--group", "operator", "--group", "embedded", "pyproject.toml"]
    _compile(uv, "Scripts/requirements/dev.txt", everything, options)
    in_images = ["--group", "test", "--constraints", "Scripts/requirements/dev.txt", "pyproject.toml"]  # the same versions as everywhere
    _compile(uv, "Scripts/requirements/test.txt", in_images, options)


def _compile(uv: Path, target: str, sources: list[str], options: Sequence[str]) -> None:
    with step(target):
        pythons.run_quietly([uv, *COMPILE, "--custom-compile-command", "Scripts/lock", *sources, *options, "-o", target], cwd=ROOT)
