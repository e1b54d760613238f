"""A CycloneDX bill of the distribution's packages in an image: dpkg-query's lines come in, JSON goes out."""

import json
import sys
from collections.abc import Iterable
from typing import Any


def bill(image: str, version: str, lines: Iterable[str]) -> dict[str, Any]:
    """One component a line of ``name⇥version⇥architecture``."""
    packages = sorted(line.rstrip("\n").split("\t") for line in lines if line.strip())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "bom-ref": image, "name": image.rsplit(":", 1)[0], "version": version}},
        "components": [_component(*package) for package in packages],
    }


def _component(name: str, version: str, architecture: str) -> dict[str, str]:
    address = f"pkg:deb/debian/{name}@{version}?arch={architecture}"
    return {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address.replace("+", "%2B")}


if __name__ == "__main__":
    json.dump(bill(sys.argv[1], sys.argv[2], sys.stdin), sys.stdout, indent=1)
