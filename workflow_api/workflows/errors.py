"""What can go wrong with workflows.

InvalidInput
└── NotRunnable     not_runnable     the draft has problems; fields: what is wrong at each node
Conflict
└── AmbiguousRival  ambiguous_rival  another published workflow is for exactly the same tickets
"""

from collections.abc import Sequence

from engine import Finding
from servicekit.errors import Conflict, InvalidInput


class NotRunnable(InvalidInput):
    code, title = "not_runnable", "The workflow has problems and cannot be published"

    def __init__(self, findings: Sequence[Finding]) -> None:
        fields: dict[str, list[str]] = {}
        for finding in findings:
            fields.setdefault(finding.node or "definition", []).append(finding.message)
        super().__init__(fields=fields)


class AmbiguousRival(Conflict):
    code, title = "ambiguous_rival", "Another published workflow is for exactly the same tickets"

    def __init__(self, rival: str) -> None:
        super().__init__(f"{rival} has the same category, subcategory and department.")
