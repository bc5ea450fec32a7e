"""Whatever happens in whatever order: no reminder is lost, none is said twice, none is silent.

A machine imports, edits, records, sweeps, sends through a server that fails, loses its process
between two statements, sleeps, and has its clock put back; after every step the promises hold.
"""

import datetime as dt
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event, select
from sqlmodel import col

from casework import letter_undo
from casework.absences import Away, come_back, go_away
from casework.answers import Wish, answer
from casework.bounces import take_in
from casework.calendar_days import declare_day
from casework.clocks import ClockWish, touch_clock
from casework.decide import Verb, decide_case
from casework.decide import Wish as Decision
from casework.deliver import deliver
from casework.letter_acts import Chosen, Done, LetterAct, carry_out, effect
from casework.links import secret_of, token
from casework.matters import matter_of
from casework.pipeline import run_month
from casework.records import Happened, record_event
from casework.remind import sweep
from casework.reproject import reproject
from casework.services import Actor, Services
from casework.snooze import snoozes_in_force
from casework.snoozing import snooze, unsnooze
from casework.told import of_this_day
from casework.undo import last_decision, take_back
from models.audit import broken_at
from models.case import Case
from models.deadline import Deadline, DeadlineState
from models.engine import make_engine
from models.enterprise import Enterprise, Person
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.bounces import Bounce
from notifications.memory import MemoryCarrier
from notifications.message import Fate
from policy.answers import AnswerKind
from policy.clocks import Act
from policy.ladder import speaks_on
from policy.obligation import Rung, To, Tone
from policy.workdays import ONE_DAY
from runtime.schema import upgrade
from tests.plugins.house import ZONE, services_on
from tests.plugins.sprout import LADDER, SPROUT, add_firm, add_staff, sprout_catalogue

BY = Actor(name="示例经办")
START = dt.date(2026, 3, 2)
MOST_FIRMS = 4
DUTIES = tuple(
    replace(each, extension_days=10, extension_source="示例办法") for each in SPROUT.obligations
)
# Both kinds of days: where a day is declared off, these move by one and those by several.
MIXED = replace(
    LADDER,
    rungs=(
        *LADDER.rungs[:2],
        Rung(key="w-3", workdays=-3, to=(To.CONTACT, To.CLERK), tone=Tone.URGENT),
        Rung(key="w-1", workdays=-1, to=(To.CONTACT,), tone=Tone.FINAL),
        *LADDER.rungs[-1:],
    ),
)
STRUCK = "发信前已办结、改期或中止"
FAULTS = st.lists(st.sampled_from(list(Fate)), max_size=4)


class _PowerCutError(BaseException):
    """The process is gone: nothing after this runs."""


class Office(RuleBasedStateMachine):
    """A bureau with a few enterprises, from March to summer."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="machine-")
        path = Path(self._folder.name) / "peiyu.db"
        shutil.copyfile(_empty(), path)
        self._now = dt.datetime.combine(START, dt.time(9), tzinfo=ZONE)
        self._days = [START]  # on which a sweep was done to its end
        self._sent: list[tuple[dt.date, str, str]] = []  # day, mailbox, Message-ID
        self._batches: list[str] = []  # what was decided of letters
        self._carrier = MemoryCarrier(remembers=False)
        self._services = services_on(
            f"sqlite:///{path}",
            catalogue=replace(sprout_catalogue(obligations=DUTIES), ladders={MIXED.key: MIXED}),
            now=lambda: self._now,
            letters_a_week=2,
            open_carrier=lambda: self._carrier,
        )

    def teardown(self) -> None:
        """Let everything come to rest, look once more, and clear up."""
        self._come_to_rest()
        self._services.database.close()
        self._folder.cleanup()

    # What happens

    @initialize()
    def open_the_office(self) -> None:
        add_staff(self._services)
        add_firm(self._services, 1)
        add_firm(self._services, 2, sales=None, certified_on=dt.date(2024, 5, 8))
        self._month()
        self._work([])

    @precondition(lambda self: self._firms() < MOST_FIRMS)
    @rule(sales=st.sampled_from([None, 200_000_000]), contact=st.booleans())
    def an_enterprise_comes(self, sales: int | None, *, contact: bool) -> None:
        add_firm(self._services, self._firms() + 1, sales=sales, contact=contact)

    @rule(days=st.integers(1, 12), faults=FAULTS)
    def days_pass_and_one_is_worked(self, days: int, faults: list[Fate]) -> None:
        self._now += days * ONE_DAY
        self._month()
        self._work(faults)

    @rule(days=st.integers(1, 12))
    def nobody_does_anything_for_days(self, days: int) -> None:
        self._now += days * ONE_DAY

    @rule(
        days=st.integers(0, 9), after=st.integers(1, 40), what=st.sampled_from(["sweep", "deliver"])
    )
    def the_power_fails(self, days: int, after: int, what: str) -> None:
        """Somebody starts again at once, or on another day."""
        with self._cut(after):
            self._swept() if what == "sweep" else self._left([])
        self._now += days * ONE_DAY

    @rule(hours=st.integers(1, 30))
    def the_clock_is_put_back(self, hours: int) -> None:
        self._now = max(
            self._now - dt.timedelta(hours=hours),
            dt.datetime.combine(START, dt.time(9), tzinfo=ZONE),
        )

    @rule(after=st.integers(1, 60))
    def the_month_is_cut_off(self, after: int) -> None:
        with self._cut(after):
            self._month()

    @rule(data=st.data())
    def a_filing_is_recorded(self, data: st.DataObject) -> None:
        target = f"91431281MAXX{data.draw(st.integers(1, self._firms())):05d}X"
        record_event(
            self._services,
            Happened(target=target, kind="submitted", on=self._services.today, evidence="示例"),
            by=BY,
        )

    @rule(data=st.data(), email=st.sampled_from(["", "new@firm.example"]))
    def a_contact_changes(self, data: st.DataObject, email: str) -> None:
        with self._services.database.writing() as session:
            people = session.scalars(
                select(Person)
                .where(col(Person.enterprise_id).is_not(None))
                .order_by(col(Person.id))
            ).all()
            if people:
                who = data.draw(st.sampled_from(people))
                who.email = email and f"{who.id}-{email}"

    @precondition(lambda self: bool(self._sent))
    @rule(data=st.data(), dead=st.booleans())
    def a_letter_comes_back(self, data: st.DataObject, *, dead: bool) -> None:
        _, email, message_id = data.draw(st.sampled_from(self._sent))
        status = "5.1.1" if dead else "5.2.2"
        report = Bounce(
            message_id=message_id, recipient=email, status=status, hard=dead, said="示例"
        )
        take_in(self._services, [report], by=BY)

    @rule(ahead=st.integers(1, 20), works=st.booleans())
    def the_calendar_changes(self, ahead: int, *, works: bool) -> None:
        day = self._services.today + ahead * ONE_DAY
        declare_day(self._services, day, working=works, reason="示例", by=BY)

    @rule(data=st.data(), act=st.sampled_from(list(Act)), days=st.integers(1, 10))
    def a_clock_is_touched(self, data: st.DataObject, act: Act, days: int) -> None:
        """Somebody does this to the clock of a date; what may not be is refused."""
        number = self._some_deadline(data)
        if number:
            touched = ClockWish(
                deadline=number,
                act=act,
                reason="示例",
                days=days,
                document="示例〔2026〕1号",
                tell=True,
            )
            touch_clock(self._services, touched, by=BY)

    @rule(data=st.data(), days=st.integers(1, 25), ends=st.booleans())
    def a_date_is_kept_quiet(self, data: st.DataObject, days: int, *, ends: bool) -> None:
        """Somebody snoozes a date, or ends a snooze; what may not be is refused."""
        number = self._some_deadline(data)
        if number and ends:
            unsnooze(self._services, number, reason="示例", by=BY)
        elif number:
            until = self._services.today + days * ONE_DAY
            snooze(self._services, number, until, reason="示例", by=BY)

    @rule(data=st.data(), kind=st.sampled_from(list(AnswerKind)))
    def an_enterprise_answers(self, data: st.DataObject, kind: AnswerKind) -> None:
        """Somebody follows the link of a letter, of today or of a date long past."""
        number = self._some_deadline(data)
        if not number:
            return
        with self._services.database.reading() as session:
            deadline = session.get_one(Deadline, number)
            firm = session.get_one(Enterprise, deadline.enterprise_id)
            person = session.scalars(
                select(Person).where(col(Person.enterprise_id) == firm.id)
            ).first()
            matter = matter_of(firm, deadline)
        if person is not None:
            secret = secret_of(self._services)
            link = token(secret, (deadline, person), matter=matter, on=self._services.today)
            answer(self._services, link, Wish(kind=kind, receipt="示例 1", words="示例"))

    @rule(data=st.data(), verb=st.sampled_from(list(Verb)))
    def somebody_decides(self, data: st.DataObject, verb: Verb) -> None:
        wish = Decision(case_id=self._some_case(data), verb=verb, reason="示例", need="参加培训")
        decide_case(self._services, wish, by=BY)

    @rule(data=st.data())
    def a_decision_is_taken_back(self, data: st.DataObject) -> None:
        """Somebody was wrong, on this day or the one before; what may not be is refused."""
        with self._services.database.reading() as session:
            last = last_decision(session, self._some_case(data))
        if last is not None:
            take_back(self._services, last.id or 0, reason="示例", by=BY)

    @rule(
        data=st.data(), act=st.sampled_from([LetterAct.HOLD, LetterAct.RELEASE, LetterAct.SUPPRESS])
    )
    def letters_are_decided_about(self, data: st.DataObject, act: LetterAct) -> None:
        """Some are held, or never sent; what was held, or failed, leaves after all."""
        with self._services.database.reading() as session:
            held = (LetterState.HELD.value, LetterState.FAILED.value)
            here = col(Letter.state).in_(held) if act is LetterAct.RELEASE else True
            asked = select(col(Letter.id)).where(here).order_by(col(Letter.id))
            known = tuple(number or 0 for number in session.scalars(asked))
        possible = effect(self._services, Chosen(act=act, numbers=known)).letters
        if possible:
            numbers = tuple(sorted(data.draw(st.sets(st.sampled_from(possible), min_size=1))))
            chosen = Chosen(act=act, numbers=numbers)
            done = carry_out(self._services, chosen, reason="示例", by=BY)
            assert isinstance(done, Done), done
            self._batches.append(done.batch)

    @precondition(lambda self: bool(self._batches))
    @rule(data=st.data())
    def that_is_undone(self, data: st.DataObject) -> None:
        letter_undo.undo(self._services, data.draw(st.sampled_from(self._batches)), by=BY)

    @rule(first=st.integers(0, 9), days=st.integers(0, 20), comes_back=st.booleans())
    def a_clerk_is_away(self, first: int, days: int, *, comes_back: bool) -> None:
        """The head stands in for the clerk; or the clerk is back early."""
        day = self._services.today + first * ONE_DAY
        if comes_back:
            come_back(self._services, "clerk", first=None, by=BY)
        else:
            away = Away(login="clerk", first=day, last=day + days * ONE_DAY, deputy="head")
            go_away(self._services, away, by=BY)

    # What holds

    @invariant()
    def nobody_gets_the_same_thing_twice_unless_it_is_known_to_be_possible(self) -> None:
        copies = Counter(message_id for _, _, message_id in self._sent)
        with self._services.database.reading() as session:
            letters = session.scalars(select(Letter).where(col(Letter.message_id) != "")).all()
        allowed = {each.message_id: 1 + each.may_repeat for each in letters}
        # What a person let leave after all has another name than its first copies.
        assert all(number <= allowed.get(each, 2) for each, number in copies.items())

    @invariant()
    def nobody_gets_two_letters_a_day(self) -> None:
        letters = {(day, email, message_id) for day, email, message_id in self._sent}
        a_day = Counter((day, email) for day, email, _ in letters)
        with self._services.database.reading() as session:
            repeats = set(
                session.scalars(select(col(Letter.message_id)).where(col(Letter.may_repeat)))
            )
        for (day, email), number in a_day.items():
            again = sum((day, email) == each[:2] and each[2] in repeats for each in letters)
            assert number <= 1 + again

    @invariant()
    def one_rung_speaks_once_to_one_person(self) -> None:
        with self._services.database.reading() as session:
            items = session.scalars(
                select(LetterItem).where(
                    col(LetterItem.kind) == "rung",
                    col(LetterItem.state) == ItemState.CLAIMED.value,
                )
            ).all()
            letters = {each.id: each for each in session.scalars(select(Letter))}
        # Once as oneself, and once for whom one stands in: the letter says it once.
        said = Counter(
            (item.deadline_id, item.rung, item.person_id, item.instead_of_id) for item in items
        )
        assert max(said.values(), default=1) == 1
        assert all(item.letter_id in letters for item in items)

    @invariant()
    def what_is_said_to_have_left_has_left(self) -> None:
        arrived = {message_id for _, _, message_id in self._sent}
        with self._services.database.reading() as session:
            sent = session.scalars(
                select(col(Letter.message_id)).where(col(Letter.state) == LetterState.SENT.value)
            ).all()
            assert broken_at(session) is None
        assert set(sent) <= arrived

    # Helpers

    def _some_deadline(self, data: st.DataObject) -> int:
        with self._services.database.reading() as session:
            numbers = session.scalars(select(col(Deadline.id)).order_by(col(Deadline.id))).all()
        return (data.draw(st.sampled_from(numbers)) or 0) if numbers else 0

    def _some_case(self, data: st.DataObject) -> int:
        with self._services.database.reading() as session:
            numbers = session.scalars(select(col(Case.id)).order_by(col(Case.id))).all()
        return data.draw(st.sampled_from(numbers)) or 0

    def _work(self, faults: list[Fate]) -> None:
        self._swept()
        self._left(faults)

    def _month(self) -> None:
        today = self._services.today
        run_month(self._services, f"{today:%Y-%m}", on=today)

    def _swept(self) -> None:
        sweep(self._services)
        self._days.append(self._services.today)

    def _left(self, faults: list[Fate]) -> None:
        """Send letters; what the server took counts, whatever became of us."""
        self._carrier = MemoryCarrier(faults, remembers=False)
        try:
            deliver(self._services)
        finally:
            today = self._services.today
            self._sent += [
                (today, each.to.email, each.message_id) for each in self._carrier.messages
            ]

    def _firms(self) -> int:
        with self._services.database.reading() as session:
            return len(session.scalars(select(col(Enterprise.id))).all())

    @contextmanager
    def _cut(self, after: int) -> Iterator[None]:
        """Lose the process before its k-th statement or commit from here."""
        numbers = count(1)

        def step(*_: Any, **__: Any) -> None:
            if next(numbers) == after:
                raise _PowerCutError

        engine = self._services.database.engine
        for what in ("before_cursor_execute", "commit"):
            event.listen(engine, what, step)
        try:
            with suppress(_PowerCutError):
                yield
        finally:
            for what in ("before_cursor_execute", "commit"):
                event.remove(engine, what, step)
            engine.dispose()

    def _come_to_rest(self) -> None:
        """Let quiet days pass; then every rung whose day came has a row that says what it did."""
        self._now = max(self._now, dt.datetime.combine(max(self._days), dt.time(9), tzinfo=ZONE))
        for _ in range(3):
            self._now = _next_workday(self._services, self._now)
            self._month()
            self._work([])
        self.nobody_gets_the_same_thing_twice_unless_it_is_known_to_be_possible()
        self.nobody_gets_two_letters_a_day()
        self.one_rung_speaks_once_to_one_person()
        self._nothing_waits_and_nothing_is_missing()
        assert reproject(self._services, apply=False).moved == (), "the ledger gives these dates"

    def _nothing_waits_and_nothing_is_missing(self) -> None:
        today, calendar = self._services.today, self._services.calendar()
        with self._services.database.reading() as session:
            letters = session.scalars(select(Letter)).all()
            due = session.scalars(
                select(Deadline).where(col(Deadline.state) == DeadlineState.OPEN.value)
            ).all()
            items = session.scalars(select(LetterItem)).all()
        rest = {LetterState.QUEUED, LetterState.TRANSMITTING}
        waiting = [each for each in letters if each.send_on <= today and each.state in rest]
        assert waiting == []
        rungs = {(item.deadline_id, item.rung) for item in items}
        for deadline in due:
            opened = deadline.opened_at.astimezone(ZONE).date()
            for rung in MIXED.rungs:
                day = speaks_on(rung, deadline.due_on, calendar)
                if max(opened, START) < day <= today:
                    assert (deadline.id, rung.key) in rungs, (deadline.title, rung.key, day)
        self._nothing_was_struck_that_is_owed(due)

    def _nothing_was_struck_that_is_owed(self, due: Sequence[Deadline]) -> None:
        """What was not said because its date was over is said when the date is owed once more."""
        with self._services.database.reading() as session:
            quiet = {each.deadline.id for each in snoozes_in_force(session)}
            for deadline in due:
                of_it = select(LetterItem).where(
                    col(LetterItem.deadline_id).in_(of_this_day(deadline))
                )
                items = session.scalars(of_it.order_by(col(LetterItem.id))).all()
                said = {item.rung for item in items if item.state != ItemState.SUPPRESSED}
                last = {item.rung: item.reason for item in items}
                struck = {rung for rung, reason in last.items() if reason == STRUCK} - said
                silent = deadline.id in quiet or deadline.suspended_on is not None
                assert silent or not struck, (deadline, struck)


def _next_workday(services: Services, now: dt.datetime) -> dt.datetime:
    day = services.calendar().next_workday(now.date() + ONE_DAY)
    return dt.datetime.combine(day, dt.time(9), tzinfo=ZONE)


_made: list[Path] = []


def _empty() -> Path:
    """Return an empty database at the newest schema, made once."""
    if not _made:
        path = Path(tempfile.mkdtemp(prefix="machine-")) / "empty.db"
        engine = make_engine(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()
        _made.append(path)
    return _made[0]


def _case(examples: int, steps: int) -> Callable[[], None]:
    def run() -> None:
        from hypothesis.stateful import run_state_machine_as_test

        run_state_machine_as_test(
            Office,
            settings=settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                stateful_step_count=steps,
                suppress_health_check=list(HealthCheck),
            ),
        )

    return run


@pytest.mark.fault("R15", "R19")
def test_whatever_happens_in_whatever_order_the_promises_hold() -> None:
    _case(14, 20)()


@pytest.mark.long
def test_the_same_with_many_more_and_longer_stories() -> None:
    _case(150, 40)()
