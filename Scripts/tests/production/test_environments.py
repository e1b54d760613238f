"""Two environments side by side; more workers than one."""

import pytest

from production import comparison, dotenv, initialisation, scaling
from production.files import write_atomically
from production.home import Home
from production.secret_files import SecretFiles
from production.state import State
from tests.production.conftest import ANSWERS


@pytest.fixture
def pair(tmp_path):
    """production and another environment of its own secrets."""

    def make(environment: str = "staging", **changes: str) -> tuple[Home, Home]:
        homes = []
        for name, settings in (("production", {}), (environment, {"TTS_DOMAIN": f"{environment}.example.org", **changes})):
            folder = tmp_path / name
            folder.mkdir()
            initialisation.make(folder, {**ANSWERS, "TTS_ENVIRONMENT": name, **settings}, {})
            homes.append(Home.find(folder))
        return homes[0], homes[1]

    return make


def unexpected(here, there):
    return [
        (difference.name, difference.here, difference.there) for difference in comparison.compare(here, there) if not difference.is_expected
    ]


class TestComparison:
    def test_what_makes_each_itself_is_expected(self, pair):
        assert unexpected(*pair()) == []

    def test_a_setting_that_differs_without_need_is_drift(self, pair):
        assert unexpected(*pair(LOG_LEVEL="DEBUG", SOCKETS_PER_PERSON="20")) == [
            ("LOG_LEVEL", "INFO", "DEBUG"),
            ("SOCKETS_PER_PERSON", "", "20"),
        ]

    def test_a_secret_that_two_environments_share_is_told_and_not_shown(self, pair):
        here, there = pair()
        SecretFiles(there.secrets).store("db_password", SecretFiles(here.secrets).read("db_password"))
        assert unexpected(here, there) == [("secrets/db_password", "shared", "must differ: who breaks into one is in the other")]

    def test_a_standby_must_share_what_it_takes_over(self, pair):
        here, there = pair("disaster-recovery")
        assert [name for name, _, _ in unexpected(here, there)] == ["secrets/backup_passphrase", "secrets/jwt_signing_key.pem"]
        for name in ("backup_passphrase", "jwt_signing_key.pem"):
            SecretFiles(there.secrets).store(name, SecretFiles(here.secrets).read(name))
        assert unexpected(here, there) == []

    def test_staging_may_be_a_release_ahead_and_a_standby_may_not(self, pair):
        here, there = pair("disaster-recovery", TTS_RELEASE="1.1")
        assert ("release of auth", "local", "1.1") in unexpected(here, there)

    def test_the_command_ends_with_1_for_drift(self, pair, tts, tmp_path):
        here, there = pair(LOG_LEVEL="DEBUG")
        write_atomically(tmp_path / ".env.production", here.env_file.read_text())
        (tmp_path / "secrets").symlink_to(here.secrets)
        done = tts("env", "compare", str(there.path))
        assert (done.returncode, "LOG_LEVEL" in done.stdout, "TTS_DOMAIN" in done.stdout) == (1, True, False)


class TestScaling:
    WORKERS = ("auth-worker", "ticket-worker", "workflow-worker", "messaging-worker", "notification-worker")
    DECLARED = {
        "services": {
            name: {"image": f"tts/{name.removesuffix('-worker')}:local", "container_name": f"tts-{name}", "build": {}, "mem_limit": "1"}
            for name in WORKERS
        }
    }

    def test_nobody_has_more_than_one_worker_at_first(self, home):
        assert [scaling.extras(home, service) for service in ("auth", "workflow")] == [[], []]

    def test_more_workers_are_like_the_first_but_for_their_names(self, tmp_path):
        home = Home(tmp_path, {"WORKFLOW_WORKERS": "3", "TTS_PROJECT": "desk", "TTS_RELEASE": "1.4"})
        state = State.load(home)
        state.services["workflow"].release = "1.5"
        rendered = scaling.render(self.DECLARED, home, state)
        assert rendered == {
            "services": {
                "workflow-worker-2": {"image": "tts/workflow:1.5", "container_name": "desk-workflow-worker-2", "mem_limit": "1"},
                "workflow-worker-3": {"image": "tts/workflow:1.5", "container_name": "desk-workflow-worker-3", "mem_limit": "1"},
            }
        }

    @pytest.mark.parametrize(("value", "number"), [("", 1), ("0", 1), ("x", 1), ("2", 2), ("99", 8)])
    def test_a_number_out_of_reason_is_brought_into_it(self, tmp_path, value, number):
        assert scaling.wanted(Home(tmp_path, {"AUTH_WORKERS": value}), "auth") == number

    def test_the_number_stands_among_the_settings(self, home):
        text = dotenv.fill(home.env_file.read_text(), {**home.values, "AUTH_WORKERS": "2"})
        assert "\nAUTH_WORKERS=2\n#TICKET_WORKERS=1\n" in text
