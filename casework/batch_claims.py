"""What a batch has to say: moves to the enterprises, proposals to the clerks, dates to both."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from casework.gather import Gathered
from casework.outbox import Claim
from casework.plan import BatchPlan, CasePlan
from casework.recipients import contact_claim, staff_for
from casework.rungs import Dated, reached_at_once, rung_claims
from casework.standing_in import addressed
from casework.weekly_cap import FOR_EVER
from models.enterprise import Role
from models.letter import ItemKind
from policy.obligation import Ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The ids of what was just written."""

    cases: Mapping[tuple[int, int, int], int]
    transitions: Mapping[tuple[int, int], int]  # (case, seq) -> id
    reviews: Mapping[int, int]  # case -> id


def move_claims(gathered: Gathered, plan: BatchPlan, written: Written) -> Iterator[Claim]:
    """Yield one claim per moved case whose new stage has a plain name for the enterprise."""
    for each in plan.cases:
        stage = each.programme.stage(each.stage)
        if not each.steps or not stage.plain:
            continue
        seq = each.case.version + len(each.steps)
        claim = Claim(
            key=f"move/{_name(gathered, each)}/{seq}",
            kind=ItemKind.MOVE,
            person_id=None,
            speaks_on=gathered.on,
            transition_id=written.transitions[written.cases[each.case.key], seq],
            wait_until=FOR_EVER,
        )
        yield contact_claim(claim, gathered.duties.enterprises[each.case.enterprise_id])


def review_claims(gathered: Gathered, plan: BatchPlan, written: Written) -> Iterator[Claim]:
    """Yield one claim per new proposal and clerk of the enterprise's division."""
    for each in plan.cases:
        if each.new_proposal is None:
            continue
        enterprise = gathered.duties.enterprises[each.case.enterprise_id]
        seq = each.case.version + len(each.steps)
        claim = Claim(
            key=f"review/{_name(gathered, each)}/{seq}/{gathered.on}",
            kind=ItemKind.REVIEW,
            person_id=None,
            speaks_on=gathered.on,
            review_id=written.reviews[written.cases[each.case.key]],
        )
        clerks = staff_for(gathered.duties.staff, Role.CLERK, enterprise.division_code)
        yield from addressed(claim, clerks)


def date_claims(
    gathered: Gathered, opened: Iterable[Dated], ladders: Mapping[str, Ladder]
) -> Iterator[Claim]:
    """Yield the claims of new dates that are nearer than the first rungs of their ladder."""
    reached = [
        each
        for deadline in opened
        if (ladder := ladders.get(deadline.ladder))
        for each in reached_at_once(deadline, ladder, gathered.on, gathered.calendar)
    ]
    yield from rung_claims(reached, gathered.duties.enterprises, gathered.duties.staff, gathered.on)


def _name(gathered: Gathered, plan: CasePlan) -> str:
    uscc = gathered.duties.enterprises[plan.case.enterprise_id].uscc
    return f"{gathered.programme.key}/{uscc}/{plan.case.cycle}.{plan.case.round}"
