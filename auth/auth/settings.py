"""auth: who people are and what they may do."""

from servicekit.environment import environment as env
from servicekit.settings import *  # noqa: F403
from servicekit.settings import DATABASES, SILENCED_SYSTEM_CHECKS, service_settings
from tokens.keys import UnfitKey, key_set, read_retired_keys, read_signing_key

JWT_SIGNING_KEY = env.required("DJANGO_JWT_SIGNING_KEY")
JWT_RETIRED_KEYS = env.text("DJANGO_JWT_RETIRED_KEYS")
JWKS = ""
try:
    if JWT_SIGNING_KEY:
        JWKS = key_set([read_signing_key(JWT_SIGNING_KEY).public_key(), *read_retired_keys(JWT_RETIRED_KEYS)])
except UnfitKey as unfit:
    env.problems.append(f"DJANGO_JWT_SIGNING_KEY or DJANGO_JWT_RETIRED_KEYS cannot be used: {unfit}")

DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # its doors know nobody yet, whose check would find a dead connection
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS: list[str] = []  # Django's own login opens nothing
PASSWORD_HASHERS = ["accounts.hashers.LeanArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.MaximumLength"},
]
SIMPLE_JWT = {"TOKEN_TYPE_CLAIM": "typ"}

globals().update(service_settings(name="auth", package="auth", apps=["accounts", "access", "tokens"], admin_path="admin/auth/"))
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "auth.W004"]  # the address is unique by an expression
