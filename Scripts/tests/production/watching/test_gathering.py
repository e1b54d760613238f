"""What watch reads, and from where."""

import io
import json
import struct
import tarfile
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from production.watching import certificates, host, scrape
from production.watching.edge_log import Traffic, count
from production.watching.engine import Engine, EngineSilent, Use
from production.watching.exposition import Samples
from production.watching.reading import read_lines, read_object
from production.watching.scrape import Page, pages_of, read_all


class TestExposition:
    def test_a_page_is_read_with_its_labels(self):
        page = Samples.read(
            "# HELP up meaning\n# TYPE up gauge\n"
            'requests_total{status="200",route="^a/(?P<x>[^\\"]+)\\\\n"} 12.0\n'
            'requests_total{status="500"} 1e+00 1700000000\nplain 3\nnan NaN\n'
        )
        assert page.total("requests_total") == 13
        assert page.total("requests_total", status="500") == 1
        assert [labels for labels, _ in page.find("requests_total", status="200")] == [{"status": "200", "route": '^a/(?P<x>[^"]+)\\n'}]
        assert page.total("plain") == 3
        assert page.total("absent") is None

    def test_lines_that_are_no_samples_are_passed_over(self):
        assert dict(Samples.read("<html>\n\n{}\nwhat is this\n x{ 1\n").values) == {}

    def test_what_is_written_is_what_prometheus_reads(self):
        from prometheus_client.parser import text_string_to_metric_families

        samples = Samples()
        samples.add("restarts_total", 3.0, container='odd"name\\')
        samples.add("restarts_total", 0.0, container="auth")
        samples.add("free_bytes", 1.5e10)
        families = {
            family.name: family for family in text_string_to_metric_families(samples.text({"restarts_total": "a", "free_bytes": "b"}))
        }
        assert families["free_bytes"].type == "gauge"
        assert families["restarts"].type == "counter"
        assert [(s.labels, s.value) for s in families["restarts"].samples] == [
            ({"container": 'odd"name\\'}, 3.0),
            ({"container": "auth"}, 0.0),
        ]
        assert families["free_bytes"].samples[0].value == 1.5e10


class TestEngine:
    FOUND = {
        "Id": "c1",
        "Name": "/tts-auth",
        "State": {
            "Status": "running",
            "Health": {"Status": "healthy"},
            "ExitCode": 0,
            "OOMKilled": False,
            "StartedAt": "2026-03-14T08:00:00.123Z",
        },
        "Created": "2026-03-14T07:59:00.5Z",
        "Image": "sha256:1",
        "Config": {"Image": "tts/auth:1", "Labels": {"com.docker.compose.service": "auth-service"}},
        "NetworkSettings": {"Networks": {"front": {"IPAddress": "172.20.0.4"}, "gone": {"IPAddress": ""}}},
        "HostConfig": {"Memory": 209715200},
        "RestartCount": 2,
    }

    def test_the_containers_of_a_project_are_told(self, engine, tmp_path):
        engine.answers = {"/containers/json": [{"Id": "c1"}, {"Id": "just-removed"}], "/containers/c1/json": self.FOUND}
        (found,) = Engine(str(tmp_path / "engine.sock")).containers("tts")
        assert (found.name, found.service, found.is_well, found.restarts, found.addresses) == (
            "tts-auth",
            "auth-service",
            True,
            2,
            ("172.20.0.4",),
        )
        assert found.created == datetime(2026, 3, 14, 7, 59, 0, 500000, UTC).timestamp()
        assert found.started == datetime(2026, 3, 14, 8, 0, 0, 123000, UTC).timestamp()
        assert json.loads(engine.asked[0][1]["filters"][0]) == {"label": ["com.docker.compose.project=tts"]}

    @pytest.mark.parametrize(
        "memory", [{"anon": 1000, "file": 5}, {"total_rss": 1000, "cache": 5}], ids=["control groups 2", "control groups 1"]
    )
    def test_memory_is_what_cannot_be_taken_away(self, engine, tmp_path, container, memory):
        stats = {"memory_stats": {"usage": 9000, "stats": memory}, "cpu_stats": {"cpu_usage": {"total_usage": 2_500_000_000}}}
        engine.answers = {"/containers/auth-service/stats": stats}
        assert Engine(str(tmp_path / "engine.sock")).use(container("auth-service")) == Use(memory=1000, cpu_seconds=2.5)

    def test_of_a_log_only_the_standard_output_counts(self, engine, tmp_path, container):
        def frame(stream, text):
            return struct.pack(">BxxxL", stream, len(text)) + text

        engine.answers = {"/containers/nginx/logs": frame(1, b"one\ntw") + frame(2, b"an error\n") + frame(1, b"o\n")}
        assert [*Engine(str(tmp_path / "engine.sock")).log(container("nginx"), 10, 70)] == ["one", "two"]
        assert engine.asked == [("/containers/nginx/logs", {"stdout": ["true"], "since": ["10.000"], "until": ["70.000"]})]

    def test_a_file_is_read_through_its_links(self, engine, tmp_path, container):
        def archive(info, content=b""):
            info.size = len(content)
            with tarfile.open(fileobj=(packed := io.BytesIO()), mode="w") as file:
                file.addfile(info, io.BytesIO(content))
            return packed.getvalue()

        link = tarfile.TarInfo("fullchain.pem")
        link.type, link.linkname = tarfile.SYMTYPE, "../archive/fullchain1.pem"
        asked = {"/live/fullchain.pem": archive(link), "/archive/fullchain1.pem": archive(tarfile.TarInfo("fullchain1.pem"), b"PEM")}

        class ByQuery(dict):
            def get(self, path, default=None):
                return asked.get(engine.asked[-1][1]["path"][0])

        engine.answers = ByQuery()
        assert Engine(str(tmp_path / "engine.sock")).file(container("nginx"), "/live/fullchain.pem") == b"PEM"
        assert Engine(str(tmp_path / "engine.sock")).file(container("nginx"), "/none") is None

    def test_an_engine_that_is_not_there_is_said_to_be_silent(self, tmp_path):
        with pytest.raises(EngineSilent, match=r"does not answer at .*/engine\.sock"):
            Engine(str(tmp_path / "engine.sock")).containers("tts")


class TestPages:
    def test_every_process_of_a_service_is_asked_where_it_listens(self, container):
        pages = pages_of([container("auth-service"), container("auth-service-green"), container("messaging-worker"), container("db")])
        assert [(page.role, page.service, page.port, page.host) for page in pages] == [
            ("web", "auth", 8000, "auth-service"),
            ("web", "auth", 8000, "auth-service"),
            ("worker", "messaging", 9100, "localhost"),
        ]

    def test_what_does_not_run_is_not_asked(self, container):
        assert pages_of([container("auth-service", state="exited"), container("rabbitmq", addresses=())]) == []

    def test_pages_are_read_side_by_side_and_the_silent_ones_named(self):
        class Metrics(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if self.headers["Host"] == "auth-service" else 400)
                self.end_headers()
                self.wfile.write(b'mail_attempts_total{verdict="accepted"} 4\ndead_letters 2\n')

            def log_message(self, format, *arguments):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Metrics) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            port = server.server_address[1]
            pages = [
                Page("web", "auth", "127.0.0.1", port, host="auth-service"),
                Page("worker", "auth", "127.0.0.1", port, host="auth-service"),
                Page("web", "ticket", "127.0.0.1", port, host="ticket-service"),
                Page("backup", "backup", "127.0.0.1", 1),
            ]
            answers = read_all(pages)
            server.shutdown()
        assert answers.total("mail_attempts_total", verdict="accepted") == 8
        assert answers.by_service("dead_letters") == {"auth": 2.0}
        assert answers.highest("absent") is None
        assert answers.silent() == ["backup backup", "ticket web"]

    def test_a_page_that_hangs_is_given_up(self, monkeypatch):
        monkeypatch.setattr(scrape, "PATIENCE", 0.2)
        with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:  # accepts, and nobody serves
            assert read_all([Page("web", "auth", "127.0.0.1", server.server_address[1])]).silent() == ["auth web"]


class TestEdgeLog:
    def line(self, **entry):
        return json.dumps({"ts": "2026-03-14T12:00:00+00:00", "status": 200, "seconds": 0.02, "agent": "Firefox"} | entry)

    def test_answers_are_counted_by_status_and_by_time(self):
        traffic = count([self.line(), self.line(seconds=0.3), self.line(status=502, seconds=3.0), self.line(status=429)])
        assert traffic.statuses == {"200": 2, "502": 1, "429": 1}
        assert (traffic.requests, traffic.count("5"), traffic.count("429")) == (4, 1, 1)
        assert (traffic.quantile(0.5), traffic.quantile(0.75), traffic.quantile(0.95)) == (0.025, 0.5, 5.0)

    def test_a_socket_counts_as_a_request_and_not_as_a_slow_one(self):
        traffic = count([self.line(status=101, seconds=3600.0)])
        assert (traffic.requests, sum(traffic.classes)) == (1, 0)
        assert traffic.quantile(0.95) is None

    def test_our_own_probes_are_nobodys_requests_but_their_failures_are_failures(self):
        own = {"agent": "tts-watch"}
        traffic = count([self.line(**own), self.line(status=401, **own), self.line(status=503, **own), self.line(status=429, **own)])
        assert traffic.statuses == {"503": 1, "429": 1}

    @pytest.mark.parametrize(
        "line", ["", "not json", "[1, 2]", '{"event":"edge","detail":"started"}', '{"status":"odd"}', '{"status": 200, "sec']
    )
    def test_what_is_no_request_is_passed_over(self, line):
        assert count([line]).requests == 0

    def test_what_takes_longer_than_every_class_is_beyond_them(self):
        assert count([self.line(seconds=11.0)]).quantile(0.95) == float("inf")

    def test_counts_of_two_looks_add_up(self):
        whole = Traffic()
        whole.add(count([self.line()]))
        whole.add(count([self.line(), self.line(status=500)]))
        assert (whole.statuses, sum(whole.classes)) == ({"200": 2, "500": 1}, 3)


class TestCertificates:
    def pair(self, days=60, name="tickets.example.org", issuer="A CA"):
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + timedelta(days=days))
            .sign(key, hashes.SHA256())
        )

    def test_the_served_one_is_held_against_the_first_of_the_chain_on_the_disk(self):
        served, authority, renewed = self.pair(), self.pair(name="A CA"), self.pair()
        pem = {c: c.public_bytes(Encoding.PEM) for c in (served, authority, renewed)}
        der = served.public_bytes(Encoding.DER)
        assert certificates.judge(der, pem[served] + pem[authority]).matches is True
        assert certificates.judge(der, pem[renewed] + pem[authority]).matches is False

    @pytest.mark.parametrize("on_disk", [None, b"", b"-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----"])
    def test_what_cannot_be_read_on_the_disk_is_not_known_to_differ(self, on_disk):
        assert certificates.judge(self.pair().public_bytes(Encoding.DER), on_disk).matches is None

    def test_days_and_issuer_are_told(self):
        found = certificates.judge(self.pair(days=20).public_bytes(Encoding.DER), None)
        assert found.days_left(datetime.now(UTC)) == pytest.approx(20, abs=0.01)
        assert (found.issuer, found.is_self_signed) == ("CN=A CA", False)
        assert certificates.judge(self.pair(issuer="tickets.example.org").public_bytes(Encoding.DER), None).is_self_signed


def test_the_server_is_looked_at(tmp_path):
    found = host.look(tmp_path)
    assert 0 < found.memory_available < found.memory
    assert 0 < found.disk_free <= found.disk
    assert found.oom_kills >= 0
    assert abs(found.clock.offset_seconds) < 10


class TestRecords:
    def test_half_a_line_as_after_a_power_cut_costs_that_line(self, tmp_path):
        path = tmp_path / "deployments.jsonl"
        path.write_text('{"id": 1}\n{"id": 2, "rel\n\n[3]\n{"id": 4}\n')
        assert [*read_lines(path)] == [{"id": 1}, {"id": 4}]

    @pytest.mark.parametrize("text", ["", "{", "[]", "null"])
    def test_a_file_without_an_object_says_nothing(self, tmp_path, text):
        (tmp_path / "backup.json").write_text(text)
        assert read_object(tmp_path / "backup.json") == {}
        assert read_object(tmp_path / "absent") == {}
