"""A fresh server, from its user data on: what gets in, what does not, and what a second set-up changes (nothing)."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from Docker.tests.machine import CHECKOUT, ROOT, Machine, new_machine, user_data

pytestmark = [pytest.mark.docker, pytest.mark.slow]

#: the volume in which Docker/nginx leaves its access log
LOGS = "/var/lib/docker/volumes/tts_nginx_logs/_data"
#: a web server of one file, with whose help ports are published
TINY = """
    root=$(mktemp -d); mkdir -p $root/bin $root/www; cp /bin/busybox $root/bin/; echo hello >$root/www/index.html
    tar -C $root -c . | docker import - tiny >/dev/null
    for port in 80 443 5432 8000; do docker run -d -p $port:80 tiny /bin/busybox httpd -f -p 80 -h /www; done
"""

#: in the place of the operator's tool: it notes who called it and how, and starts and stops the four containers
STAND_IN = """#!/bin/bash
[[ $1 == watch ]] || echo "$(id -un) $1" >>/home/deploy/calls
case $1 in
    up) docker start $(docker ps --all --quiet) ;;
    down) docker stop --time 1 $(docker ps --quiet) ;;
esac
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = new_machine(tmp_path_factory.mktemp("host"), user_data())
    yield machine
    machine.destroy()


@pytest.fixture(scope="module")
def published(server: Machine) -> Machine:
    """The server with four containers that publish 80, 443, 5432 and 8000."""
    server.bash(TINY)
    return server


def open_ports(machine: Machine) -> list[int]:
    """Which of the published ports answer."""
    return [port for port in (80, 443, 5432, 8000) if machine.answers(port)]


def test_the_user_data_is_valid_and_was_carried_out_without_an_error(server: Machine) -> None:
    server.run("cloud-init", "schema", "--config-file", f"{CHECKOUT}/Docker/host/cloud-init.yaml")
    status = json.loads(server.run("cloud-init", "status", "--wait", "--format", "json", check=False).stdout)
    log = server.bash("cat /var/log/cloud-init-output.log")
    assert (status["status"], status["errors"]) == ("done", []), log
    assert "[9/9] units" in log
    assert yaml.safe_load(user_data())["packages"] == ["ca-certificates", "git"]


def test_every_measure_is_in_force(server: Machine) -> None:
    result = server.run(f"{CHECKOUT}/Docker/host/check", check=False)
    assert [line for line in result.stdout.splitlines() if not line.startswith("ok ")] == []
    assert (result.returncode, len(result.stdout.splitlines())) == (0, 28)


def test_a_second_setup_changes_nothing(server: Machine) -> None:
    fingerprint = "find /etc /home/deploy -xdev -type f ! -name '*.lock' -printf '%p %m %u %T@\\n' | sort | md5sum"
    before = server.bash(fingerprint)
    said = server.setup().stdout.splitlines()
    assert said[:2] == ["[1/9] packages", "[2/9] deploy-user"]
    assert len(said) == 10
    assert server.bash(fingerprint) == before


def test_the_key_opens_deploy_who_may_do_anything_and_nobody_else_gets_in(server: Machine) -> None:
    forgive(server)
    assert server.ssh("deploy").stdout.split() == ["deploy", "root"]
    assert server.ssh("root").returncode == 255
    refused = server.ssh("deploy", "-o", "PreferredAuthentications=password,keyboard-interactive", "-o", "PubkeyAuthentication=no")
    assert "Permission denied (publickey)" in refused.stderr
    assert server.bash("sshd -T | grep -E '^(permitrootlogin|passwordauthentication|allowusers) '").splitlines() == [
        "permitrootlogin no",
        "passwordauthentication no",
        "allowusers deploy",
    ]


def test_a_port_that_a_container_publishes_stays_closed_and_the_web_stays_open(published: Machine) -> None:
    assert open_ports(published) == [80, 443]
    published.bash("systemctl restart docker")
    assert open_ports(published) == [80, 443]
    published.bash("nft delete table inet tts")
    assert open_ports(published) == [80, 443, 5432, 8000]
    # nftables.service empties all rules, the engine's too: ours come back by themselves.
    published.bash("systemctl restart nftables")
    wait_for(lambda: published.run("nft", "list", "chain", "inet", "tts", "incoming", check=False).returncode == 0)
    published.bash("systemctl reset-failed docker; systemctl restart docker")
    wait_for(lambda: open_ports(published) == [80, 443])


def test_the_check_names_a_published_port_and_a_missing_firewall(published: Machine) -> None:
    assert "MISSING  firewall: containers publish 80 and 443 alone" in published.run(f"{CHECKOUT}/Docker/host/check", check=False).stdout
    published.bash("nft delete table inet tts")
    result = published.run(f"{CHECKOUT}/Docker/host/check", check=False)
    published.bash("systemctl restart tts-firewall")
    assert (result.returncode, "MISSING  firewall: in force" in result.stdout) == (1, True)


def test_ssh_can_be_held_to_named_addresses_and_a_wrong_one_changes_nothing(published: Machine) -> None:
    with settings(published, 'TTS_SSH_FROM="203.0.113.7 2001:db8::/32"'):
        published.setup("40-firewall")
        assert (published.accepts_ssh(), open_ports(published)) == (False, [80, 443])
    with settings(published, f'TTS_SSH_FROM="{published.our_address}"'):
        published.setup("40-firewall")
        assert published.accepts_ssh()
    for wrong, said in (("my office", 'holds "my", which is no address'), ("1.2.3.4/99", "nft does not accept /etc/tts/firewall.nft")):
        with settings(published, f'TTS_SSH_FROM="{wrong}"'):
            result = published.setup("40-firewall", check=False)
        forgive(published)
        assert (result.returncode, said in result.stderr) == (3, True)
        assert (published.accepts_ssh(), open_ports(published)) == (True, [80, 443])
    published.setup("40-firewall")
    assert "ip saddr 0.0.0.0/0 accept" in published.bash("nft list chain inet tts incoming")


@pytest.mark.parametrize(
    ("setting", "step", "said"),
    [
        ("TTS_REBOOT_AT=25:00", "60-upgrades", "TTS_REBOOT_AT must look like 04:30 (it is 25:00)"),
        ("TTS_ENGINE=podman", "80-docker", "TTS_ENGINE must be docker or distribution (it is podman)"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(server: Machine, setting: str, step: str, said: str) -> None:
    with settings(server, setting):
        result = server.setup(step, check=False)
    assert (result.returncode, said in result.stderr) == (3, True)


def test_ssh_is_left_alone_while_nobody_has_a_key(server: Machine) -> None:
    before = server.bash("cat /etc/ssh/sshd_config.d/00-tts.conf")
    server.bash("mv /home/deploy/.ssh/authorized_keys /root/keys; rm /etc/ssh/sshd_config.d/00-tts.conf")
    result = server.setup("30-ssh", check=False)
    server.bash("test ! -e /etc/ssh/sshd_config.d/00-tts.conf; mv /root/keys /home/deploy/.ssh/authorized_keys")
    assert (result.returncode, "holds no valid key: nobody could log in any more" in result.stderr) == (3, True)
    server.setup("30-ssh")
    assert server.bash("cat /etc/ssh/sshd_config.d/00-tts.conf") == before


def test_a_configuration_that_sshd_does_not_accept_is_taken_back(server: Machine) -> None:
    server.bash("rm /etc/ssh/sshd_config.d/00-tts.conf; echo 'Nonsense yes' >/etc/ssh/sshd_config.d/99-image.conf")
    result = server.setup("30-ssh", check=False)
    server.bash("test ! -e /etc/ssh/sshd_config.d/00-tts.conf; rm /etc/ssh/sshd_config.d/99-image.conf")
    assert (result.returncode, "sshd does not accept its configuration" in result.stderr) == (3, True)
    server.setup("30-ssh")
    forgive(server)
    assert server.ssh("deploy").stdout.split() == ["deploy", "root"]


def test_a_repository_key_that_is_not_dockers_is_refused(server: Machine) -> None:
    forged = """
        export GNUPGHOME=$(mktemp -d); mkdir -p /srv/forged
        gpg --batch --quiet --passphrase '' --quick-generate-key 'Docker Release (CE deb) <docker@docker.com>' ed25519
        gpg --armor --export >/srv/forged/key
        printf '#!/bin/sh\\nfor last; do :; done\\ncp /srv/forged/key "$last"\\n' >/srv/forged/curl; chmod +x /srv/forged/curl
    """
    server.bash(forged)
    with settings(server, "TTS_ENGINE=docker"):
        step = f"{CHECKOUT}/Docker/host/steps/80-docker"
        result = server.run("env", "PATH=/srv/forged:/usr/sbin:/usr/bin:/sbin:/bin", step, check=False)
    assert (result.returncode, "is not the one we know" in result.stderr) == (3, True)
    server.bash("test ! -e /etc/apt/sources.list.d/docker.list; test ! -e /etc/apt/keyrings/docker.asc")


def test_who_tries_keys_is_banned_from_every_port(published: Machine, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger], check=True)
    forgive(published)
    wait_for(lambda: published.ssh("deploy", key=stranger).returncode == 255 and banned(published, "sshd") == [published.our_address])
    assert (open_ports(published), published.accepts_ssh()) == ([], False)
    forgive(published)
    assert (open_ports(published), published.accepts_ssh()) == ([80, 443], True)


def test_a_flood_and_a_guesser_are_banned_and_a_busy_office_and_a_forger_are_not(server: Machine) -> None:
    forged = '203.0.113.1","m":"GET","host":"x","u":"/","status":429,"x":"'
    lines = [
        *[access_line("198.51.100.1", 429) for _ in range(301)],
        *[access_line("198.51.100.2", 401, method="POST", path="/api/v1/auth/login/") for _ in range(31)],
        *[access_line("198.51.100.3", 429) for _ in range(100)],
        *[access_line("198.51.100.4", 401) for _ in range(500)],
        *[access_line("198.51.100.5", 401, method="POST", path="/api/v1/auth/refresh/") for _ in range(50)],
        *[access_line("198.51.100.6", 200, agent=forged, path=forged) for _ in range(400)],
    ]
    server.run("bash", "-c", f"mkdir -p {LOGS}; cat >>{LOGS}/access.log", input="\n".join(lines) + "\n")
    wait_for(lambda: banned(server, "tts-rate-limit") == ["198.51.100.1"])
    wait_for(lambda: banned(server, "tts-sign-in") == ["198.51.100.2"])


def test_the_access_log_is_rotated_without_its_writer(server: Machine) -> None:
    server.bash(f"mkdir -p {LOGS}; echo '{{}}' >>{LOGS}/access.log; logrotate --force /etc/logrotate.d/tts")
    assert server.bash(f"stat -c %s {LOGS}/access.log; ls {LOGS}").split() == ["0", "access.log", "access.log.1"]


def test_after_a_restart_the_firewall_stands_and_the_system_was_stopped_and_started_in_order(published: Machine) -> None:
    forgive(published)
    published.run("bash", "-c", f"mkdir -p {CHECKOUT}/Scripts; cd $_; cat >tts; chmod +x tts", input=STAND_IN)
    published.bash(f"touch {CHECKOUT}/Docker/.env.production; systemctl start tts.service")
    published.restart()
    wait_for(lambda: open_ports(published) == [80, 443])
    assert published.bash("cat /home/deploy/calls").splitlines() == ["deploy up", "deploy down", "deploy up"]
    assert "MISSING" not in published.run(f"{CHECKOUT}/Docker/host/check", check=False).stdout.replace(
        "MISSING  firewall: containers publish 80 and 443 alone", ""
    )


def test_the_key_of_the_pipeline_opens_the_gate_and_nothing_else(server: Machine, tmp_path: Path) -> None:
    forgive(server)
    key, known = tmp_path / "pipeline", tmp_path / "known_hosts"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    known.write_text(
        "".join(f"{server.address} {line}" for line in server.bash("cat /etc/ssh/ssh_host_*_key.pub").splitlines(keepends=True))
    )
    subprocess.run(["docker", "cp", "-q", ROOT / "Scripts" / "release", f"{server.name}:{CHECKOUT}/Scripts/"], check=True)
    server.run("bash", "-c", f"cat >{CHECKOUT}/Scripts/tts; chmod +x {CHECKOUT}/Scripts/tts", input='#!/bin/sh\necho "tts $*"\n')
    line = f'restrict,command="{CHECKOUT}/Scripts/release/gate" {key.with_suffix(".pub").read_text()}'
    server.run("bash", "-c", "cat >>/home/deploy/.ssh/authorized_keys", input=line)

    def remote(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        given = {
            "TTS_DEPLOY_HOST": f"deploy@{server.address}",
            "TTS_DEPLOY_KEY": str(key),
            "TTS_DEPLOY_KNOWN_HOSTS_TEXT": known.read_text(),
        }
        command = [ROOT / "Scripts" / "release" / "remote", *words]
        return subprocess.run(command, env={**os.environ, **given, **changes}, capture_output=True, text=True, check=False)

    assert remote("status").stdout == "tts status --json\n"
    assert remote("rollback", "auth").stdout == "tts rollback auth\n"
    assert (remote("deploy 1.4.0 rolling; id").returncode, remote("bash -i").returncode, remote("").returncode) == (2, 2, 2)
    assert remote("status", TTS_DEPLOY_KNOWN_HOSTS_TEXT="").returncode == 255
    tunnel = [
        "ssh",
        "-i",
        key,
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "BatchMode=yes",
        "-o",
        f"UserKnownHostsFile={known}",
        "-W",
        "127.0.0.1:22",
    ]
    refused = subprocess.run([*tunnel, f"deploy@{server.address}"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (refused.returncode, "prohibited" in refused.stderr) == (255, True)


def test_the_scripts_are_clean(server: Machine) -> None:
    server.bash(f"cd {CHECKOUT}/Docker/host; shellcheck -x setup check steps.sh steps/*")


class settings:  # noqa: N801 - reads as a statement
    """One more line in /etc/tts/host.conf for a while."""

    def __init__(self, machine: Machine, line: str) -> None:
        self.machine, self.line = machine, line

    def __enter__(self) -> None:
        self.machine.run("bash", "-c", "cp /etc/tts/host.conf /etc/tts/host.conf.kept; cat >>/etc/tts/host.conf", input=self.line + "\n")

    def __exit__(self, *_: object) -> None:
        self.machine.bash("mv /etc/tts/host.conf.kept /etc/tts/host.conf")


def forgive(machine: Machine) -> None:
    """Forget what the tests' own address did: fail2ban's bans, and the delays that newer SSH servers impose themselves."""
    machine.bash("fail2ban-client unban --all; systemctl restart ssh")


def banned(machine: Machine, jail: str) -> list[str]:
    return machine.bash(f"fail2ban-client get {jail} banip").split()


def access_line(ip: str, status: int, *, method: str = "GET", path: str = "/api/v1/tickets/", agent: str = "curl") -> str:
    """A line as nginx writes it now: the log format of Docker/nginx, with its variables filled in."""
    text = (ROOT / "Docker" / "nginx" / "snippets" / "logging.conf").read_text()
    form = "".join(re.findall(r"'([^']*)'", text[text.index("log_format json") :]))
    values = {"msec": f"{time.time():.3f}", "remote_addr": ip, "request_method": method, "logged_path": path, "status": str(status)}
    values |= {
        "http_user_agent": agent,
        "body_bytes_sent": "0",
        "request_time": "0.001",
        "request_id": "0" * 32,
        "host": "tickets.example.org",
    }
    line = re.sub(r"\$(\w+)", lambda variable: json.dumps(values.get(variable[1], ""))[1:-1], form)
    assert json.loads(line)["status"] == status
    return line


def wait_for(condition, seconds: float = 60) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.5)
