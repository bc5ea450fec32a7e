"""An entry of the audit chain in words: the act, what it was done to, what was before and after."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from casework.words import ANSWER_STATES, CLOCK_ACTS, ROLES, VERBS

ACTS: Mapping[str, str] = {
    "sign_in": "登录",
    "sign_out": "退出",
    "sign_in.end": "结束一次登录",
    "sign_in.lift": "解除登录暂停",
    "account.first": "建立第一位系统管理员",
    "account.invite": "给设密码的链接",
    "account.password": "设密码",
    "account.close": "收回账号",
    "staff.add": "登记工作人员",
    "staff.change": "改工作人员",
    "staff.remove": "停用工作人员",
    "staff.return": "恢复工作人员",
    "staff.away": "登记不在岗",
    "staff.back": "取消不在岗",
    **{verb.value: title for verb, title in VERBS.items()},
    "record": "登记发生的事",
    "revoke": "撤销登记",
    "certificate": "登记证书",
    "import": "导入",
    **{f"clock.{act.value}": f"期限：{title}" for act, title in CLOCK_ACTS.items()},
    "snooze": "暂缓提醒",
    "unsnooze": "恢复提醒",
    "answer": "企业答复",
    **{f"answer.{state.value}": f"答复：{title}" for state, title in ANSWER_STATES.items()},
    "calendar.declare": "改放假安排",
    "calendar.forget": "撤销改过的放假安排",
    "calendar.load": "录入放假安排",
    "letter.bounced": "退信",
    "address.disowned": "邮箱停用",
    "address.trusted": "邮箱恢复",
    "letter.release": "放行待确认的信",
    "letter.suppress": "待确认的信不再发",
    "letter.arrived": "待确认的信已收到",
    "restore": "恢复备份",
    "restore.caught_up": "补录完毕",
    "robot.tried": "试机器人",
    "audit.export": "导出操作记录",
    "enterprise.alias": "登记其他名称",
    "enterprise.alias_back": "去掉其他名称",
    "enterprise.rename": "更名",
    "enterprise.contact": "改联系人",
    "enterprise.merge": "合并企业",
    "enterprise.unmerge": "撤销合并企业",
}
SOURCES = {"cli": "终端", "console": "网页", "flow": "自动", "demo": "演示", "": "自动"}
_NAMES = {
    "role": "角色",
    "name": "姓名",
    "email": "邮箱",
    "phone": "电话",
    "division_code": "区划",
    "active": "在岗",
    "reason": "理由",
    "from": "从",
    "to": "到",
    "deputy": "代办人",
    "until": "到",
    "address": "地址",
    "since": "开始",
    "everywhere": "全部浏览器",
    "failures": "失败次数",
    "case": "事项",
    "need": "还要",
    "on": "日期",
    "kind": "种类",
    "evidence": "依据",
    "closed": "办结",
    "days": "天数",
    "document": "文件",
    "state": "状态",
    "number": "编号",
    "working": "上班",
    "letter": "信",
    "letters": "信",
    "said": "对方说",
    "receipt": "凭证号",
    "words": "说明",
    "file": "文件",
    "filter": "条件",
    "form": "格式",
    "entries": "条数",
}
_ROLES = {role.value: title for role, title in ROLES.items()}
_LONGEST = 200


def act_words(act: str) -> str:
    """Return an act in words; one that has none stays as it is."""
    return ACTS.get(act, act)


def detail_words(detail: str) -> tuple[str, ...]:
    """Return what an entry says besides, a line each: changes as 前 → 后, then the rest."""
    try:
        told = json.loads(detail)
    except ValueError:
        return (detail[:_LONGEST],)
    return tuple(_lines(told)) if isinstance(told, dict) else (_value("", told),)


def _lines(told: dict[str, Any]) -> Iterator[str]:
    before, after = told.pop("before", None), told.pop("after", None)
    if isinstance(before, dict) or isinstance(after, dict):
        yield from _changes(before or {}, after or {})
        shown = {**(before or {}), **(after or {})}
        told = {name: value for name, value in told.items() if name not in shown}
    elif before not in (None, "") or after not in (None, ""):
        yield f"{_value('', before) or '无'} → {_value('', after) or '无'}"
    for name, value in told.items():
        if value not in (None, "", [], {}):
            yield f"{_NAMES.get(name, name)}：{_value(name, value)}"


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for name in {**before, **after}:
        old, new = _value(name, before.get(name)), _value(name, after.get(name))
        if old != new:
            yield f"{_NAMES.get(name, name)}：{old or '无'} → {new or '无'}"


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | dict):
        plain = _is_plain(value)
        text = "、".join(map(str, value)) if plain else json.dumps(value, ensure_ascii=False)
    else:
        text = "" if value is None else str(value)
    if name == "role":
        return _ROLES.get(text, text)
    text = text.removeprefix("staff/")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _is_plain(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str | int) for each in value)
