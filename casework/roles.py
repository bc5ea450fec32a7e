"""What a role may do; whoever types commands on this machine may do all."""

from casework.refusal import Refusal
from casework.services import Actor
from models.enterprise import Role

STAFF = frozenset({Role.CLERK, Role.HEAD, Role.LEADER, Role.OPERATOR})
DECIDERS = frozenset({Role.CLERK, Role.HEAD, Role.LEADER})
KEEPERS = frozenset({Role.HEAD, Role.OPERATOR})


def may_decide(by: Actor) -> Refusal | None:
    """Refuse those who keep the program running, and enterprises, to act on cases and dates."""
    if by.role is None or by.role in DECIDERS:
        return None
    return Refusal(reason="您的角色不能办理，请经办、股长或分管领导办理")
