"""Argon2id, sized for a small machine."""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

#: each hash takes 19 MiB while it runs; the service has two web processes, so two run at once
HASHES_AT_ONCE = BoundedSemaphore(1)


class LeanArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with the least cost that OWASP accepts (m=19 MiB, t=2, p=1), one at a time in a process."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a new password once a place is free."""
        with HASHES_AT_ONCE:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password once a place is free."""
        with HASHES_AT_ONCE:
            return super().verify(password, encoded)
