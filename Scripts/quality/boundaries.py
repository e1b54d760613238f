"""Who may import whom, by import-linter. The contracts are written for the apps that exist, so that a new one is held to them too."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bootstrap.paths import ROOT, SERVICES

#: the files of an app from the doors inwards; what is in one row may use each other, and nothing above
LAYERS = (
    "(api) : (admin) : (handlers) : (jobs) : (consumers)",
    "(services) : (selectors)",
    "(policies)",
    "(models)",
    "(errors) : (status)",
)
#: modules that only compute
PURE = {"workflow_api": ("engine",)}
PROGRAM = "import sys; from importlinter import cli; sys.exit(cli.lint_imports(config_filename=sys.argv[1], no_cache=True))"
FRAMEWORKS = ("django", "rest_framework", "celery", "kombu", "psycopg2")


def apps_of(service: str) -> list[str]:
    """The packages of a service: its project and its apps."""
    return sorted(path.parent.name for path in (ROOT / service).glob("*/__init__.py") if path.parent.name != "tests")


def faults() -> str:
    """What import-linter finds wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "contracts.toml"
        configuration.write_text(contracts())
        paths = [str(ROOT / service) for service in SERVICES] + [str(ROOT)]
        command = [sys.executable, "-c", PROGRAM, str(configuration)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return (result.stdout + result.stderr) if result.returncode else ""


def contracts() -> str:
    """The configuration of import-linter."""
    packages = {service: apps_of(service) for service in SERVICES}
    roots = ["servicekit", *(app for apps in packages.values() for app in apps)]
    parts = [f"[tool.importlinter]\nroot_packages = {_listing(roots)}\ninclude_external_packages = true\n"]
    parts.append(_forbidden("servicekit imports no service", ["servicekit"], roots[1:]))
    for service, apps in packages.items():
        others = [app for other, theirs in packages.items() if other != service for app in theirs]
        parts.append(_forbidden(f"{service} imports no other service", apps, others))
        parts.append(_layers(f"the layers of {service}'s apps", apps))
    for service, pure in PURE.items():
        present = [name for name in pure if name in packages[service]]
        if present:
            parts.append(_forbidden(f"{', '.join(present)} computes only", present, [*FRAMEWORKS, "servicekit"]))
    return "\n".join(parts)


def _forbidden(name: str, sources: list[str], targets: list[str]) -> str:
    return (
        f'[[tool.importlinter.contracts]]\nname = "{name}"\ntype = "forbidden"\n'
        f"source_modules = {_listing(sources)}\nforbidden_modules = {_listing(targets)}\nallow_indirect_imports = true\n"
    )


def _layers(name: str, apps: list[str]) -> str:
    head = f'[[tool.importlinter.contracts]]\nname = "{name}"\ntype = "layers"\n'
    return f"{head}containers = {_listing(apps)}\nlayers = {_listing(list(LAYERS))}\n"


def _listing(words: list[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"
