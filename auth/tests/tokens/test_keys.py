"""Keys, their ids and their publication."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat

from tokens.keys import UnfitKey, key_id, key_set, read_retired_keys, read_signing_key

# RFC 8037, appendix A: the example key and its thumbprint
RFC_SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
RFC_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def private_pem(key, encryption=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


def public_pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_keys_id_is_its_rfc_7638_thumbprint():
    assert key_id(Ed25519PrivateKey.from_private_bytes(RFC_SEED).public_key()) == RFC_THUMBPRINT


def test_the_key_set_describes_a_key_as_rfc_8037_does():
    assert json.loads(key_set([Ed25519PrivateKey.from_private_bytes(RFC_SEED).public_key()])) == {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "kid": RFC_THUMBPRINT,
                "alg": "EdDSA",
                "use": "sig",
            }
        ]
    }


def test_a_signing_key_is_read_back():
    key = Ed25519PrivateKey.generate()
    assert read_signing_key(private_pem(key)).private_bytes_raw() == key.private_bytes_raw()


@pytest.mark.parametrize(
    "pem",
    [
        "nonsense",
        public_pem(Ed25519PrivateKey.generate()),
        private_pem(generate_private_key(SECP256R1())),
        private_pem(Ed25519PrivateKey.generate(), BestAvailableEncryption(b"secret")),
    ],
    ids=["text", "public", "other curve", "encrypted"],
)
def test_an_unfit_signing_key_is_refused(pem):
    with pytest.raises(UnfitKey):
        read_signing_key(pem)


def test_retired_keys_are_read_in_their_order():
    first, second = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    keys = read_retired_keys(public_pem(first) + "\n" + public_pem(second))
    assert [key_id(key) for key in keys] == [key_id(first.public_key()), key_id(second.public_key())]


def test_no_retired_keys_are_no_problem():
    assert read_retired_keys("") == []


@pytest.mark.parametrize(
    "pems",
    [
        "nonsense",
        public_pem(Ed25519PrivateKey.generate()) + "rest",
        public_pem(generate_private_key(SECP256R1())),
        private_pem(Ed25519PrivateKey.generate()),
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    ],
    ids=["text", "trailing", "other curve", "private", "broken"],
)
def test_unfit_retired_keys_are_refused(pems):
    with pytest.raises(UnfitKey):
        read_retired_keys(pems)
