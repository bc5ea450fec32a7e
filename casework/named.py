"""Enterprises by words in a name, the present one or another: found by two characters at once.

`name_gram` narrows down where to look, `LIKE` decides: what is found is exactly what contains the
words. Words that so many names have that a page is soon full are looked for while it fills.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models.enterprise import Alias, Enterprise
from models.merge import went_into
from models.names import name_gram

_LENGTH = 18
_CODE = re.compile(r"[0-9A-Z]{6,18}")  # shorter words are names
_SCARCE = 50  # so few need no narrowing down
_FEW = 1_000  # enterprises that are found before any case of theirs is


def named(session: Session, words: str, column: Any = None) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Return the condition that an enterprise has this code, or these words in a name.

    ``column`` is where its number stands, unless the enterprise itself is asked for.
    """
    number = col(Enterprise.id) if column is None else column
    firm = aliased(Enterprise)
    coded, there = _coded(firm, words.upper()), contains(firm, words)
    into = went_into(words)
    gram = _rarest(session, words)
    if gram is None:
        return or_(exists().where(col(firm.id) == number, or_(coded, there)), number.in_(into))
    where = select(name_gram.c.enterprise_id).where(_gram_is(gram))
    by_name = select(col(firm.id)).where(col(firm.id).in_(where), there)
    either = by_name.union(select(col(firm.id)).where(coded), into)
    found = session.scalars(either.limit(_FEW + 1)).all()
    if len(found) > _FEW:  # a code of which many begin so
        return number.in_(either)
    return number.in_(found) if found else false()


def _coded(firm: type[Enterprise], words: str) -> ColumnElement[bool]:
    """Return the condition that a credit code is this, or begins so."""
    code = col(firm.uscc)
    if not _CODE.fullmatch(words):
        return code == words
    return code.between(words, words.ljust(_LENGTH, "Z"))  # an index serves it in every language


def contains(firm: type[Enterprise], words: str) -> ColumnElement[bool]:
    """Return the condition that these words stand in an enterprise's name, or in another of it."""
    other = exists().where(
        col(Alias.enterprise_id) == col(firm.id),
        col(Alias.name).contains(words, autoescape=True),
    )
    return or_(col(firm.name).contains(words, autoescape=True), other)


def _rarest(session: Session, words: str) -> str | None:
    """Return the two characters that few names have; None when many names have all of them."""
    best, fewest = None, _FEW + 1
    for pair in dict.fromkeys(words[at : at + 2] for at in range(len(words) - 1)):
        number = _number(session, pair)
        if number < fewest:
            best, fewest = pair, number
        if number <= _SCARCE:
            break
    return best


def _number(session: Session, pair: str) -> int:
    """Return how many enterprises have it, or a number that is too great."""
    some = select(name_gram.c.gram).where(_gram_is(pair)).limit(_FEW + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _gram_is(pair: str) -> ColumnElement[bool]:
    """Return the condition for two characters; what is a small letter each engine says itself."""
    condition: ColumnElement[bool] = name_gram.c.gram == func.lower(literal(pair))
    return condition
