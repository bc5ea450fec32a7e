"""Cases, due dates, enterprises and letters, as programs get them."""

import datetime as dt

from pydantic import Field

from console.api.shapes import NEXT, USCC, Exact, Shape, WordOrNull

_PROGRAMME = Field(description="Key of the programme.")
_PROGRAMME_TITLE = Field(description="Name of the programme.")
_STATE_TITLE = Field(description="The same in Chinese.")


class Case(Shape):
    """One case (事项) as lists have it."""

    id: int = Field(description="Its number, for ever.")
    version: int = Field(description="Rises with each change; send it back with a decision.")
    enterprise: str = Field(description="Name of the enterprise.")
    uscc: str = USCC
    programme: str = _PROGRAMME
    programme_title: str = _PROGRAMME_TITLE
    cycle: int = Field(description="The year it applies in.")
    round: int = Field(description="1, or more when it was opened again in that year.")
    stage: str = Field(description="Key of its stage.")
    stage_title: str = Field(description="Name of its stage.")
    phase: str = Field(description="`screening`, `training`, `declaration` or `certification`.")
    final: str | None = Field(
        description="How it ended: `achieved`, `rejected`, `withdrawn`, `lapsed`; null: it is open."
    )
    held: bool = Field(description="It is on hold: nothing moves and nobody is urged.")
    waiting: bool = Field(description="A proposed move waits for a person.")
    officer: str = Field(description="Name of whose it is (经办人); empty: nobody's.")
    entered_on: dt.date = Field(description="Since when it is in its stage.")
    workdays: int = Field(description="Workdays in its stage so far.")
    verdict: WordOrNull = Field(
        description="`meets`, `needs_person`, `incomplete` or `fails`; null: not judged yet."
    )
    score_low: int | None = Field(description="Points it has for certain; null: no score sheet.")
    score_high: int | None = Field(description="Points it can have at most.")


class Cases(Shape):
    """One page of cases."""

    cases: tuple[Case, ...] = Field(description="By number, or as they are sorted.")
    next: str | None = NEXT


class StageLine(Shape):
    """A stage on a case's way."""

    stage: str = Field(description="Key of the stage.")
    title: str = Field(description="Its name.")
    phase: str = Field(description="Its phase.")
    place: str = Field(description="`done`, `now` or `ahead`.")


class Finding(Shape):
    """What one criterion said; numbers are decimal text in `unit`, such as `"1200.5"` 万元."""

    criterion: str = Field(description="Key of the criterion.")
    title: str = Field(description="Its name.")
    outcome: str = Field(description="`met`, `unmet`, `unknown` or `needs_person`.")
    value: Exact = Field(description="What it is; null while nobody knows.")
    threshold: Exact = Field(description="What it must be.")
    gap: Exact = Field(description="What is wanting; null when nothing is.")
    unit: str = Field(description="Unit of the three: 万元, %, 人, 件, 天; empty for flags.")
    source: str = Field(description="Where the rule is written.")
    text: str = Field(description="All of it as one Chinese sentence.")
    waived: bool = Field(description="It need not hold because another one does.")
    needs_confirmation: bool = Field(description="Nobody confirmed the rule: it refuses nothing.")
    data: tuple[str, ...] = Field(description="Where its figures come from.")


class Judgement(Shape):
    """The newest assessment."""

    on: dt.date = Field(description="The day of it.")
    verdict: str = Field(description="`meets`, `needs_person`, `incomplete` or `fails`.")
    score_low: int | None = Field(description="Points for certain; null: no score sheet.")
    score_high: int | None = Field(description="Points at most.")
    score_maximum: int | None = Field(description="Points of the whole sheet.")
    findings: tuple[Finding, ...] = Field(description="One for each criterion.")


class Wait(Shape):
    """Something that must happen before the case goes on."""

    title: str = Field(description="What.")
    reason: str = Field(description="Why it is still waited for.")
    until: dt.date | None = Field(description="The day it is over by itself, if there is one.")
    source: str = Field(description="Where that is written.")


class Figure(Shape):
    """A figure that the criteria look at."""

    fact: str = Field(description="Key of the figure (docs/programmes/facts.md).")
    title: str = Field(description="Its name.")
    year: int | None = Field(description="Fiscal year, if it has one.")
    value: str = Field(description="As staff read it, with its unit; empty: nobody gave it.")
    source: str = Field(description="Where it comes from.")
    on: dt.date | None = Field(description="When it was given.")


class Due(Shape):
    """A due date (截止事项)."""

    id: int = Field(description="Its number.")
    enterprise: str = Field(description="Name of the enterprise.")
    uscc: str = USCC
    programme: str = _PROGRAMME
    programme_title: str = _PROGRAMME_TITLE
    case_id: int | None = Field(description="The case behind it; null: a holder's own duty.")
    title: str = Field(description="What is due.")
    kind: str = Field(description="`statutory`, `service` or `planned`.")
    state: str = Field(description="`open`, `met`, `waived`, `superseded` or `cannot_file`.")
    due_on: dt.date = Field(description="The date.")
    days_left: int = Field(description="Calendar days until then; negative once it has passed.")
    suspended_on: dt.date | None = Field(description="Since when its clock stands still.")
    flags: tuple[str, ...] = Field(
        description="Any of 预计 (estimated), 暂估 (provisional), 待核实 (unconfirmed), 已中止."
    )
    explanation: str = Field(description="How the date came about, in one Chinese line.")
    where: str = Field(description="Where it is done.")
    prepare: str = Field(description="What to prepare.")
    snoozed_until: dt.date | None = Field(description="No reminder before that day.")


class DueDates(Shape):
    """The open due dates up to a day."""

    on: dt.date = Field(description="Today.")
    until: dt.date = Field(description="The last day that was asked for.")
    due: tuple[Due, ...] = Field(description="The gravest first.")


class Move(Shape):
    """A move (流转) of the case."""

    on: dt.date = Field(description="The day.")
    from_title: str = Field(description="Name of the stage it left.")
    to_title: str = Field(description="Name of the stage it came into.")
    actor: str = Field(description="Who or which run moved it.")
    reason: str = Field(description="Why.")
    evidence: tuple[str, ...] = Field(description="On what evidence.")


class Record(Shape):
    """Something that was recorded."""

    on: dt.date = Field(description="The day it happened.")
    kind: str = Field(description="Its kind, as in the programme's `records`.")
    title: str = Field(description="The same in Chinese.")
    evidence: str = Field(description="Receipt number, document.")
    by: str = Field(description="Who recorded it.")
    at: dt.datetime = Field(description="When, UTC.")
    counts: bool = Field(description="False: revoked, or of an earlier try.")


class CaseWhole(Case):
    """One case whole."""

    revision: str = Field(description="Hash of the rules it started with and keeps.")
    rules_of_today: bool = Field(description="Whether the files still say the same.")
    opened_on: dt.date = Field(description="When it was opened.")
    limit_workdays: int | None = Field(description="Workdays its stage allows.")
    over_limit: bool = Field(description="It is in its stage longer than that.")
    next_stage: WordOrNull = Field(description="Name of where it may go now; null while it waits.")
    next_by_person: bool = Field(description="A person must approve that.")
    assignment: int = Field(description="Which assignment counts: `seen` when it is given away.")
    undoable: int | None = Field(
        description="Number of the newest decision, which may be taken back; null: none."
    )
    stages: tuple[StageLine, ...] = Field(description="Its way.")
    judgement: Judgement | None = Field(description="Null: not judged yet.")
    needs: tuple[Wait, ...] = Field(description="What it still waits for.")
    figures: tuple[Figure, ...] = Field(description="What the criteria look at.")
    due: tuple[Due, ...] = Field(description="Its due dates, superseded ones too.")
    moves: tuple[Move, ...] = Field(description="What moved, the oldest first.")
    records: tuple[Record, ...] = Field(description="What was recorded, the oldest first.")


class Enterprise(Shape):
    """One enterprise as lists have it."""

    uscc: str = USCC
    name: str = Field(description="Its name.")
    division_code: str = Field(description="Its division, 6 digits.")
    cases: int = Field(description="Open cases.")
    overdue: int = Field(description="Open due dates that have passed.")


class Enterprises(Shape):
    """One page of enterprises."""

    enterprises: tuple[Enterprise, ...] = Field(description="In the order of registration.")
    next: str | None = NEXT


class Contact(Shape):
    """Who is written to. Personal data: keep it no longer than you need it."""

    name: str = Field(description="Name.")
    phone: str = Field(description="Phone.")
    email: str = Field(description="Mail address; empty: gets no reminders.")


class Held(Shape):
    """A certificate or registration number."""

    title: str = Field(description="What it is.")
    number: str = Field(description="Its number.")
    valid_from: dt.date = Field(description="First day.")
    valid_to: dt.date = Field(description="Last day.")
    in_force: bool = Field(description="Whether today lies between.")


class EnterpriseWhole(Shape):
    """One enterprise whole."""

    uscc: str = USCC
    name: str = Field(description="Its name.")
    aliases: tuple[str, ...] = Field(description="Former and other names.")
    division_code: str = Field(description="Its division, 6 digits.")
    registered_on: dt.date | None = Field(description="When it was founded.")
    industry: str = Field(description="Industry, as told.")
    address: str = Field(description="Address, as told.")
    contact: Contact | None = Field(description="Null: nobody is registered.")
    cases: tuple[Case, ...] = Field(description="Open cases.")
    ended: tuple[Case, ...] = Field(description="Cases that ended.")
    held: tuple[Held, ...] = Field(description="Certificates, the newest first.")
    due: tuple[Due, ...] = Field(description="Open due dates, the next first.")


class Letter(Shape):
    """One letter (信函) of the outbox; what it says and its links are not given out."""

    id: int = Field(description="Its number.")
    send_on: dt.date = Field(description="The day it is for.")
    state: str = Field(
        description="`queued`, `transmitting`, `sent`, `deferred`, `failed`, `unknown`, "
        "`suppressed` or `held`."
    )
    state_title: str = _STATE_TITLE
    to: str = Field(description="Name of the recipient.")
    email: str = Field(description="Where it goes.")
    role: str = Field(description="`contact`, `clerk`, `head`, `leader`, `operator` or `robot`.")
    enterprise: WordOrNull = Field(description="The recipient's enterprise; null: staff.")
    subject: str = Field(description="Empty until it was written.")
    items: int = Field(description="How many matters it speaks of.")
    attempts: int = Field(description="How often it was handed over.")
    sent_at: dt.datetime | None = Field(description="When it left, UTC.")
    reason: str = Field(description="Why it stands where it does.")


class LetterCount(Shape):
    """The letters of one state."""

    state: str = Field(description="Key of the state.")
    title: str = _STATE_TITLE
    letters: int = Field(description="How many.")


class Letters(Shape):
    """The outbox: what was asked for, and the counts of all."""

    counts: tuple[LetterCount, ...] = Field(description="Every state.")
    letters: tuple[Letter, ...] = Field(description="The newest days first.")
    more: int = Field(description="Letters that match beyond `limit`.")
    next: str | None = NEXT
