"""What a rehearsal says to people: the load of each member of staff, of each day, and a change."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from casework.rehearse import Rehearsal, RehearsedLetter
from models.enterprise import Role

HEAVY = 20  # matters in one letter that a person hardly gets through in a day
_BUSIEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLoad:
    """The letters of a month."""

    month: str
    enterprise_letters: int
    staff_letters: int
    matters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLoad:
    """What one member of staff would get."""

    name: str
    role_title: str
    letters: int
    matters: int
    most: int  # matters on the heaviest day
    most_on: dt.date
    heavy_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLoad:
    """The letters of one of the busiest days."""

    on: dt.date
    letters: int
    matters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A rehearsal in figures."""

    first: dt.date
    last: dt.date
    letters: int
    months: tuple[MonthLoad, ...]
    staff: tuple[StaffLoad, ...]
    busiest: tuple[DayLoad, ...]
    unsaid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a changed file adds and takes away, by the names of what is said."""

    letters_before: int
    letters_after: int
    added: tuple[str, ...]
    gone: tuple[str, ...]


def load_of(rehearsal: Rehearsal) -> Load:
    """Return the figures of a rehearsal; pure."""
    return Load(
        first=rehearsal.first,
        last=rehearsal.last,
        letters=len(rehearsal.letters),
        months=tuple(_months(rehearsal.letters)),
        staff=tuple(_staff(rehearsal.letters)),
        busiest=tuple(_busiest(rehearsal.letters)),
        unsaid=rehearsal.unsaid,
    )


def difference(before: Rehearsal, after: Rehearsal) -> Difference:
    """Return what the second says and the first does not, and the other way round; pure."""
    was, now = set(before.claims), set(after.claims)
    return Difference(
        letters_before=len(before.letters),
        letters_after=len(after.letters),
        added=tuple(sorted(now - was)),
        gone=tuple(sorted(was - now)),
    )


def _months(letters: Iterable[RehearsedLetter]) -> Iterable[MonthLoad]:
    by_month: dict[str, list[RehearsedLetter]] = defaultdict(list)
    for letter in letters:
        by_month[f"{letter.on:%Y-%m}"].append(letter)
    for month, of_it in sorted(by_month.items()):
        to_staff = sum(letter.role != Role.CONTACT.value for letter in of_it)
        yield MonthLoad(
            month=month,
            enterprise_letters=len(of_it) - to_staff,
            staff_letters=to_staff,
            matters=sum(letter.matters for letter in of_it),
        )


def _staff(letters: Iterable[RehearsedLetter]) -> Iterable[StaffLoad]:
    by_person: dict[tuple[str, str], list[RehearsedLetter]] = defaultdict(list)
    for letter in letters:
        if letter.role != Role.CONTACT.value:
            by_person[letter.role_title, letter.to].append(letter)
    loads = []
    for (role_title, name), of_them in by_person.items():
        heaviest = max(of_them, key=lambda letter: letter.matters)
        loads.append(
            StaffLoad(
                name=name,
                role_title=role_title,
                letters=len(of_them),
                matters=sum(letter.matters for letter in of_them),
                most=heaviest.matters,
                most_on=heaviest.on,
                heavy_days=sum(letter.matters >= HEAVY for letter in of_them),
            )
        )
    return sorted(loads, key=lambda load: (-load.matters, load.name))


def _busiest(letters: Iterable[RehearsedLetter]) -> Iterable[DayLoad]:
    count: Counter[dt.date] = Counter()
    matters: Counter[dt.date] = Counter()
    for letter in letters:
        count[letter.on] += 1
        matters[letter.on] += letter.matters
    for day, number in sorted(count.items(), key=lambda each: (-each[1], each[0]))[:_BUSIEST]:
        yield DayLoad(on=day, letters=number, matters=matters[day])
