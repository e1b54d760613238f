"""DNS: whether the world finds this machine under its name."""

import socket

import psutil

from production.findings import Finding


def dns(domain: str, own: set[str], *, is_needed: bool) -> list[Finding]:
    """``own`` are this machine's addresses; ``is_needed`` where a certificate must be issued for the name."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(domain, None)}
    except (socket.gaierror, UnicodeError):
        remedy = f"Add an A record for {domain} that names this machine ({_some(own)}) at your DNS provider."
        return [Finding("DNS", f"{domain} has no address", remedy, is_warning=not is_needed)]
    if strange := found - own:
        problem = f"{domain} leads to {', '.join(sorted(strange))}, and this machine is {_some(own)}"
        remedy = "Correct the A record, or set TTS_PUBLIC_ADDRESS where a reserved address or a load balancer stands before it."
        return [Finding("DNS", problem, remedy, is_warning=not is_needed)]
    return []


def own_addresses(declared: str = "") -> set[str]:
    """The addresses of this machine's interfaces, and those that the settings declare by comma."""
    families = (socket.AF_INET, socket.AF_INET6)
    bound = {
        address.address.partition("%")[0]
        for interface in psutil.net_if_addrs().values()
        for address in interface
        if address.family in families
    }
    return bound | {address.strip() for address in declared.split(",") if address.strip()}


def _some(addresses: set[str]) -> str:
    public = sorted(address for address in addresses if not address.startswith(("127.", "::1", "fe80:", "172.", "10.", "192.168.")))
    return ", ".join(public) or "of private addresses only"
