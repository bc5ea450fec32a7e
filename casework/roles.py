"""What a role may do; whoever types commands on this machine may do all."""

from casework.refusal import Refusal
from casework.services import Actor
from models.enterprise import Role

STAFF = frozenset({Role.CLERK, Role.HEAD, Role.LEADER, Role.OPERATOR})
DECIDERS = frozenset({Role.CLERK, Role.HEAD, Role.LEADER})
KEEPERS = frozenset({Role.HEAD, Role.OPERATOR})


def may_decide(by: Actor) -> Refusal | None:
    """Refuse those who keep the program running, and enterprises, to decide about cases."""
    if by.role is None or by.role in DECIDERS:
        return None
    return Refusal(reason="您的角色不能审批事项，请经办、股长或分管领导办理")


def may_handle_letters(by: Actor) -> Refusal | None:
    """Refuse those who keep the program running, and enterprises, to decide about letters."""
    if by.role is None or by.role in DECIDERS:
        return None
    return Refusal(reason="您的角色不能处理信函，请经办、股长或分管领导办理")


def may_reword(by: Actor) -> Refusal | None:
    """Refuse everybody but a head to change how letters read."""
    if by.role is None or by.role is Role.HEAD:
        return None
    return Refusal(reason="只有股长可以改信函模板")
