"""What programs can do about due dates: their clocks, and keeping them quiet."""

from fastapi import APIRouter, Response

from casework.clocks import ClockWish, touch_clock
from casework.refusal import Refusal
from casework.snoozing import snooze, unsnooze
from console.api.acting import Acting, shaped
from console.api.asked_dates import ClockAct, ClockChanged, Snooze, Snoozed, Unsnooze
from console.api.problems import possible
from console.api.reads_more import DateNumber, date_of
from console.api.shapes import Shape

router = APIRouter(tags=["acts"], responses=possible(404, 409))


@router.post("/due/{number}/clock", response_model=ClockChanged)
def touch(acting: Acting, number: DateNumber, asked: ClockAct) -> Response:
    """Suspend, resume, extend, waive, give up, or take the newest of these back.

    409 says that somebody touched the clock since; `version` is then what to send as `seen`.
    """
    wish = ClockWish(
        deadline=number,
        act=asked.act,
        reason=asked.reason,
        days=asked.days,
        document=asked.document,
        tell=asked.tell,
        expecting=asked.seen,
    )
    services, by, preview = acting.services, acting.by, asked.preview
    return acting.done(
        asked, lambda: shaped(ClockChanged, touch_clock(services, wish, by=by, preview=preview))
    )


@router.post("/due/{number}/snooze", response_model=Snoozed)
def keep_quiet(acting: Acting, number: DateNumber, asked: Snooze) -> Response:
    """Keep a due date quiet until a day; the very same twice changes nothing."""
    services, by = acting.services, acting.by

    def act() -> Shape | Refusal:
        newest = date_of(acting.caller, number).line.id
        done = snooze(services, newest, asked.until, reason=asked.reason, by=by)
        return shaped(Snoozed, done)

    return acting.done(asked, act)


@router.post("/due/{number}/unsnooze", response_model=Snoozed)
def speak_again(acting: Acting, number: DateNumber, asked: Unsnooze) -> Response:
    """End that today; what was passed over meanwhile speaks once."""
    services, by = acting.services, acting.by

    def act() -> Shape | Refusal:
        newest = date_of(acting.caller, number).line.id
        return shaped(Snoozed, unsnooze(services, newest, reason=asked.reason, by=by))

    return acting.done(asked, act)
