"""From outside: name, certificate, pages, interfaces, socket."""

from collections.abc import Iterator

import httpx

from production import certificate
from production.compose import Compose
from production.examination.door import Door
from production.examination.report import Verdict, error, ok, warning
from production.home import Home
from production.preflight import certificates, network

#: one path of each service that wants a login: whoever answers 401 has been reached, and has verified
INTERFACES = {
    "auth": "/api/v1/users/",
    "ticket": "/api/v1/tickets/",
    "workflow": "/api/v1/workflows/",
    "messaging": "/api/v1/comments/",
    "notification": "/api/v1/notifications/",
}
SOCKET = "/ws/"


def name(home: Home) -> Iterator[Verdict]:
    """DNS."""
    findings = network.dns(home.values["TTS_DOMAIN"], network.own_addresses(home.values.get("TTS_PUBLIC_ADDRESS", "")), is_needed=False)
    yield from (warning("DNS", finding.problem, finding.remedy) for finding in findings)
    if not findings:
        yield ok("DNS", f"{home.values['TTS_DOMAIN']} leads here")


def tls(home: Home, compose: Compose) -> Iterator[Verdict]:
    """The certificate on disk, and whether it is the one that is served."""
    door, pair = Door.of(home, verifies=False), certificate.on_disk(compose)
    try:
        shown = certificate.served("127.0.0.1", door.https_port, door.domain)
    except OSError as failure:
        yield error("TLS", f"no TLS on port {door.https_port}: {failure}", "Scripts/tts logs nginx")
        return
    if pair is None:
        found = "a placeholder is served that no browser trusts"
        if home.values.get("TTS_CERTIFICATE") == "self-signed":
            yield warning("certificate", found, "TTS_CERTIFICATE=acme gets a real one.")
        else:
            yield error("certificate", found, "Scripts/tts logs certbot tells why none was issued.")
        return
    findings = certificates.check(*pair, door.domain)
    yield from ((warning if finding.is_warning else error)("certificate", finding.problem, finding.remedy) for finding in findings)
    if shown.strip() not in pair[0]:
        yield error(
            "certificate", "nginx serves another certificate than the one on disk", "Scripts/tts logs nginx tells why it was refused."
        )
    elif not findings:
        yield ok("certificate", f"served, {certificates.days_left(pair[0])} days left")


def pages(door: Door) -> Iterator[Verdict]:
    """Plain HTTP leads to HTTPS; the login page comes."""
    try:
        plain, page = door.get_in_the_clear("/"), door.get("/login", accept="text/html")
    except httpx.HTTPError as failure:
        yield error("pages", f"the edge does not answer: {failure}", "Scripts/tts status, Scripts/tts logs nginx")
        return
    location = plain.headers.get("location", "")
    if plain.status_code in {301, 308} and location.startswith(f"https://{door.domain}"):
        yield ok("redirect", f"HTTP leads to {location}")
    else:
        yield error("redirect", f"HTTP answers {plain.status_code}", "Scripts/tts logs nginx")
    if page.status_code == 200 and 'id="root"' in page.text:
        yield ok("login page", f"200, {len(page.content)} bytes")
    else:
        yield error("login page", f"it answers {page.status_code}", "Scripts/tts logs frontend")


def interfaces(door: Door) -> Iterator[Verdict]:
    """Each service answers through the edge, and lets nobody in who is not logged in."""
    for service, path in INTERFACES.items():
        try:
            status = door.get(path).status_code
        except httpx.HTTPError as failure:
            yield error(f"API of {service}", f"{path} does not answer: {failure}", f"Scripts/tts logs {service}")
            continue
        if status == 401:
            yield ok(f"API of {service}", f"{path} asks for a login")
        else:
            yield error(f"API of {service}", f"{path} answers {status} where 401 is right", f"Scripts/tts logs {service}")


def keys(door: Door) -> Iterator[Verdict]:
    """The keys that tokens are verified with."""
    try:
        answer = door.get("/.well-known/jwks.json")
        count = len(answer.json()["keys"])
    except (httpx.HTTPError, ValueError, KeyError) as failure:
        yield error("keys", f"auth shows no keys: {failure!r}", "Scripts/tts logs auth")
        return
    yield ok("keys", f"auth shows {count}")


def sockets(door: Door) -> Iterator[Verdict]:
    """A handshake without a login reaches the messaging service, which refuses it."""
    try:
        status = door.handshake(SOCKET)
    except (OSError, ValueError, IndexError) as failure:
        yield error("socket", f"the handshake failed: {failure!r}", "Scripts/tts logs messaging")
        return
    if status in {401, 403}:
        yield ok("socket", f"the handshake without a login is refused with {status}")
    else:
        yield error("socket", f"the handshake answers {status} where 403 is right", "Scripts/tts logs messaging, Scripts/tts logs nginx")
