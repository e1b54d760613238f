"""Fixed addresses for the deployment's networks, where Docker's choice collides with somebody's: ``state/networks.yml``."""

import ipaddress

import yaml

from production.files import write_atomically
from production.home import Home

HEAD = "# Written by Scripts/tts from TTS_SUBNET. Networks that exist already keep theirs until `Scripts/tts down` and `up`.\n"
NETWORKS = ("edge", "front", "data", "bus", "egress")


def write(home: Home) -> None:
    """An eighth of TTS_SUBNET for each network; nothing where it is not set. Raises ValueError for what is no network."""
    path, value = home.state / "networks.yml", home.values.get("TTS_SUBNET", "")
    if not value:
        path.unlink(missing_ok=True)
        return
    parts = ipaddress.ip_network(value).subnets(prefixlen_diff=3)
    networks = {name: {"ipam": {"config": [{"subnet": str(part)}]}} for name, part in zip(NETWORKS, parts, strict=False)}
    write_atomically(path, HEAD + yaml.safe_dump({"networks": networks}, sort_keys=False))
