"""Scripts/openapi: each service's openapi.yaml, and the front end's types made from them."""

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bootstrap import frontend
from bootstrap.console import step
from bootstrap.paths import FRONTEND, ROOT, SERVICES
from quality.environment import offline_environment

SPECTACULAR = ("manage.py", "spectacular", "--validate", "--fail-on-warn", "--file")


def main() -> None:
    """Write, or with --check compare; exit code 1 when something is stale or a schema is faulty."""
    parser = argparse.ArgumentParser(prog="Scripts/openapi", description="Write the API descriptions and the front end's types anew.")
    parser.add_argument("--check", action="store_true", help="only compare with what is committed")
    found = faults() if parser.parse_args().check else _write()
    sys.stdout.write(found)
    sys.exit(bool(found))


def faults() -> str:
    """What of the committed descriptions and types is stale, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        wrong = _generate({service: Path(folder) / f"{service}.yaml" for service in SERVICES})
        if wrong:
            return wrong
        stale = [service for service in SERVICES if _text(Path(folder) / f"{service}.yaml") != _text(ROOT / service / "openapi.yaml")]
    if stale:
        return "".join(f"{service}/openapi.yaml is stale: run Scripts/openapi and commit\n" for service in stale)
    return _types("--check")


def _write() -> str:
    with step("descriptions"):
        wrong = _generate({service: ROOT / service / "openapi.yaml" for service in SERVICES})
    return wrong or _types()


def _generate(targets: dict[str, Path]) -> str:
    with ThreadPoolExecutor(max_workers=2) as pool:
        return "".join(pool.map(lambda item: _describe(*item), targets.items()))


def _describe(service: str, target: Path) -> str:
    result = subprocess.run(
        [sys.executable, *SPECTACULAR, target],
        cwd=ROOT / service,
        env=offline_environment(service),
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{service}:\n{result.stdout}{result.stderr}\n" if result.returncode else ""


def _types(*options: str) -> str:
    command = ["npm", "run", "--silent", "types", "--", *options]
    result = subprocess.run(command, cwd=FRONTEND, env=frontend.ensure_modules(), capture_output=True, text=True, check=False)
    return (result.stdout + result.stderr) if result.returncode else ""


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


if __name__ == "__main__":
    main()
