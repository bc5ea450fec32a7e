"""What a role may do; whoever types commands on this machine may do all."""

from casework.refusal import Refusal
from casework.services import Actor
from models.enterprise import Role

STAFF = frozenset({Role.CLERK, Role.HEAD, Role.LEADER, Role.OPERATOR})
DECIDERS = frozenset({Role.CLERK, Role.HEAD, Role.LEADER})
KEEPERS = frozenset({Role.HEAD, Role.OPERATOR})
CONFIRMERS = frozenset({Role.HEAD})


def may_decide(by: Actor) -> Refusal | None:
    """Refuse those who keep the program running, and enterprises, to decide about cases."""
    if by.role is None or by.role in DECIDERS:
        return None
    return Refusal(reason="您的角色不能审批事项，请经办、股长或分管领导办理")


def may_keep(by: Actor) -> Refusal | None:
    """Refuse all but section heads and operators what concerns everybody's work."""
    if by.role is None or by.role in KEEPERS:
        return None
    return Refusal(reason="您的角色不能做这件事，请股长或运维办理")


def may_confirm(by: Actor) -> Refusal | None:
    """Refuse all but section heads to say that a rule stands in its document."""
    if by.role is None or by.role in CONFIRMERS:
        return None
    return Refusal(reason="核实规则的依据由股长办理")
