"""The published description of the API."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command


def test_the_committed_description_is_what_the_code_says():
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().strip() == Path("openapi.yaml").read_text().strip()
