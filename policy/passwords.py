"""Passwords (密码): long rather than odd, and nothing that somebody would try first."""

from collections.abc import Iterable

SHORTEST, LONGEST = 12, 128  # ASVS 5.0, V6.2: length instead of rules about characters
_OFTEN = ("password", "qwerty", "admin", "welcome", "letmein", "iloveyou", "mima", "woaini")
_ROWS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")
_FIRST_HAN = "\u2e80"
_FEW = 5  # different characters


def too_weak(password: str, known: Iterable[str]) -> str:
    """Return in a sentence why a password is refused, or nothing.

    ``known`` are words that anybody would try: the login, the name, the office.
    """
    small = password.casefold()
    if sum(1 + (character >= _FIRST_HAN) for character in password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符，汉字一个算两个，可以用一句话"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符"
    if len(set(small)) < _FEW or any(small[:SHORTEST] in row for row in _ROWS):
        return "密码太容易猜到，请换一句只有您知道的话"
    rest = small
    for word in (*_OFTEN, *(each.casefold() for each in known if len(each) > 1)):
        rest = rest.replace(word, "")
    if len(rest) < len(small) // 2:
        return "密码里几乎都是登录名、单位名或常见的词，请换一句只有您知道的话"
    return ""
