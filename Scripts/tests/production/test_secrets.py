"""What preflight says of secrets, and what nobody ever sees of them."""

import json

import pytest

from production import secret_checks
from production.broker import TELLS, definitions, hashed, is_outdated, matches, write_definitions
from production.redaction import redact
from production.secret_files import SecretFiles, new_signing_key, random_secret, weakness
from servicekit.contracts import registry


def said(home):
    return [f"{finding.problem}. {finding.remedy}" for finding in secret_checks.check(home)]


def test_a_fresh_home_is_in_order(home):
    assert said(home) == []


ROTATE = "`Scripts/tts rotate` makes a new one; before the first start, delete it and run `Scripts/tts init`."


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "auth_django_secret_key",
            "x" * 60,
            f"secrets/auth_django_secret_key is weak or unfit: it has fewer than 50 random characters. {ROTATE}",
        ),
        (
            "jwt_signing_key.pem",
            "nonsense",
            f"secrets/jwt_signing_key.pem is weak or unfit: it is not an unencrypted PEM private key. {ROTATE}",
        ),
        (
            "jwt_retired_keys",
            "nonsense",
            f"secrets/jwt_retired_keys is weak or unfit: it holds something else than PEM public keys. {ROTATE}",
        ),
        ("auth_broker_url", "", f"secrets/auth_broker_url is weak or unfit: it is empty. {ROTATE}"),
    ],
)
def test_a_weak_or_unfit_secret_is_named_and_not_shown(home, name, value, expected):
    SecretFiles(home.secrets).store(name, value)
    assert expected in said(home)


def test_a_missing_secret_is_named(home):
    (home.secrets / "email_password").unlink()
    assert said(home) == ["secrets/email_password is missing. `Scripts/tts init` makes what is missing and keeps the rest."]


@pytest.mark.parametrize(
    ("settings", "names", "why"),
    [
        ({"BACKUP_TARGET": "s3"}, ["s3_key", "s3_key_secret"], "BACKUP_TARGET is s3"),
        ({"DJANGO_EMAIL_HOST_USER": "tickets"}, ["email_password"], "DJANGO_EMAIL_HOST_USER is set"),
    ],
)
def test_an_empty_secret_that_a_setting_asks_for_is_named_until_it_is_given(home, settings, names, why):
    home.values.update(settings)
    remedy = "Put it into a file: `Scripts/tts init --yes --secret {0}=FILE`."
    assert said(home) == [f"secrets/{name} is empty, and {why}. {remedy.format(name)}" for name in names]
    SecretFiles(home.secrets).complete(dict.fromkeys(names, "of somebody else"))
    assert said(home) == []


def test_staging_sends_no_mail_and_needs_no_password_for_it(home):
    home.values.update({"DJANGO_EMAIL_HOST_USER": "tickets", "TTS_OVERLAYS": "monitoring,staging"})
    assert said(home) == []


def test_a_missing_folder_is_one_finding(home):
    home.secrets.rename(home.path / "elsewhere")
    assert said(home) == [f"{home.secrets} is missing. Restore it from a backup, or run `Scripts/tts init` for a new deployment."]


@pytest.mark.parametrize(
    ("path", "mode", "expected"),
    [
        ("secrets", 0o755, "{0} has mode 755: others can get at it. chmod 700 {0}"),
        (".env.production", 0o644, "{0} has mode 644: others can get at it. chmod 600 {0}"),
        ("secrets/db_password", 0o666, "{0} has mode 666: others can change it. chmod go-w {0}"),
        ("secrets/db_password", 0o400, "{0} has mode 400: its container cannot read it. chmod 444 {0}"),
    ],
)
def test_wrong_permissions_are_named_with_the_command_that_mends_them(home, path, mode, expected):
    (home.path / path).chmod(mode)
    assert said(home) == [expected.format(home.path / path)]


def test_an_address_that_does_not_hold_its_password_is_named(home):
    SecretFiles(home.secrets).store("ticket_db_password", random_secret())
    (finding,) = said(home)
    assert finding.startswith("secrets/ticket_database_url does not hold the password of secrets/ticket_db_password. Delete")


def test_two_services_with_the_same_secret_are_named(home):
    SecretFiles(home.secrets).store("ticket_django_secret_key", (home.secrets / "auth_django_secret_key").read_text())
    assert said(home) == [
        "these secrets are the same: auth_django_secret_key, ticket_django_secret_key. Each needs a value of its own: rotate them."
    ]


def test_a_rotation_that_was_cut_off_is_a_warning_and_explains_what_differs(home):
    (home.secrets / "ticket_db_password.next").write_text(random_secret())
    SecretFiles(home.secrets).store("ticket_database_url", "postgresql://ticket_app_alt:new@db:5432/ticket_db")
    (finding,) = secret_checks.check(home)
    assert (finding.problem, finding.is_warning) == ("the rotation of ticket_db_password was cut off", True)


def test_what_is_made_at_random_is_strong_and_never_twice_the_same():
    made = {random_secret() for _ in range(200)}
    assert (len(made), {len(secret) for secret in made}, {weakness(secret) for secret in made}) == (200, {64}, {""})


def test_a_secret_is_struck_out_wherever_a_program_said_it(home):
    password = (home.secrets / "auth_db_password").read_text()
    text = f"connection to postgresql://auth_app:{password}@db failed; tried {password}; amqp://guest:hunter22@rabbitmq"
    assert redact(text, home) == "connection to postgresql://auth_app:‹secret›@db failed; tried ‹secret›; amqp://guest:‹secret›@rabbitmq"


def test_a_key_is_struck_out_line_by_line(home):
    body = (home.secrets / "jwt_signing_key.pem").read_text().splitlines()[1]
    assert redact(f"it said {body} twice", home) == "it said ‹secret› twice"


class TestBroker:
    def test_a_hash_is_of_its_password_and_of_no_other(self):
        once, again = hashed("pass phrase"), hashed("pass phrase")
        assert (matches("pass phrase", once), matches("other phrase", once), once == again) == (True, False, False)

    def test_a_user_may_touch_its_own_queues_and_the_two_exchanges_alone(self):
        (permission,) = definitions({"ticket": "x"})["permissions"]
        own = r"^(ticket_service\.events(\.dead)?|tts\.events|tts\.dead)$"
        assert permission == {"user": "ticket", "vhost": "/", "configure": own, "write": own, "read": own}

    def test_a_user_may_tell_its_own_facts_alone_and_write_no_dead_letters(self):
        assert definitions({"workflow": "x"})["topic_permissions"] == [
            {"user": "workflow", "vhost": "/", "exchange": "tts.events", "write": r"^(sla|task|workflow)\.", "read": ".*"},
            {"user": "workflow", "vhost": "/", "exchange": "tts.dead", "write": "^$", "read": ".*"},
        ]

    def test_every_fact_has_one_service_that_may_tell_it(self):
        told = {(contract.__module__.rpartition(".")[2], kind.partition(".")[0]) for (kind, _), contract in registry.items()}
        assert told == {(user, word) for user, words in TELLS.items() for word in words}
        assert len({word for words in TELLS.values() for word in words}) == sum(map(len, TELLS.values()))

    def test_a_user_administers_nothing(self):
        (user,) = definitions({"ticket": "x"})["users"]
        assert user["tags"] == ""

    def test_a_changed_password_changes_one_hash(self, home):
        path = home.state / "rabbitmq" / "definitions.json"
        before = {user["name"]: user["password_hash"] for user in json.loads(path.read_text())["users"]}
        SecretFiles(home.secrets).store("ticket_broker_password", random_secret())
        assert write_definitions(home)
        after = {user["name"]: user["password_hash"] for user in json.loads(path.read_text())["users"]}
        assert [name for name in before if before[name] != after[name]] == ["ticket"]
        assert not write_definitions(home)

    def test_rights_of_an_earlier_version_are_brought_up_to_date_and_the_hashes_stay(self, home):
        path = home.state / "rabbitmq" / "definitions.json"
        wanted = json.loads(path.read_text())
        path.chmod(0o644)
        path.write_text(json.dumps({name: part for name, part in wanted.items() if name != "topic_permissions"}))
        assert is_outdated(home)
        assert write_definitions(home)
        assert json.loads(path.read_text()) == wanted


def test_a_signing_key_is_new_each_time():
    assert new_signing_key() != new_signing_key()
