"""Each bad setting is named, with what it must be."""

import re

import pytest

from bootstrap.paths import ROOT
from production import catalogue, dotenv, environment, initialisation
from production.home import EXAMPLE
from production.rules import RULES
from tests.production.conftest import ANSWERS

#: every variable that the blueprint names
BLUEPRINT = [
    "DJANGO_SECRET_KEY",
    "DJANGO_JWT_SIGNING_KEY",
    "DJANGO_DEBUG",
    "DJANGO_ENV",
    "DJANGO_ALLOWED_HOSTS",
    "DJANGO_CORS_ALLOWED_ORIGINS",
    "DJANGO_CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DB_USER",
    "DB_PASSWORD",
    "CELERY_BROKER_URL",
    "RABBITMQ_USER",
    "RABBITMQ_PASSWORD",
    "DJANGO_EMAIL_BACKEND",
    "DJANGO_EMAIL_HOST",
    "DJANGO_EMAIL_PORT",
    "DJANGO_EMAIL_HOST_USER",
    "DJANGO_EMAIL_HOST_PASSWORD",
    "DJANGO_BASE_URL",
    "DJANGO_FRONTEND_URL",
    "DJANGO_AUTH_SERVICE_URL",
    "DJANGO_NOTIFICATION_SERVICE_URL",
]


@pytest.fixture
def values():
    return initialisation.settings({}, ANSWERS)


def problems(values):
    """What is said, with the remedy."""
    return [f"{finding.problem}. {finding.remedy}" for finding in environment.check(values)]


def test_good_settings_are_good(values):
    assert problems(values) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TTS_ENVIRONMENT", "prod", 'TTS_ENVIRONMENT is "prod". It must be development, staging, production or disaster-recovery.'),
        ("TTS_ENVIRONMENT", "", "TTS_ENVIRONMENT is missing. It must be development, staging, production or disaster-recovery."),
        ("TTS_PROJECT", "My Desk", 'TTS_PROJECT is "My Desk". It must be a short name of a-z, 0-9, - and _.'),
        ("TTS_TIME_ZONE", "Mars/Olympus", 'TTS_TIME_ZONE is "Mars/Olympus". It must be a time zone, such as Europe/Berlin.'),
        ("TTS_TIME_ZONE", "../../etc/passwd", 'TTS_TIME_ZONE is "../../etc/passwd". It must be a time zone, such as Europe/Berlin.'),
        ("TTS_ADMIN_EMAIL", "rosa", 'TTS_ADMIN_EMAIL is "rosa". It must be an e-mail address.'),
        ("HTTP_PORT", "0", 'HTTP_PORT is "0". It must be a port from 1 to 65535.'),
        ("HTTP_PORT", "eighty", 'HTTP_PORT is "eighty". It must be a port from 1 to 65535.'),
        ("HTTP_PORT", "443", "HTTP_PORT and HTTPS_PORT are the same. Give each a port of its own, such as 80 and 443."),
        ("TTS_CERTIFICATE", "none", 'TTS_CERTIFICATE is "none". It must be acme, own or self-signed.'),
        ("TTS_OVERLAYS", "debug,turbo", 'TTS_OVERLAYS is "debug,turbo". It must be a list of: debug, monitoring, s3, staging.'),
        ("TTS_RELEASE", "1.0/x", 'TTS_RELEASE is "1.0/x". It must be an image\'s tag, such as 1.4.0.'),
        ("TTS_TRUSTED_NETWORKS", "us", 'TTS_TRUSTED_NETWORKS is "us". It must be a list of networks, such as 203.0.113.7/32.'),
        ("TTS_SUBNET", "8.8.8.0/24", 'TTS_SUBNET is "8.8.8.0/24". It must be a private network, such as 172.30.0.0/16.'),
        ("TTS_UID", "0", 'TTS_UID is "0". It must be a number from 1 to 4294967294.'),
        ("TTS_MEMORY_MIB", "1600m", 'TTS_MEMORY_MIB is "1600m". It must be MiB from 1 to 1048576.'),
        ("DB_USER", "tts", 'DB_USER is "tts". It must be postgres: the superuser of the database\'s image.'),
        ("S3_CA_FILE", "/no/ca.crt", 'S3_CA_FILE is "/no/ca.crt". It must be the whole path of a file that is there.'),
        ("DJANGO_DEBUG", "True", "DJANGO_DEBUG is on. Set DJANGO_DEBUG=False: its pages show settings to strangers."),
        ("DJANGO_DEBUG", "maybe", 'DJANGO_DEBUG is "maybe". It must be True or False.'),
        (
            "DJANGO_ENV",
            "development",
            "DJANGO_ENV is development. Set DJANGO_ENV=production; TTS_ENVIRONMENT tells environments apart.",
        ),
        (
            "DJANGO_BASE_URL",
            "http://tickets.example.org",
            "DJANGO_BASE_URL is not https. Only Nginx with its certificate is reachable: write https://….",
        ),
        (
            "DJANGO_BASE_URL",
            "https://other.example.org",
            "DJANGO_BASE_URL names other.example.org, TTS_DOMAIN tickets.example.org. Both must name the same host.",
        ),
        ("DJANGO_ALLOWED_HOSTS", "*", 'DJANGO_ALLOWED_HOSTS is "*". It must be a list of host names; * is none.'),
        ("DJANGO_EMAIL_HOST", "smtp mail", 'DJANGO_EMAIL_HOST is "smtp mail". It must be the name of a mail server.'),
        (
            "DJANGO_EMAIL_HOST",
            "smtp.yourprovider.com",
            'DJANGO_EMAIL_HOST is "smtp.yourprovider.com", the placeholder of the example. Put your own value in its place.',
        ),
        ("BACKUP_TARGET", "tape", 'BACKUP_TARGET is "tape". It must be local or s3.'),
        ("BACKUP_RETENTION_DAYS", "0", 'BACKUP_RETENTION_DAYS is "0". It must be a number of days from 1 to 3650.'),
        ("WORKFLOW_WORKERS", "9", 'WORKFLOW_WORKERS is "9". It must be a number from 1 to 8.'),
        ("LOG_LEVEL", "LOUD", 'LOG_LEVEL is "LOUD". It must be DEBUG, INFO, WARNING or ERROR.'),
    ],
)
def test_a_bad_value_is_named_with_what_it_must_be(values, name, value, said):
    assert said in problems({**values, name: value})


def test_a_host_that_django_would_refuse_is_named(values):
    assert problems({**values, "DJANGO_ALLOWED_HOSTS": "other.example.org"}) == [
        "DJANGO_ALLOWED_HOSTS does not hold tickets.example.org. Add it: every request would be refused."
    ]


def test_a_store_needs_its_address_bucket_and_region(values):
    assert problems({**values, "BACKUP_TARGET": "s3", "S3_BUCKET": "tickets"}) == [
        "S3_ENDPOINT is missing, and BACKUP_TARGET is s3. Name the store, or set BACKUP_TARGET=local.",
        "S3_REGION is missing, and BACKUP_TARGET is s3. Name the store, or set BACKUP_TARGET=local.",
        "TTS_OVERLAYS does not hold s3, and BACKUP_TARGET is s3. Add s3 to TTS_OVERLAYS.",
    ]


class TestNames:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("DJANGO_EMAIL_HOTS", "DJANGO_EMAIL_HOTS is not known; did you mean DJANGO_EMAIL_HOST?. Rename or remove the line."),
            ("TTS_DOMIAN", "TTS_DOMIAN is not known; did you mean TTS_DOMAIN?. Rename or remove the line."),
            ("Qqqqqq", "Qqqqqq is not known. Rename or remove the line."),
        ],
    )
    def test_an_unknown_name_is_told_with_the_closest_known_one(self, values, name, said):
        assert problems({**values, name: "x"}) == [said.replace("?.", "?.")]

    def test_a_secret_among_the_settings_is_refused_and_not_repeated(self, values):
        (said,) = problems({**values, "DB_PASSWORD": "hunter2hunter2"})
        assert (
            said == "DB_PASSWORD is a secret and stands in .env.production. Remove the line, rotate the secret: it is secrets/db_password."
        )

    def test_a_name_of_the_blueprint_that_changes_nothing_is_a_warning(self, values):
        (finding,) = environment.check({**values, "DJANGO_CSRF_TRUSTED_ORIGINS": "https://tickets.example.org"})
        assert (finding.problem, finding.is_warning) == (
            "DJANGO_CSRF_TRUSTED_ORIGINS has no effect: it is always DJANGO_BASE_URL",
            True,
        )


class TestTheExample:
    def test_it_is_read_without_a_fault(self):
        assert dotenv.parse(EXAMPLE.read_text()).faults == []

    def test_it_names_every_variable_that_has_a_rule(self):
        assert set(RULES) - catalogue.known_names() == set()

    def test_it_names_every_variable_that_a_compose_file_takes(self):
        taken = {
            name
            for path in sorted(ROOT.glob("Docker/docker-compose.*.yml"))
            for name in re.findall(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)", path.read_text())
        }
        assert taken - catalogue.known_names() - {"TTS_HOME", "TTS_DRILL_OF"} == set()

    @pytest.mark.parametrize(
        "name",
        BLUEPRINT,
    )
    def test_it_says_what_becomes_of_every_variable_of_the_blueprint(self, name):
        assert name in EXAMPLE.read_text()
        assert name in catalogue.known_names() | set(environment.SECRETS) | set(environment.NEEDLESS)

    def test_it_holds_no_secret(self):
        values = dotenv.parse(EXAMPLE.read_text()).values
        assert [name for name in values if name in environment.SECRETS or "PASSWORD" in name or "SECRET" in name] == []
