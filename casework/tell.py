"""Telling the enterprise of a move that a person decided, in the words a run would use."""

from sqlalchemy.orm import Session

from casework.outbox import Claim, queue
from casework.recipients import contact_claim
from casework.services import Services
from casework.weekly_cap import FOR_EVER
from models.case import Case, Transition
from models.duties import enterprises_by_id
from models.letter import ItemKind


def tell_move(session: Session, services: Services, case: Case, transition: Transition) -> None:
    """Put the move into the contact's next letter, in the transaction that makes it."""
    session.flush()
    enterprise = enterprises_by_id(session, [case.enterprise_id])[case.enterprise_id]
    claim = Claim(
        # The run's own words (batch_claims), so that each move has one name.
        key=f"move/{case.programme}/{enterprise.uscc}/{case.cycle}.{case.round}/{transition.seq}",
        kind=ItemKind.MOVE,
        person_id=None,
        speaks_on=transition.on,
        transition_id=transition.id,
        wait_until=FOR_EVER,
    )
    said = contact_claim(claim, enterprise)
    queue(
        session,
        services,
        [said],
        send_on=transition.on,
        calendar=services.calendar(session),
    )
