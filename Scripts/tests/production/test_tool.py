"""The command line: who may act, on what, and with which exit code."""

import fcntl
from importlib import import_module

import pytest

from bootstrap.target import choose
from production.cli import COMMANDS
from production.commands import down
from production.errors import AnotherIsRunning, NoDeployment, OperatorError
from production.home import Home
from production.lock import exclusive
from production.state import DEPLOYABLE, State


class TestTarget:
    @pytest.mark.parametrize(
        ("arguments", "environ", "module", "rest"),
        [
            (["status"], {}, "ops.cli", ("status",)),
            (["status"], {"TTS_HOME": "/x"}, "production.cli", ("status",)),
            (["status", "--data", "d"], {"TTS_HOME": "/x"}, "ops.cli", ("status", "--data", "d")),
            (["--home", "/x", "status"], {}, "production.cli", ("status",)),
            (["status", "--home=/x", "--json"], {}, "production.cli", ("status", "--json")),
            (["import", "a.csv"], {"TTS_HOME": "/x"}, "ops.cli", ("import", "a.csv")),
            (["init"], {}, "production.cli", ("init",)),
            (["preflight"], {}, "production.cli", ("preflight",)),
            (["--help"], {}, "production.cli", ("--help",)),
            (["manage", "auth", "--", "--home", "y"], {"TTS_HOME": "/x"}, "production.cli", ("manage", "auth", "--", "--home", "y")),
        ],
    )
    def test_a_command_acts_on_a_deployment_or_on_an_instance(self, arguments, environ, module, rest):
        target = choose(arguments, environ)
        assert (target.module, target.arguments) == (module, rest)

    def test_a_home_on_the_line_counts_before_the_environments(self):
        assert dict(choose(["status", "--home", "/y"], {"TTS_HOME": "/x"}).variables) == {"TTS_HOME": "/y"}


@pytest.mark.parametrize(("module", "attribute"), sorted({entry[:2] for entry in COMMANDS.values()}))
def test_every_command_of_the_help_is_there(module, attribute):
    assert callable(getattr(import_module(module), attribute))


class TestHome:
    def test_a_folder_without_settings_is_no_deployment(self, tmp_path):
        with pytest.raises(NoDeployment) as refusal:
            Home.find(tmp_path)
        assert str(refusal.value) == f"There is no deployment in {tmp_path}. `Scripts/tts init` makes one; --home names another folder."

    def test_the_tool_says_so_with_exit_code_2(self, tts, tmp_path):
        done = tts("status")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"There is no deployment in {tmp_path}. `Scripts/tts init` makes one; --home names another folder.\n"

    def test_lines_that_cannot_be_read_are_kept_for_preflight(self, home):
        with home.env_file.open("a") as file:
            file.write("nonsense\n")
        found = Home.find(home.path)
        assert (found.faults, found.project) == ((f"line {len(home.env_file.read_text().splitlines())} is not NAME=value",), "tts")


class TestLock:
    def test_a_second_one_is_refused_and_told_by_whom(self, home):
        with exclusive(home), pytest.raises(AnotherIsRunning, match=r"Another tts works on this deployment: process \d+"), exclusive(home):
            pytest.fail("both had it")

    def test_the_tool_then_ends_with_exit_code_4(self, home, tts):
        with exclusive(home):
            done = tts("maintenance", "on")
        assert (done.returncode, (home.state / "maintenance").exists()) == (4, False)

    def test_it_ends_with_the_process_that_held_it(self, home, tts):
        assert tts("maintenance", "on", kill_at="write maintenance").returncode == -9
        assert not (home.state / "maintenance").exists()
        assert tts("maintenance", "on").returncode == 0

    def test_looking_needs_no_lock(self, home, tts):
        with (home.state / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            assert tts("maintenance", "show").stdout == "Open.\n"


class TestMaintenance:
    def test_on_and_off(self, home, tts):
        assert tts("maintenance", "on", "--message", "new disks until 9").returncode == 0
        shown = tts("maintenance", "show").stdout
        assert (shown.startswith("Under maintenance since 20"), shown.endswith(". new disks until 9\n")) == (True, True)
        assert (home.state / "maintenance").stat().st_mode & 0o777 == 0o644
        assert (tts("maintenance", "off").returncode, tts("maintenance", "show").stdout) == (0, "Open.\n")
        assert list(home.state.glob("maintenance*")) == []

    @pytest.mark.parametrize("message", ["two\nlines", "\x1b[31mred", "\u202eturned", "x" * 301], ids=["line", "control", "turn", "long"])
    def test_a_message_that_is_not_a_short_line_of_text_is_refused(self, home, tts, message):
        done = tts("maintenance", "on", "--message", message)
        assert (done.returncode, "--message" in done.stderr, list(home.state.glob("maintenance*"))) == (2, True, [])


class TestState:
    def test_it_is_blue_everywhere_at_first(self, tmp_path):
        state = State.load(Home(tmp_path))
        assert {name: (service.colour, service.release) for name, service in state.services.items()} == dict.fromkeys(
            DEPLOYABLE, ("blue", "")
        )

    def test_what_was_saved_is_loaded(self, tmp_path):
        state = State.load(Home(tmp_path))
        state.services["auth"].colour, state.services["auth"].release = "green", "1.1"
        state.save()
        loaded = State.load(Home(tmp_path))
        assert (loaded.releases(), loaded.serving("auth-service"), loaded.serving("auth-worker"), loaded.serving("db")) == (
            {"AUTH_RELEASE": "1.1"},
            "auth-service-green",
            "auth-worker-green",
            "db",
        )

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"services": {"auth": {"colour": "blue", "speed": 1}}}'])
    def test_a_damaged_file_is_named_and_kept(self, tmp_path, text):
        path = tmp_path / "state" / "state.json"
        path.parent.mkdir()
        path.write_text(text)
        with pytest.raises(OperatorError, match=rf"^{path} is damaged"):
            State.load(Home(tmp_path))
        assert path.read_text() == text


@pytest.mark.parametrize(
    ("service", "stage"),
    [
        ("nginx", "the edge"),
        ("frontend-green", "the edge"),
        ("auth-service", "web"),
        ("workflow-api-green", "web"),
        ("auth-worker-green", "workers"),
        ("workflow-worker-2", "workers"),
        ("backup", "the backup"),
        ("prometheus", "the rest"),
        ("db", "data"),
        ("rabbitmq", "data"),
    ],
)
def test_what_lets_people_in_stops_first_and_what_keeps_data_last(service, stage):
    assert down.stage(service) == stage
    assert down.ORDER == ("the edge", "web", "workers", "the rest", "data", "the backup")


def test_a_dry_run_of_scale_changes_nothing(home, tts):
    done = tts("scale", "workflow", "2", "--dry-run")
    assert (done.returncode, done.stdout) == (0, "workflow has 1 and would have 2.\n")
    assert Home.find(home.path).values == home.values


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("dlq", "list", "--service", "tickets"),
            "There is no service tickets; there are: auth, ticket, workflow, messaging, notification\n",
        ),
        (("dlq", "replay", "7"), "numbers belong to one service: name it with --service\n"),
        (
            ("outbox", "replay", "--since", "2026-01-31T12:00:00"),
            "--since 2026-01-31T12:00:00: a moment has its time zone, such as 2026-01-31T12:00:00Z\n",
        ),
        (("mail-test", "rosa"), '"rosa" is no e-mail address\n'),
        (("manage", "tickets", "check"), "There is no service tickets; there are: auth, ticket, workflow, messaging, notification\n"),
        (
            ("scale", "db", "2"),
            "db cannot be scaled: PostgreSQL has one server here; a larger Droplet, or a managed database, is the next step.\n",
        ),
        (
            ("scale", "auth-service", "2"),
            "auth-service cannot be scaled: its web container has two processes of four threads; a larger Droplet is the next step.\n",
        ),
        (
            ("down", "--delete-data", "--yes-delete", "other"),
            "This deletes every ticket, message and file of https://tickets.example.org. To do so: --delete-data --yes-delete tts\n",
        ),
    ],
)
def test_wrong_use_is_told_with_exit_code_2(home, tts, arguments, said):
    done = tts(*arguments)
    assert (done.returncode, done.stderr, done.stdout) == (2, said, "")


def test_without_docker_that_is_what_is_said(home, tts):
    done = tts("status", path="/nonexistent")
    assert (done.returncode, done.stderr) == (1, "Docker is not installed here: there is no `docker` on the PATH.\n")
