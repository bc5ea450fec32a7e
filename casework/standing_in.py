"""Standing in: while somebody is away, their deputy gets what is theirs, and acts for them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.outbox import Claim
from casework.services import Actor, Services
from models.absence import Absence
from models.duties import Staff
from models.enterprise import Enterprise, Person, Role
from models.letter import ItemState, LetterItem
from notifications.letters import DueItem
from policy.divisions import below
from policy.obligation import Tone

NO_EMAIL = "联系人没有可用的邮箱"
_LOUDER = tuple(tone.value for tone in Tone)
_ON_CASES = (Role.CLERK.value, Role.HEAD.value)  # whose work cases and their dates are


def addressed(claim: Claim, staff: Sequence[Staff]) -> Iterator[Claim]:
    """Yield one claim per member of staff; it goes to the deputy of whoever is away.

    The name of a claim is that of whom it was meant for, so who is away claims nothing twice. A
    deputy who hears of it already hears of it once.
    """
    told = {each.id for each in staff if each.deputy is None}
    for each in staff:
        named = replace(claim, key=f"{claim.key}/{each.key}")
        deputy = each.deputy
        if deputy is None:
            yield _to(named, each)
        elif deputy.id in told and claim.state is ItemState.CLAIMED:
            reason = f"不在岗，由代办的{deputy.name}一并收到"
            yield replace(named, person_id=each.id, state=ItemState.SUPERSEDED, reason=reason)
        else:
            told.add(deputy.id)
            yield replace(_to(named, deputy), instead_of_id=each.id)


def _to(claim: Claim, reader: Staff) -> Claim:
    if reader.email:
        return replace(claim, person_id=reader.id)
    return replace(claim, person_id=reader.id, state=ItemState.SUPPRESSED, reason=NO_EMAIL)


def on_behalf(session: Session, items: Iterable[LetterItem]) -> Mapping[int, str]:
    """Return item -> the name of whom its reader stands in for."""
    return {
        item.id or 0: session.get_one(Person, item.instead_of_id).name
        for item in items
        if item.instead_of_id
    }


def each_once(due: Mapping[int, DueItem | None], behalf: Mapping[int, str]) -> tuple[DueItem, ...]:
    """Return one item per matter, the loudest: a letter that was late holds two rungs of it.

    What is also the reader's own is told without the name of whom they stand in for.
    """
    found: dict[str, DueItem] = {}
    for item, matter in due.items():
        if matter is None:
            continue
        each = replace(matter, behalf=behalf[item]) if item in behalf else matter
        known = found.get(each.key)
        if known is None:
            found[each.key] = each
            continue
        louder = _LOUDER.index(each.tone) >= _LOUDER.index(known.tone)
        found[each.key] = replace(each if louder else known, behalf=_of_both(known, each))
    return tuple(found.values())


def _of_both(one: DueItem, other: DueItem) -> str:
    own = not (one.behalf and other.behalf)
    return "" if own else "、".join(dict.fromkeys((*one.behalf.split("、"), other.behalf)))


def acting(session: Session, services: Services, by: Actor, enterprise_id: int) -> Actor:
    """Return who acts on a matter of an enterprise: a deputy with the name of whom they act for."""
    today, person, deputy = services.today, Absence.person_id, Absence.deputy_id
    me = select(col(Person.id)).where(
        col(Person.active),
        col(Person.role) != Role.CONTACT.value,
        (col(Person.name) == by.name) | (col(Person.key) == f"staff/{by.name}"),
    )
    rows = session.execute(
        select(col(Person.name), col(Person.division_code))
        .join(Absence, col(person) == col(Person.id))
        .where(
            col(Person.active),
            col(Person.role).in_(_ON_CASES),
            col(Absence.first_on) <= today,
            col(Absence.last_on) >= today,
            col(deputy).in_(me),
        )
        .order_by(col(Person.id))
    ).all()
    if not rows:
        return by
    division = session.get_one(Enterprise, enterprise_id).division_code
    names = [name for name, code in rows if division.startswith(below(code))]
    return replace(by, name=f"{by.name}（代 {'、'.join(names)}）") if names else by
