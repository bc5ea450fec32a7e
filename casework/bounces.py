"""Mail that came back (退信): the letter did not arrive, and a dead mailbox gets nothing more."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.leaving import UNCERTAIN
from casework.letters_page import seen_letters
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_handle_letters
from casework.services import Actor, Services
from models.addresses import disown
from models.enterprise import BadAddress, Enterprise, Person
from models.letter import Letter, LetterState
from notifications.bounces import Bounce

CAME_BACK = "退信"
_LEFT = (LetterState.SENT.value, LetterState.HELD.value, *UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncedLetter:
    """A letter that came back."""

    letter: int
    to: str
    email: str
    status: str
    said: str
    hard: bool  # the mailbox does not exist: nothing more is sent to it


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgedReport:
    """A report that names a letter of ours and did not come back on its way: it counts nothing."""

    letter: int
    to: str
    email: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What a folder of reports told; reports that were read before are not counted again."""

    letters: tuple[BouncedLetter, ...]
    strange: int  # reports of letters that are not ours
    forged: tuple[ForgedReport, ...] = ()


def take_in(services: Services, reports: Iterable[Bounce], *, by: Actor) -> TakenIn:
    """Note that letters came back. The same report again changes nothing.

    A mailbox is disowned only when it is still the one that we write to.
    """
    found: list[BouncedLetter] = []
    forged: list[ForgedReport] = []
    strange = 0
    for report in reports:
        told = services.database.transact(partial(_take, services, report, by))
        if told is None:
            strange += 1
        elif isinstance(told, BouncedLetter):
            found.append(told)
        elif isinstance(told, ForgedReport):
            forged.append(told)
    return TakenIn(letters=tuple(found), strange=strange, forged=tuple(forged))


def _take(
    services: Services, report: Bounce, by: Actor, session: Session
) -> BouncedLetter | ForgedReport | bool | None:
    """Return what is news; False for what was known, None for what is not ours."""
    letter = session.scalars(
        select(Letter).where(col(Letter.message_id) == report.message_id).with_for_update()
    ).first()
    if letter is None:
        return None
    person = session.get_one(Person, letter.person_id)
    if letter.return_path and letter.return_path.lower() not in report.went_to:
        return ForgedReport(
            letter=letter.id or 0, to=person.name, email=person.email, said=report.said
        )
    if letter.state not in _LEFT or letter.reason.startswith(CAME_BACK):
        return False
    same = report.recipient in ("", person.email.lower())
    hard = report.hard and same and bool(person.email)
    letter.reason = f"{CAME_BACK}：{report.said or report.status or '没有说明'}"
    letter.state = LetterState.FAILED.value
    # That it left is certain now: whoever waits for an answer waits no longer.
    letter.lease, letter.leased_until = letter.lease + 1, None
    if hard:
        at = services.now()
        disown(session, person.email, at, status=report.status, said=report.said)
    bounced = BouncedLetter(
        letter=letter.id or 0,
        to=person.name,
        email=person.email,
        status=report.status,
        said=report.said,
        hard=hard,
    )
    detail = {"letter": bounced.letter, "status": report.status, "hard": hard}
    note(session, services, by, "letter.bounced", (person.key, detail))
    return bounced


def trust(services: Services, email: str, *, reason: str, by: Actor) -> str | Refusal:
    """Write to a mailbox again that was disowned; return its address."""
    wanted = email.strip().lower()
    if refused := may_handle_letters(by):
        return refused
    if refusal := no_reason(reason):
        return refusal

    def attempt(session: Session) -> str | Refusal:
        row = session.get(BadAddress, wanted)
        if row is None or not _is_ours(session, services, wanted):
            return Refusal(reason=f"“{email.strip()}”没有被退过信，不需要恢复")
        session.delete(row)
        note(session, services, by, "address.trusted", (wanted, {"reason": reason.strip()}))
        return wanted

    return services.database.transact(attempt)


def _is_ours(session: Session, services: Services, email: str) -> bool:
    """Say whether somebody whom these eyes may see is written to at this mailbox."""
    if not services.division:
        return True
    asked = (
        select(col(Person.id))
        .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
        .where(func.lower(col(Person.email)) == email, *seen_letters(services))
    )
    return session.scalar(asked.limit(1)) is not None


def bad_addresses(session: Session) -> int:
    """Return how many people can not be written to because their mailbox was disowned."""
    rows = session.scalars(
        select(col(Person.email)).where(col(Person.active), col(Person.email) != "")
    )
    bad = set(session.scalars(select(col(BadAddress.email))))
    return sum(email.lower() in bad for email in rows)
