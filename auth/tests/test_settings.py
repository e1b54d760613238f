"""A start with keys that are missing or unfit."""

import os
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

OTHER_CURVE = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def start(**changes):
    """What the settings say to a start in the test's own environment with these changes."""
    command = [sys.executable, "-W", "ignore", "-c", "import django; django.setup()"]
    return subprocess.run(command, env=os.environ | changes, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"DJANGO_JWT_SIGNING_KEY": ""}, "DJANGO_JWT_SIGNING_KEY is missing"),
        ({"DJANGO_JWT_SIGNING_KEY": "nonsense"}, "cannot be used: it is not an unencrypted PEM private key"),
        ({"DJANGO_JWT_SIGNING_KEY": OTHER_CURVE}, "cannot be used: it is not an Ed25519 key"),
        ({"DJANGO_JWT_RETIRED_KEYS": "nonsense"}, "cannot be used: it holds something else than PEM public keys"),
    ],
)
def test_auth_does_not_start_without_a_fit_key_and_says_why(changes, problem):
    result = start(**changes)
    assert result.returncode == 1
    assert problem in result.stderr


def test_auth_starts_with_the_keys_of_the_tests():
    assert start().returncode == 0
