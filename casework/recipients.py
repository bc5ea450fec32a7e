"""Whom a matter is told: the enterprise's contact, or the staff of its division."""

from collections.abc import Sequence
from dataclasses import replace

from casework.outbox import Claim
from casework.standing_in import NO_EMAIL, addressed
from models.duties import Named, Staff
from models.enterprise import Role
from models.letter import ItemState
from policy.divisions import below
from policy.obligation import To

__all__ = ["NOBODY", "NO_CONTACT", "NO_EMAIL", "claims_for", "contact_claim", "staff_for"]

NO_CONTACT = "企业没有登记联系人"
NOBODY = "没有登记负责的工作人员"

_ROLES = {To.CLERK: Role.CLERK, To.HEAD: Role.HEAD, To.LEADER: Role.LEADER}


def contact_claim(claim: Claim, enterprise: Named) -> Claim:
    """Return the claim addressed to the contact, or suppressed with the reason."""
    contact = enterprise.contact
    if contact is None:
        return replace(claim, state=ItemState.SUPPRESSED, reason=NO_CONTACT)
    if not contact.email:
        return replace(claim, person_id=contact.id, state=ItemState.SUPPRESSED, reason=NO_EMAIL)
    return replace(claim, person_id=contact.id)


def staff_for(staff: Sequence[Staff], role: Role, division_code: str) -> tuple[Staff, ...]:
    """Return the staff of this role who answer for the division or one above it."""
    return tuple(
        each
        for each in staff
        if each.role == role.value and division_code.startswith(below(each.division_code))
    )


def claims_for(
    claim: Claim, to: To, enterprise: Named, staff: Sequence[Staff]
) -> tuple[Claim, ...]:
    """Return one claim per recipient of a rung; nobody to tell is recorded, not forgotten."""
    if to is To.CONTACT:
        return (contact_claim(replace(claim, key=f"{claim.key}/contact"), enterprise),)
    found = staff_for(staff, _ROLES[to], enterprise.division_code)
    if not found:
        return (
            replace(
                claim, key=f"{claim.key}/{to.value}", state=ItemState.SUPPRESSED, reason=NOBODY
            ),
        )
    return tuple(addressed(claim, found))
