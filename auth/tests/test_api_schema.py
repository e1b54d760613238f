"""The published description."""

from io import StringIO
from pathlib import Path

import yaml
from django.core.management import call_command


def described():
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_the_committed_description_is_what_the_code_says():
    assert Path("openapi.yaml").read_text() == described(), "run: manage.py spectacular --file openapi.yaml --validate --fail-on-warn"


def test_every_route_is_described():
    from servicekit.testing.access import routes

    known = {f"{method.upper()} {path}" for path, methods in yaml.safe_load(described())["paths"].items() for method in methods}
    assert known == set(routes())
