"""A certificate's life: the placeholder, the first one from an ACME server, the next, and all that must not be taken for one."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from Docker.tests.edge.authority import furnish, pair
from Docker.tests.edge.stack import DOCKER, DOMAIN, EdgeStack, edge_stack, eventually

pytestmark = [pytest.mark.docker, pytest.mark.slow]

PEBBLE, ALL_NAMES = DOCKER / "tests" / "edge" / "pebble.yml", DOCKER / "tests" / "edge" / "all_names.yml"
ROOT = """
import ssl, urllib.request
context = ssl._create_unverified_context()
print(urllib.request.urlopen("https://pebble:15000/roots/0", context=context).read().decode())
"""
FOLDER = "/etc/nginx/certificates"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeStack]:
    home = tmp_path_factory.mktemp("edge")
    furnish(home / "pebble")
    with edge_stack(home, "pebble", "ticket-service", "visitor", overlays=(PEBBLE,)) as stack:
        yield stack


def served(edge: EdgeStack) -> x509.Certificate:
    """The certificate that a browser is shown."""
    with edge.connect() as connection:
        assert isinstance(connection, ssl.SSLSocket)
        encoded = connection.getpeercert(binary_form=True)
    assert encoded
    return x509.load_der_x509_certificate(encoded)


def names(certificate: x509.Certificate) -> list[str]:
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)


def issuer(certificate: x509.Certificate) -> str:
    return str(certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def told(edge: EdgeStack) -> dict[str, Any]:
    """What the operator's watch reads."""
    found: dict[str, Any] = json.loads(edge.sh("/edge/certificate.sh"))
    return found


def certbot(edge: EdgeStack, *options: str) -> str:
    """One try of certbot, and its exit code."""
    return edge.compose(
        "run",
        "--rm",
        "--no-deps",
        "--entrypoint",
        "sh",
        "certbot",
        "-c",
        f"/bin/sh /renew.sh once {' '.join(options)}; echo code $?",
        check=False,
    )


def trusts(edge: EdgeStack) -> bool:
    """Whether a browser that knows the authority is content with name and chain."""
    root = edge.compose("exec", "-T", "visitor", "python", "-c", ROOT)
    context = ssl.create_default_context(cadata=root)
    with socket.create_connection(("127.0.0.1", edge.https_port)) as raw, context.wrap_socket(raw, server_hostname=DOMAIN):
        return True


def test_before_the_first_certificate_a_placeholder_is_served_and_called_one(edge: EdgeStack) -> None:
    certificate = served(edge)
    assert issuer(certificate) == "placeholder until the first certificate"
    assert names(certificate) == [DOMAIN, f"www.{DOMAIN}", f"api.{DOMAIN}"]
    known = told(edge)
    assert (known["site"], known["source"], known["matches"], known["served"]["covers_site"]) == (DOMAIN, "placeholder", True, True)
    assert known["served"]["sha256"] == certificate.fingerprint(certificate.signature_hash_algorithm).hex()  # type: ignore[arg-type]


def test_the_first_certificate_is_fetched_and_served_within_a_minute_and_browsers_trust_it(edge: EdgeStack) -> None:
    started = time.monotonic()
    edge.compose("--profile", "tls", "up", "--detach", "--no-deps", "--no-build", "certbot")
    assert eventually(lambda: issuer(served(edge)).startswith("Pebble"), 90)
    print(f"\nissued and served after {time.monotonic() - started:.1f} s")  # noqa: T201
    certificate = served(edge)
    assert names(certificate) == [DOMAIN]  # the other two names lead nowhere yet
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert trusts(edge)
    known = told(edge)
    assert (known["source"], known["matches"], known["on_disk"]["covers_site"]) == ("acme", True, True)
    assert edge.sh(f"stat -L -c %a {FOLDER}/privkey.pem").strip() == "600"
    assert json.loads(edge.sh(f"cat {FOLDER}/renewal.json"))["ok"] is True


def test_a_certificate_that_is_not_due_is_kept(edge: EdgeStack) -> None:
    before = served(edge).serial_number
    assert certbot(edge).endswith("code 0\n")
    time.sleep(4)
    assert served(edge).serial_number == before


def test_a_renewal_that_is_only_tried_succeeds_and_changes_nothing(edge: EdgeStack) -> None:
    before = served(edge).serial_number
    assert certbot(edge, "--dry-run").endswith("code 0\n")
    time.sleep(4)
    assert served(edge).serial_number == before


def test_a_renewed_certificate_is_served_while_requests_and_sockets_go_on(edge: EdgeStack) -> None:
    before = served(edge).serial_number
    with edge.connect() as kept:
        kept.sendall(f"GET /edge/page.css HTTP/1.1\r\nHost: {edge.authority}\r\n\r\n".encode())
        assert certbot(edge, "--force-renewal").endswith("code 0\n")
        started, statuses = time.monotonic(), set()
        while served(edge).serial_number == before and time.monotonic() - started < 60:
            statuses.add(edge.get("/api/v1/tickets/").status_code)
        print(f"\nserved {time.monotonic() - started:.1f} s after it was written")  # noqa: T201
        assert served(edge).serial_number != before
        assert kept.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert statuses <= {200}
    assert told(edge)["matches"] is True


def test_names_that_lead_here_later_are_added(edge: EdgeStack) -> None:
    wider = replace(edge, overlays=(*edge.overlays, ALL_NAMES))
    wider.compose("up", "--detach", "--no-build", "--wait", "nginx")
    assert certbot(wider).endswith("code 0\n")
    assert eventually(lambda: sorted(names(served(edge))) == sorted([DOMAIN, f"www.{DOMAIN}", f"api.{DOMAIN}"]), 20)


def test_an_authority_that_does_not_answer_changes_nothing_and_is_written_down(edge: EdgeStack) -> None:
    before = served(edge).serial_number
    edge.compose("stop", "pebble")
    assert certbot(edge, "--force-renewal").endswith("code 1\n")
    assert json.loads(edge.sh(f"cat {FOLDER}/renewal.json"))["ok"] is False
    edge.compose("start", "pebble")
    assert (served(edge).serial_number, told(edge)["matches"]) == (before, True)


def put(edge: EdgeStack, chain: str, key: str) -> None:
    """Write into the volume what some other hand might have written there."""
    edge.sh(f"rm -f {FOLDER}/fullchain.pem {FOLDER}/privkey.pem; cat >{FOLDER}/fullchain.pem", input=chain)
    edge.sh(f"cat >{FOLDER}/privkey.pem", input=key)


def broken() -> dict[str, tuple[str, str]]:
    """Pairs that nobody may be shown."""
    chain, key = pair(DOMAIN)
    return {
        "no certificate at all": ("garbage", key),
        "no key at all": (chain, "garbage"),
        "both empty": ("", ""),
        "another's key": (chain, pair(DOMAIN)[1]),
        "ended yesterday": pair(DOMAIN, days=-1),
        "cut off within the chain": (chain + pair(DOMAIN)[0][:300], key),
    }


@pytest.mark.parametrize("kind", broken())
def test_a_corrupt_pair_is_refused_and_the_old_one_served_on(edge: EdgeStack, kind: str) -> None:
    before, refused = served(edge).serial_number, edge.log().count("refused the certificate")
    put(edge, *broken()[kind])
    assert eventually(lambda: edge.log().count("refused the certificate") > refused)
    assert served(edge).serial_number == before
    known = told(edge)
    assert (known["matches"], known["served"]["covers_site"]) == (False, True)
    assert edge.refresh() == 0  # deployments are not held up by it
    assert edge.get("/api/v1/tickets/").status_code == 200
    edge.sh(f"ln -sfn live/tts/privkey.pem {FOLDER}/privkey.pem; ln -sfn live/tts/fullchain.pem {FOLDER}/fullchain.pem")
    assert eventually(lambda: told(edge)["matches"])


def test_the_operators_own_certificate_takes_the_place_of_the_issued_one(edge: EdgeStack) -> None:
    put(edge, *pair(DOMAIN, "other.example.org"))
    assert eventually(lambda: names(served(edge)) == [DOMAIN, "other.example.org"])
    assert (told(edge)["source"], told(edge)["matches"]) == ("own", True)


def test_it_is_served_again_after_a_restart(edge: EdgeStack) -> None:
    serial = served(edge).serial_number
    edge.compose("restart", "nginx")
    assert eventually(lambda: is_served(edge, serial), 20)


def is_served(edge: EdgeStack, serial: int) -> bool:
    try:
        return served(edge).serial_number == serial
    except OSError:
        return False
