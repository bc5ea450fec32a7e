"""Passwords are hashed at the least cost in the process of the tests: hundreds of people sign in.

What the program asks for, and so what its own processes pay, is `RECOMMENDED`.
"""

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

RECOMMENDED = PasswordHash.recommended
LEAST = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Let the recommendation be cheap."""
    cheap = PasswordHash((Argon2Hasher(**LEAST),))
    PasswordHash.recommended = lambda: cheap  # type: ignore[method-assign]
