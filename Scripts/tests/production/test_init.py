"""``tts init``: complete, careful with what is there, and never half."""

import json
import stat
from pathlib import Path

import pytest

from production import dotenv
from production.broker import matches
from production.home import Home
from production.secret_files import all_names

OPTIONS = ("--yes", "--domain", "tickets.example.org", "--admin-email", "rosa@example.org", "--mail-host", "mail.example.org")


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_makes_settings_every_secret_the_brokers_users_and_the_routes(tts, tmp_path):
    done = tts("init", *OPTIONS)
    assert (done.returncode, done.stderr.splitlines()) == (
        0,
        [
            f"Made the deployment in {tmp_path}: https://tickets.example.org",
            "Settings: .env.production written.",
            f"Secrets: {len(all_names())} made, 0 kept.",
        ],
    )
    home = Home.find(tmp_path)
    assert {path.name for path in home.secrets.iterdir()} == set(all_names())
    assert home.values["DJANGO_BASE_URL"] == "https://tickets.example.org"
    assert home.values["DJANGO_DEFAULT_FROM_EMAIL"] == "Ticket Tracking <tickets@tickets.example.org>"
    assert "$auth_upstream" in (home.state / "upstreams.conf").read_text()
    users = json.loads((home.state / "rabbitmq" / "definitions.json").read_text())["users"]
    assert all(matches((home.secrets / f"{user['name']}_broker_password").read_text(), user["password_hash"]) for user in users)


def test_only_the_owner_gets_at_what_it_makes(tts, tmp_path):
    tts("init", *OPTIONS)
    modes = {name: mode(tmp_path / name) for name in (".env.production", "secrets", "state", "state/rabbitmq", "state/state.json")}
    assert modes == {".env.production": 0o600, "secrets": 0o700, "state": 0o711, "state/rabbitmq": 0o700, "state/state.json": 0o600}
    assert {mode(path) for path in (tmp_path / "secrets").iterdir()} == {0o444}  # read in containers; the folder keeps others out


def test_no_secret_is_in_the_settings_or_on_the_screen(tts, tmp_path):
    done = tts("init", *OPTIONS)
    said = done.stdout + done.stderr + (tmp_path / ".env.production").read_text()
    secrets = [path.read_text() for path in (tmp_path / "secrets").iterdir() if path.stat().st_size]
    assert [secret for secret in secrets if secret in said] == []


def test_a_second_time_changes_nothing(tts, tmp_path):
    tts("init", *OPTIONS)
    before = contents(tmp_path)
    done = tts("init", "--yes")
    after = contents(tmp_path)
    assert (done.returncode, {**after, "state/lock": ""}) == (0, {**before, "state/lock": ""})
    assert done.stderr.splitlines()[-2:] == ["Settings: .env.production unchanged.", f"Secrets: 0 made, {len(all_names())} kept."]


def test_what_is_missing_is_made_and_the_rest_stays(tts, tmp_path):
    tts("init", *OPTIONS)
    before = contents(tmp_path / "secrets")
    (tmp_path / "secrets" / "ticket_django_secret_key").unlink()
    tts("init", "--yes")
    after = contents(tmp_path / "secrets")
    assert [name for name in before if before[name] != after[name]] == ["ticket_django_secret_key"]


def test_an_answer_changes_its_setting_and_nothing_that_an_operator_wrote(tts, tmp_path):
    tts("init", *OPTIONS)
    file = tmp_path / ".env.production"
    file.write_text(file.read_text().replace("LOG_LEVEL=INFO", "# loud for a week\nLOG_LEVEL=DEBUG"))
    tts("init", "--yes", "--time-zone", "Europe/Berlin")
    assert "# loud for a week\nLOG_LEVEL=DEBUG\n" in file.read_text()
    assert dotenv.parse(file.read_text()).values["TTS_TIME_ZONE"] == "Europe/Berlin"


def test_another_domain_moves_the_address_along(tts, tmp_path):
    tts("init", *OPTIONS)
    tts("init", "--yes", "--domain", "help.example.org", "--set", "HTTPS_PORT=8443")
    values = Home.find(tmp_path).values
    assert (values["DJANGO_BASE_URL"], values["DJANGO_ALLOWED_HOSTS"]) == ("https://help.example.org:8443", "help.example.org")


def test_a_dry_run_says_what_it_would_do_and_does_nothing(tts, tmp_path):
    done = tts("init", *OPTIONS, "--dry-run")
    lines = done.stdout.splitlines()
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])
    assert "Would set TTS_DOMAIN=tickets.example.org" in lines
    assert lines[-1].startswith("Would make these secrets: db_password, migrator_password, ")


def test_a_secret_of_somebody_else_is_put_in_later_and_replaced_and_no_other_one_changes(tts, tmp_path):
    tts("init", *OPTIONS)
    secrets, password = tmp_path / "secrets", tmp_path / "password"
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    for value in ("mail-pass-phrase", "another-pass-phrase"):
        password.write_text(f"{value}\n")
        arguments = ("init", "--yes", "--set", "DJANGO_EMAIL_HOST_USER=tickets", "--secret", f"email_password={password}")
        foreseen = tts(*arguments, "--dry-run").stdout.splitlines()[-1]
        done = tts(*arguments)
        assert (done.returncode, done.stderr.splitlines()[-1]) == (0, f"Secrets: 1 made, {len(all_names()) - 1} kept.")
        assert foreseen == "Would make these secrets: email_password"
        assert {path.name: path.read_text() for path in secrets.iterdir()} == {**before, "email_password": value}
    assert tts(*arguments).stderr.splitlines()[-1] == f"Secrets: 0 made, {len(all_names())} kept."


def test_a_setting_that_asks_for_a_secret_is_refused_without_it_and_changes_nothing(tts, tmp_path):
    tts("init", *OPTIONS)
    before = (tmp_path / ".env.production").read_text()
    done = tts("init", "--yes", "--set", "DJANGO_EMAIL_HOST_USER=tickets")
    assert (done.returncode, done.stderr.split(". ")[0]) == (2, "secrets/email_password is empty, and DJANGO_EMAIL_HOST_USER is set")
    assert (tmp_path / ".env.production").read_text() == before


def test_answers_come_from_a_file_too_and_a_secret_from_its_own(tts, tmp_path):
    answers, password = tmp_path / "answers", tmp_path / "password"
    answers.write_text("TTS_DOMAIN=a.example.org\nTTS_ADMIN_EMAIL=a@example.org\nDJANGO_EMAIL_HOST=m.example.org\n")
    password.write_text("mail-pass-phrase\n")
    done = tts("init", "--yes", "--answers", str(answers), "--secret", f"email_password={password}")
    assert (done.returncode, (tmp_path / "secrets" / "email_password").read_text()) == (0, "mail-pass-phrase")


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ((*OPTIONS, "--time-zone", "Mars"), 'TTS_TIME_ZONE is "Mars". It must be a time zone, such as Europe/Berlin.\n'),
            ((*OPTIONS, "--set", "TTS_DOMIAN=x"), "TTS_DOMIAN is not known; did you mean TTS_DOMAIN?. Rename or remove the line.\n"),
            ((*OPTIONS, "--set", "nonsense"), "--set nonsense: it must be NAME=VALUE\n"),
            ((*OPTIONS, "--secret", "db_password=/x"), "--secret db_password: there are email_password, s3_key, s3_key_secret, "
             "slack_webhook, pagerduty_key, deadman_url; all others are made at random\n"),
            (("--domain", "a.example.org"), "There is nobody to ask here: give the answers by options or --answers, and --yes.\n"),
        ],
    )  # fmt: skip
    def test_a_bad_answer_makes_no_deployment(self, tts, tmp_path, arguments, said):
        done = tts("init", *arguments)
        assert (done.returncode, done.stderr, (tmp_path / ".env.production").exists()) == (2, said, False)

    def test_all_that_is_missing_is_named_at_once(self, tts):
        done = tts("init", "--yes")
        assert [line.split(" is ")[0] for line in done.stderr.splitlines()] == [
            "TTS_DOMAIN",
            "TTS_ADMIN_EMAIL",
            "DJANGO_BASE_URL",
            "DJANGO_ALLOWED_HOSTS",
            "DJANGO_EMAIL_HOST",
            "DJANGO_DEFAULT_FROM_EMAIL",
        ]

    @pytest.mark.parametrize(
        ("value", "reason"),
        [("change-me-please-1234567890-change-me", "it looks like a placeholder"), ("abc", "it has fewer than 32 random characters")],
    )
    def test_a_weak_secret_that_lies_there_is_refused_kept_and_not_shown(self, tts, tmp_path, value, reason):
        (tmp_path / "secrets").mkdir(mode=0o700)
        (tmp_path / "secrets" / "db_password").write_text(value)
        (tmp_path / "secrets" / "db_password").chmod(0o444)
        done = tts("init", *OPTIONS)
        assert (done.returncode, done.stderr.split(". `")[0]) == (2, f"secrets/db_password is weak or unfit: {reason}")
        assert (value in done.stderr, (tmp_path / "secrets" / "db_password").read_text()) == (False, value)


PLACES = ("db_password", "jwt_signing_key.pem", "auth_database_url", "definitions.json", "state.json", "upstreams.conf", ".env.production")


@pytest.mark.parametrize("place", PLACES)
def test_killed_at_any_file_it_leaves_no_half_one_and_can_be_run_again(tts, tmp_path, place):
    killed = tts("init", *OPTIONS, kill_at=f"write {place}")
    assert killed.returncode == -9
    assert not (tmp_path / ".env.production").exists()
    secrets = tmp_path / "secrets"
    made = {path.name: path.read_text() for path in secrets.iterdir() if not path.name.startswith(".")}
    again = tts("init", *OPTIONS)
    assert again.returncode == 0
    assert {name: (secrets / name).read_text() for name in made} == made
    assert sorted(path.name for path in secrets.iterdir()) == sorted(all_names())
