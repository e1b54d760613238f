"""A whole server in a container: an init system, cloud-init and SSH, for the tests of Docker/host."""

import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: what a whole server needs of the engine: rights, its own control groups, a disk for the engine inside
OPTIONS = ("--privileged", "--cgroupns=private", "--tmpfs=/run", "--tmpfs=/tmp", "--volume=/var/lib/docker", "--env=container=docker")
WHO = "id -un; sudo id -un"
CHECKOUT = "/home/deploy/apps/Ticket-Tracking-System"


@dataclass(frozen=True)
class Machine:
    """A running server; ``key`` is the private key whose public half its provider gave to root."""

    name: str
    key: Path

    def run(self, *command: str, check: bool = True, input: str | None = None) -> subprocess.CompletedProcess[str]:
        """A command as root."""
        result = subprocess.run(["docker", "exec", "-i", self.name, *command], input=input, capture_output=True, text=True, check=False)
        assert not check or result.returncode == 0, f"{command} ended with {result.returncode}:\n{result.stdout}{result.stderr}"
        return result

    def bash(self, script: str, check: bool = True) -> str:
        """A script as root; what it printed."""
        result = self.run("bash", "-c", f"set -euo pipefail; {script}", check=check)
        return result.stdout + result.stderr

    def setup(self, *steps: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Docker/host/setup."""
        return self.run(f"{CHECKOUT}/Docker/host/setup", *steps, check=check)

    @property
    def address(self) -> str:
        return _docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", self.name)

    @property
    def our_address(self) -> str:
        """The address from which the server sees the tests come."""
        return _docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}", self.name)

    def answers(self, port: int) -> bool:
        """Whether somebody outside gets an HTTP answer on a port within two seconds."""
        return _succeeds("curl", "--silent", "--fail", "--max-time", "2", f"http://{self.address}:{port}/")

    def accepts(self, port: int) -> bool:
        """Whether somebody outside can open a connection within two seconds."""
        return _succeeds("timeout", "2", "bash", "-c", f"exec 3<>/dev/tcp/{self.address}/{port}")

    def accepts_ssh(self) -> bool:
        """Whether somebody outside is greeted by SSH within two seconds; one connection, since fail2ban counts them."""
        return _succeeds("timeout", "2", "bash", "-c", f"exec 3<>/dev/tcp/{self.address}/22 && read -r -u 3 line && [[ $line == SSH-* ]]")

    def ssh(self, user: str, *options: str, key: Path | None = None, command: str = WHO) -> subprocess.CompletedProcess[str]:
        """Log in from outside and run a command: by default, say who one is, and who one is with sudo."""
        common = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes", "ConnectTimeout=5", "IdentitiesOnly=yes"]
        given = [word for option in common for word in ("-o", option)]
        words = ["ssh", "-i", str(key or self.key), *given, *options, f"{user}@{self.address}", command]
        return subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def log_in(self, command: str) -> subprocess.CompletedProcess[str]:
        """A command as deploy, over SSH."""
        return self.ssh("deploy", "-o", "ServerAliveInterval=30", command=command)

    def restart(self, seconds: int = 300) -> None:
        """Shut down in order and start again."""
        _docker("stop", "--time", str(seconds), self.name)
        _docker("start", self.name)
        self.wait_for_start(seconds)

    def wait_for_start(self, seconds: int = 300) -> None:
        """Until the init system has nothing left to start."""
        for _ in range(seconds):
            if self.run("systemctl", "is-system-running", check=False).stdout.strip() in {"running", "degraded"}:
                return
            time.sleep(1)
        raise AssertionError(f"the server did not start:\n{self.bash('systemctl list-jobs; journalctl -n 50 --no-pager', check=False)}")

    def destroy(self) -> None:
        """The server and its disk."""
        subprocess.run(["docker", "rm", "--force", "--volumes", self.name], capture_output=True, check=False)


def new_machine(folder: Path, user_data: str, *, whole_tree: bool = False) -> Machine:
    """Create a server with a key and user data, as a provider does, and wait until it has started."""
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    machine = Machine(f"tts-test-host-{secrets.token_hex(3)}", key)
    _docker("create", "--name", machine.name, "--hostname", "tickets", *OPTIONS, _image())
    try:
        _furnish(machine, folder, user_data, whole_tree=whole_tree)
        _docker("start", machine.name)
        machine.wait_for_start()
    except BaseException:
        machine.destroy()
        raise
    return machine


def _furnish(machine: Machine, folder: Path, user_data: str, *, whole_tree: bool) -> None:
    """What the provider puts on the disk: user data, root's key (behind a command, as some images have it); and our sources."""
    seed = folder / "nocloud"
    seed.mkdir()
    (seed / "user-data").write_text(user_data)
    (seed / "meta-data").write_text("instance-id: test\nlocal-hostname: tickets\n")
    keys = folder / "authorized_keys"
    public = machine.key.with_suffix(".pub").read_text()
    keys.write_text(f'no-port-forwarding,command="echo Please log in as deploy" {public}')
    targets = {
        seed: "/var/lib/cloud/seed/nocloud",
        keys: "/root/.ssh/authorized_keys",
        _source(folder, whole_tree=whole_tree): "/srv/source.git",
    }
    for source, target in targets.items():
        _docker("cp", str(source), f"{machine.name}:{target}")


def user_data() -> str:
    """The user data of the deployment guide, for a server that reaches neither the real sources nor Docker's repository."""
    text = (ROOT / "Docker" / "host" / "cloud-init.yaml").read_text()
    text = text.replace("https://github.com/YOUR-ORGANISATION/Ticket-Tracking-System.git", "file:///srv/source.git")
    return text.replace("TTS_SWAP=2G", "TTS_SWAP=0\n      TTS_ENGINE=distribution")


def base_image() -> str:
    """Ubuntu 22.04, or the Debian that TTS_IMAGES_ENV offers in its place."""
    images = _offered()
    return images.get("HOST_IMAGE") or images.get("PYTHON_IMAGE") or "ubuntu:22.04"


def base_images() -> list[str]:
    """The base images that a server without a registry is handed."""
    needed = ("PYTHON_IMAGE", "NODE_IMAGE", "NGINX_IMAGE", "POSTGRES_IMAGE", "RABBITMQ_IMAGE")
    return sorted({image for name, image in _offered().items() if name in needed})


def _offered() -> dict[str, str]:
    listed = Path(os.environ["TTS_IMAGES_ENV"]).read_text() if "TTS_IMAGES_ENV" in os.environ else ""
    return dict(line.split("=", 1) for line in listed.splitlines() if "=" in line and not line.startswith("#"))


def _image() -> str:
    return _docker("build", "--quiet", "--build-arg", f"HOST_IMAGE={base_image()}", str(Path(__file__).parent / "host"))


def _source(folder: Path, *, whole_tree: bool) -> Path:
    """A repository with the working tree in it (or with Docker/host alone), on branch main."""
    tree = folder / "tree"
    listed = [
        "git",
        "-C",
        str(ROOT),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        *([] if whole_tree else ["Docker/host"]),
    ]
    for name in subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    git = ["git", "-C", str(tree), "-c", "user.name=test", "-c", "user.email=test@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "the working tree"]):
        subprocess.run([*git, *words], check=True)
    bare = folder / "source.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(tree), str(bare)], check=True)
    return bare


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _docker(*words: str) -> str:
    result = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"docker {words} ended with {result.returncode}:\n{result.stdout}{result.stderr}"
    return result.stdout.strip()
