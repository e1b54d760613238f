"""The machine, the certificate, the engine, the clock: what is found, in words."""

import json
import os
import socket
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from production.deployment.record import Journal, begin
from production.home import DOCKER
from production.preflight import backups, certificates, database, engine, machine, network, ports
from production.secret_files import SecretFiles, random_secret

EVERYWHERE = "0.0.0.0"  # noqa: S104 - as nginx does
MIB, GIB = 1024**2, 1024**3
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def said(findings):
    return [(finding.problem, finding.remedy, finding.is_warning) for finding in findings]


class TestMemory:
    def test_enough_is_enough(self):
        assert said(machine.memory(total=2000 * MIB, available=1400 * MIB, swap=GIB, is_running=False)) == []

    def test_a_small_machine_is_refused(self):
        found = machine.memory(total=970 * MIB, available=900 * MIB, swap=GIB, is_running=True)
        assert said(found) == [("the machine has 970 MiB of memory; the system needs 1800", "Take a server of at least 2 GB.", False)]

    def test_a_crowded_machine_is_refused_unless_it_is_we_who_crowd_it(self):
        crowded = {"total": 2000 * MIB, "available": 700 * MIB, "swap": GIB}
        assert said(machine.memory(**crowded, is_running=False)) == [
            ("700 MiB of memory are free; the system needs 1300", "End what else runs here, or take a larger server.", False)
        ]
        assert said(machine.memory(**crowded, is_running=True)) == []

    def test_no_swap_is_a_warning_on_a_small_machine(self):
        (found,) = machine.memory(total=2000 * MIB, available=1400 * MIB, swap=0, is_running=False)
        assert (found.problem, found.is_warning) == ("there is no swap", True)


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        (2.2, [("/srv has 2.2 GiB free; at least 3 are needed", False)]),
        (7.5, [("/srv has 7.5 GiB free; 10 are wished for", True)]),
        (20, []),
    ],
)
def test_free_disk(free, expected):
    assert [(problem, is_warning) for problem, _, is_warning in said(machine.disk(Path("/srv"), int(free * GIB)))] == expected


class TestPorts:
    def files(self, *overlays):
        return [DOCKER / f"docker-compose.{name}.yml" for name in ("prod", *overlays)]

    def test_of_every_overlay_those_that_it_publishes_are_wanted(self):
        everything = self.files("debug", "monitoring", "s3", "staging")
        found = {(each.variable, each.address, each.port) for each in ports.published(everything, {"HTTP_PORT": "8080"})}
        assert found == {
            ("HTTP_PORT", EVERYWHERE, 8080),
            ("HTTPS_PORT", EVERYWHERE, 443),
            ("DEBUG_DB_PORT", "127.0.0.1", 5432),
            ("DEBUG_AMQP_PORT", "127.0.0.1", 5672),
            ("DEBUG_RABBITMQ_PORT", "127.0.0.1", 15672),
            ("MAIL_PAGE_PORT", "127.0.0.1", 8025),
        }

    def test_none_is_overlooked_for_the_way_in_which_it_is_written(self):
        for path in DOCKER.glob("docker-compose.*.yml"):
            services = yaml.safe_load(path.read_text().replace("!override", ""))["services"].values()
            assert len([*ports.published([path], {})]) == sum(len(service.get("ports", [])) for service in services)

    @pytest.mark.parametrize(
        ("listens", "wants", "is_told"),
        [
            (EVERYWHERE, EVERYWHERE, True),
            (EVERYWHERE, "127.0.0.1", True),
            ("127.0.0.1", "127.0.0.1", True),
            ("127.0.0.1", EVERYWHERE, True),
            ("127.0.0.2", "127.0.0.1", False),
        ],
    )
    def test_a_port_that_somebody_listens_on_is_named_with_its_holder(self, listens, wants, is_told):
        with socket.socket() as listener:
            listener.bind((listens, 0))
            listener.listen()
            port = listener.getsockname()[1]
            found = said(ports.taken([ports.Published("DEBUG_DB_PORT", wants, port)]))
        holder = f"{psutil.Process().name()} (process {os.getpid()})"
        told = (f"port {port} is taken by {holder}", "Stop it, or give DEBUG_DB_PORT another port in .env.production.", False)
        assert found == ([told] if is_told else [])

    def test_a_free_port_is_no_finding(self):
        with socket.socket() as probe:
            probe.bind((EVERYWHERE, 0))
            port = probe.getsockname()[1]
        assert ports.taken([ports.Published("HTTP_PORT", EVERYWHERE, port)]) == []


class TestClock:
    @pytest.mark.parametrize(
        ("skew", "expected"),
        [(2.0, []), (7.0, [("the clock is 7 s fast", True)]), (-90.0, [("the clock is 90 s slow", False)])],
    )
    def test_a_clock_that_is_off_is_told(self, skew, expected):
        assert [(problem, is_warning) for problem, _, is_warning in said(machine.judge_skew(skew))] == expected

    def test_it_is_compared_with_a_server_that_keeps_time(self):
        class Late(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.send_response_only(200)
                self.send_header("Date", (datetime.now(UTC) + timedelta(minutes=10)).strftime("%a, %d %b %Y %H:%M:%S GMT"))
                self.end_headers()

        with HTTPServer(("127.0.0.1", 0), Late) as server:
            Thread(target=server.handle_request, daemon=True).start()
            (found,) = machine.clock(f"http://127.0.0.1:{server.server_port}/directory")
        assert (found.problem in {"the clock is 599 s slow", "the clock is 600 s slow"}, found.is_warning) == (True, False)

    def test_no_answer_is_a_warning(self):
        (found,) = machine.clock("http://127.0.0.1:9/directory")
        assert (found.problem, found.is_warning) == ("the clock could not be compared: http://127.0.0.1:9/directory does not answer", True)


class TestDns:
    def test_a_name_that_leads_here_is_right(self):
        assert network.dns("localhost", network.own_addresses(), is_needed=True) == []

    def test_a_name_that_leads_elsewhere_is_told_with_both_addresses(self):
        (found,) = network.dns("localhost", {"203.0.113.9"}, is_needed=True)
        assert (found.problem.endswith("and this machine is 203.0.113.9"), found.is_warning) == (True, False)

    def test_a_name_without_address_is_told(self):
        (found,) = network.dns("nowhere.invalid", {"203.0.113.9"}, is_needed=False)
        assert (found.problem, found.is_warning) == ("nowhere.invalid has no address", True)

    def test_a_reserved_address_is_ours_when_the_settings_say_so(self):
        assert {"203.0.113.9", "2001:db8::9", "127.0.0.1"} <= network.own_addresses("203.0.113.9, 2001:db8::9")


def pair(*names: str, begins: int = -1, days: int = 90) -> tuple[str, str]:
    """A certificate for some names and its key, both PEM; days count from NOW."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(NOW + timedelta(days=begins))
    builder = builder.not_valid_after(NOW + timedelta(days=days, hours=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return certificate.public_bytes(Encoding.PEM).decode(), pem


class TestCertificate:
    def found(self, chain, key):
        return [(f.problem, f.is_warning) for f in certificates.check(chain, key, "tickets.example.org", NOW)]

    def test_a_good_pair_is_good(self):
        assert self.found(*pair("tickets.example.org")) == []

    def test_a_wildcard_covers(self):
        assert self.found(*pair("*.example.org")) == []

    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ({"days": 9}, ("the certificate ends in 9 days", True)),
            ({"days": -1}, ("the certificate ended on 2026-02-28", False)),
            ({"begins": 2}, ("the certificate is not valid before 2026-03-03", False)),
        ],
    )
    def test_its_time_is_looked_at(self, settings, expected):
        assert self.found(*pair("tickets.example.org", **{"begins": -30, **settings})) == [expected]

    def test_another_name_is_told(self):
        assert self.found(*pair("www.example.org")) == [("the certificate is for www.example.org, not for tickets.example.org", False)]

    def test_a_key_of_another_certificate_is_told(self):
        chain, key = pair("tickets.example.org")[0], pair("tickets.example.org")[1]
        assert self.found(chain, key) == [("the certificate and its key do not belong together", False)]

    @pytest.mark.parametrize(
        ("chain", "key", "expected"),
        [
            ("", "", "there is no certificate"),
            ("nonsense", "nonsense", "the certificate cannot be read as PEM"),
        ],
    )
    def test_what_is_no_certificate_is_told(self, chain, key, expected):
        assert self.found(chain, key) == [(expected, False)]

    def test_a_missing_one_of_your_own_is_told_with_the_command_that_puts_it_there(self):
        (found,) = certificates.check("", "", "tickets.example.org", NOW)
        assert found.remedy.startswith("TTS_CERTIFICATE=own: `Scripts/tts certificate install FULLCHAIN KEY` puts it there.")

    def test_what_is_no_key_is_told(self):
        assert self.found(pair("tickets.example.org")[0], "nonsense") == [("the certificate's key cannot be read as PEM", False)]

    def test_days_left(self):
        assert (certificates.days_left(pair("a.example.org", days=30)[0], NOW), certificates.days_left("nonsense", NOW)) == (30, None)


@pytest.mark.parametrize(
    ("version", "is_old"),
    [("26.1.5+dfsg1", False), ("24.0.7", False), ("v2.26.1", True), ("23.0.6", True), ("nonsense", True)],
)
def test_an_engine_that_is_too_old_is_named(version, is_old):
    expected = [(f"engine is {version}; at least 24.0 is needed", engine.INSTALL, False)] if is_old else []
    assert said(engine.too_old("engine", version, (24, 0))) == expected


def test_databases_that_the_migrator_does_not_own_are_named():
    owned = dict.fromkeys(("auth_db", "ticket_db", "workflow_db", "messaging_db"), "migrator")
    assert [(f.problem, f.is_warning) for f in database.owners({**owned, "ticket_db": "postgres"})] == [
        ("ticket_db belongs to postgres, not to migrator", False),
        ("there is no database notification_db", True),
    ]


class TestBackups:
    def test_another_passphrase_than_the_backups_were_made_with_is_found(self, home):
        backups.remember_passphrase(home)
        assert backups.passphrase(home) == []
        SecretFiles(home.secrets).store("backup_passphrase", random_secret())
        (found,) = backups.passphrase(home)
        assert found.problem == "secrets/backup_passphrase is not the one that the backups were made with: none can be read"

    def test_the_first_start_has_nothing_to_compare_with(self, home):
        assert backups.passphrase(home) == []

    def test_what_the_container_could_not_do_is_told_and_what_it_cannot_read_forbids_a_start(self):
        layers = {"check": {"error": "backup.info cannot be read"}, "dump": {"error": "disk full"}, "base": {"error": ""}}
        assert [(f.problem, f.is_warning) for f in backups.judge(layers)] == [
            ("the backup cannot be read: backup.info cannot be read", False),
            ("dump failed: disk full", True),
        ]


class TestCommand:
    def test_without_an_engine_it_still_finds_all_the_rest_and_touches_nothing(self, home, tts):
        (home.secrets / "db_password").chmod(0o666)
        before = sorted((path, path.stat().st_mtime_ns) for path in home.path.rglob("*"))
        done = tts("preflight", "--json", path="/nonexistent")
        report = json.loads(done.stdout)
        subjects = {finding["subject"] for finding in report["findings"] if finding["level"] == "error"}
        assert (done.returncode, report["ready"], {"engine", "db_password"} <= subjects) == (3, False, True)
        assert sorted((path, path.stat().st_mtime_ns) for path in home.path.rglob("*")) == before

    def test_a_deployment_that_was_cut_off_is_told_among_the_rest(self, home, tts):
        Journal(home).open(begin("deployment", release="1.1", strategy="rolling", services=["auth"], original={"auth": {}}))
        findings = json.loads(tts("preflight", "--json", path="/nonexistent").stdout)["findings"]
        assert [(each["subject"], each["level"]) for each in findings if "was cut off" in each["problem"]] == [("deployment", "warning")]

    def test_up_is_refused_by_what_it_finds(self, home, tts):
        done = tts("up", path="/nonexistent")
        assert done.returncode == 3
        assert "nothing was touched:\n  Docker is not installed\n      Install Docker Engine" in done.stderr
