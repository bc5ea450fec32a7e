"""What a password costs whoever guesses it; the tests themselves pay less."""

from pwdlib import PasswordHash

from casework.accounts import hasher
from casework.sign_in import _NOBODY
from tests.plugins.quick_passwords import RECOMMENDED

DEAR = "$argon2id$v=19$m=65536,t=3,p=4$"


def test_passwords_cost_what_is_recommended_and_nobodys_as_much() -> None:
    assert hasher() is PasswordHash.recommended()
    assert RECOMMENDED().hash("示例").startswith(DEAR)
    assert _NOBODY.startswith(DEAR)
