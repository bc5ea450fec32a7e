"""What a role may do; whoever types commands on this machine may do all."""

from collections.abc import Set as AbstractSet

from casework.refusal import Refusal
from casework.services import Actor
from models.enterprise import Role

DECIDERS = frozenset({Role.CLERK, Role.HEAD, Role.LEADER})
KEEPERS = frozenset({Role.HEAD, Role.OPERATOR})
ADMINS = frozenset({Role.ADMIN})  # people and accounts
PLANNERS = frozenset({Role.ADMIN, Role.HEAD})  # who is away, and who stands in
AUDITORS = frozenset({Role.AUDITOR, Role.ADMIN, Role.HEAD})  # who did what
SETTINGS = frozenset({Role.ADMIN, Role.OPERATOR})
STAFF = DECIDERS | KEEPERS | ADMINS | AUDITORS
DECIDE_NOTHING = frozenset({Role.AUDITOR, Role.ADMIN})  # nor do they stand in for who does
CONFIRMERS = frozenset({Role.HEAD})


def may_decide(by: Actor) -> Refusal | None:
    """Refuse those who keep the program running, look after it, or are enterprises."""
    return _only(by, DECIDERS, "您的角色不能办理，请经办、股长或分管领导办理")


def may_manage(by: Actor) -> Refusal | None:
    """Refuse all but administrators to change people and accounts."""
    return _only(by, ADMINS, "您的角色不能管理人员和账号，请系统管理员办理")


def may_plan(by: Actor, login: str) -> Refusal | None:
    """Refuse to plan somebody else's absence to all but heads and administrators."""
    if by.login == login and by.role in STAFF:
        return None
    return _only(by, PLANNERS, "别人的不在岗，请股长或系统管理员登记")


def may_audit(by: Actor) -> Refusal | None:
    """Refuse to carry the records of who did what away."""
    return _only(by, AUDITORS, "您的角色不能查看操作记录")


def may_keep(by: Actor) -> Refusal | None:
    """Refuse all but section heads and operators what concerns everybody's work."""
    return _only(by, KEEPERS, "您的角色不能做这件事，请股长或运维办理")


def may_confirm(by: Actor) -> Refusal | None:
    """Refuse all but section heads to say that a rule stands in its document."""
    return _only(by, CONFIRMERS, "核实规则的依据由股长办理")


def may_handle_letters(by: Actor) -> Refusal | None:
    """Refuse those who keep the program running, and enterprises, to decide about letters."""
    return _only(by, DECIDERS, "您的角色不能处理信函，请经办、股长或分管领导办理")


def may_reword(by: Actor) -> Refusal | None:
    """Refuse everybody but a head to change how letters read."""
    return _only(by, CONFIRMERS, "只有股长可以改信函模板")


def may_import(by: Actor) -> Refusal | None:
    """Refuse those who keep the program running, and enterprises, to change what is known."""
    return _only(by, DECIDERS, "您的角色不能导入或撤销导入，请经办、股长或分管领导办理")


def _only(by: Actor, roles: AbstractSet[Role], otherwise: str) -> Refusal | None:
    return None if by.role is None or by.role in roles else Refusal(reason=otherwise)
