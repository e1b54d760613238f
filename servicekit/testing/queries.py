"""Query budgets, committed: a change that asks the database more often shows in the diff."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

COUNTS = Path("tests/query_counts.json")


@contextmanager
def budget(name: str) -> Iterator[None]:
    """Fail unless the block makes exactly the committed number of queries. ``UPDATE_QUERY_COUNTS=1`` writes it."""
    with CaptureQueriesContext(connection) as queries:
        yield
    counts = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        counts[name] = len(queries)
        COUNTS.write_text(json.dumps(dict(sorted(counts.items())), indent=2) + "\n")
    listing = "\n".join(query["sql"][:200] for query in queries.captured_queries)
    assert len(queries) == counts.get(name), f"{name}: {len(queries)} queries, {counts.get(name)} allowed\n{listing}"
