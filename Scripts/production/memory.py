"""How much memory containers may still take."""

import re

import psutil

from production.compose import Compose
from production.home import Home

MIB = 1024 * 1024
POWERS = {"": 0, "K": 1, "M": 2, "G": 3}


def free_mib(home: Home) -> int:
    """MiB that are left: of TTS_MEMORY_MIB, if it bounds all containers together (looking takes two seconds), else of the machine."""
    bound = home.values.get("TTS_MEMORY_MIB")
    return int(bound) - used(home) // MIB if bound else psutil.virtual_memory().available // MIB


def used(home: Home) -> int:
    """Bytes that the containers of this machine take together."""
    told = Compose(home).docker("stats", "--no-stream", "--format", "{{.MemUsage}}").splitlines()
    return sum(_bytes(line.split("/")[0].strip()) for line in told)


def _bytes(text: str) -> int:
    """``123.4MiB`` as a number."""
    match = re.fullmatch(r"([0-9.]+)([KMG]?)i?B", text)
    return int(float(match[1]) * 1024 ** POWERS[match[2]]) if match else 0
