"""The gate that runs the tests of the release before on the schema of this one. Needs no engine; takes a minute."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.paths import ROOT

pytestmark = pytest.mark.slow

BREAKS = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "{last}")]
    operations = [migrations.RunSQL("ALTER TABLE notices_notice ADD COLUMN must varchar(9) NOT NULL")]
"""


def gate(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tree / "Scripts"), str(tree)])}
    return subprocess.run([sys.executable, "-m", "quality.schema", *arguments], cwd=tree, env=environment, capture_output=True, text=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Another checkout, to break."""
    subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, tmp_path / "tree"], check=True)
    return tmp_path / "tree"


def test_a_migration_that_the_old_release_does_not_bear_fails_its_tests(tree):
    folder = tree / "notification_service" / "notices" / "migrations"
    last = sorted(path.stem for path in folder.glob("0*.py"))[-1]
    (folder / "9001_breaks.py").write_text(BREAKS.format(last=last))
    done = gate(tree, "HEAD", "notification_service")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "HEAD: fails on this schema: notification_service"), done.stderr
    assert " failed, " in done.stdout.splitlines()[-2]


def test_a_release_that_does_not_exist_is_wrong_use(tree):
    assert gate(tree, "v0.0.0-never", "auth").returncode == 2
    assert gate(tree, "HEAD", "no-such-service").returncode == 2
