"""令牌: a program reads, or acts, for whoever makes one on 我的登录; told once, ended any time."""

from casework.refusal import Refusal
from casework.roles import STAFF
from casework.tokens import NewToken, add_token, revoke_token
from casework.typed import number_of
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit


def add_tokens(site: Site) -> None:
    """Add the acts of a token's owner."""
    site.act("/me/tokens", make, roles=STAFF)
    site.act("/me/tokens/{number}/revoke", take_back, roles=STAFF)


def make(visit: Visit) -> Answer:
    """Make a token of one's own, and show it this once."""
    new = NewToken(
        login=visit.who.login,
        name=visit.said("name"),
        days=number_of(visit.said("days")) or 0,
        read_only=visit.said("may") != "act",
    )
    made = add_token(visit.services, new, by=visit.who.actor)
    if isinstance(made, Refusal):
        return Sent(to="/me", said=made.reason, wrong=True)
    values = {"made": made, "origin": visit.origin, "zone": visit.services.zone}
    return Shown(template="token.html", values=values)


def take_back(visit: Visit) -> Answer:
    """End a token of one's own."""
    number = number_of(visit.path["number"])
    if number is None:
        return Missing()
    done = revoke_token(visit.services, number, by=visit.who.actor, person_id=visit.who.person_id)
    if isinstance(done, Refusal):
        return Missing()
    return Sent(to="/me", said=f"已收回令牌“{done.name}”，用它的程序马上进不来了")
