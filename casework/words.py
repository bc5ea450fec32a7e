"""What staff read for the words that the tables keep."""

from casework.decide import Verb
from models.case import ReviewState
from models.deadline import Deadline, DeadlineState
from models.enterprise import Role
from models.ledger import RunState
from models.letter import ItemKind, LetterState
from policy.answers import AnswerKind, AnswerState
from policy.clocks import Act
from policy.findings import Outcome, Verdict
from policy.obligation import DeadlineKind, To, Tone
from policy.programme import Final, Phase

PHASES = {
    Phase.SCREENING: "摸底筛选",
    Phase.TRAINING: "培训辅导",
    Phase.DECLARATION: "申报",
    Phase.CERTIFICATION: "认定",
}
FINALS = {
    Final.ACHIEVED: "已获认定",
    Final.REJECTED: "未通过",
    Final.WITHDRAWN: "已放弃",
    Final.LAPSED: "已过期",
}
VERDICTS = {
    Verdict.MEETS: "符合",
    Verdict.NEEDS_PERSON: "待人工判断",
    Verdict.INCOMPLETE: "缺数据",
    Verdict.FAILS: "不符合",
}
OUTCOMES = {
    Outcome.MET: "符合",
    Outcome.UNMET: "不符合",
    Outcome.UNKNOWN: "缺数据",
    Outcome.NEEDS_PERSON: "待人工判断",
}
KINDS = {
    DeadlineKind.STATUTORY: "法定",
    DeadlineKind.SERVICE: "承诺",
    DeadlineKind.PLANNED: "计划",
}
DEADLINES = {
    DeadlineState.OPEN: "未办",
    DeadlineState.MET: "已办",
    DeadlineState.WAIVED: "免办",
    DeadlineState.SUPERSEDED: "日期已调整",
    DeadlineState.CANNOT_FILE: "无法申报",
}
CLOCK_ACTS = {
    Act.SUSPEND: "中止",
    Act.RESUME: "恢复计时",
    Act.EXTEND: "延期",
    Act.WAIVE: "免办",
    Act.CANNOT_FILE: "无法申报",
    Act.UNDO: "撤销",
}
REVIEWS = {
    ReviewState.OPEN: "待审",
    ReviewState.APPROVED: "同意",
    ReviewState.RETURNED: "退回补正",
    ReviewState.HELD: "暂缓",
    ReviewState.WITHDRAWN: "放弃",
    ReviewState.SUPERSEDED: "情况已变化",
}
VERBS = {
    Verb.APPROVE: "同意",
    Verb.RETURN: "退回补正",
    Verb.HOLD: "暂缓",
    Verb.RESUME: "恢复",
    Verb.WAIVE: "免除",
    Verb.WITHDRAW: "放弃",
    Verb.REOPEN: "重新开始",
}
LETTERS = {
    LetterState.QUEUED: "待发",
    LetterState.TRANSMITTING: "正在发",
    LetterState.SENT: "已发",
    LetterState.DEFERRED: "稍后再发",
    LetterState.FAILED: "发不出",
    LetterState.UNKNOWN: "未收到答复",
    LetterState.SUPPRESSED: "无须发",
    LetterState.HELD: "待确认",
}
ITEMS = {
    ItemKind.RUNG: "提醒",
    ItemKind.MOVE: "进展",
    ItemKind.REVIEW: "待审",
    ItemKind.ALARM: "运行告警",
    ItemKind.DIGEST: "一周摘要",
    ItemKind.ANSWER: "企业答复",
}
ANSWERS = {
    AnswerKind.SEEN: "已知悉",
    AnswerKind.DONE: "已办理",
    AnswerKind.HELP: "需要帮助",
}
ANSWER_STATES = {
    AnswerState.NOTED: "已记下",
    AnswerState.WAITING: "待处理",
    AnswerState.CONFIRMED: "已核对，已办结",
    AnswerState.RETURNED: "已退回",
    AnswerState.HANDLED: "已处理",
}
RUN_KINDS = {
    "monthly": "月度流程",
    "sweep": "提醒",
    "deliver": "发信",
    "digest": "一周摘要",
    "backup": "备份",
    "housekeeping": "夜间清理",
    "restore": "恢复",
}
RUN_STATES = {
    RunState.RUNNING: "正在办",
    RunState.FINISHED: "已办完",
    RunState.FAILED: "没办成",
}
# What a run counts; what has no name here is for programs only.
COUNTS = {
    "opened": "新建事项",
    "moved": "推进",
    "reviews": "待审",
    "deadlines": "新截止",
    "rungs": "到点的提醒",
    "spoken": "写进信函",
    **{state.value: title for state, title in LETTERS.items()},
}
ROLES = {
    Role.CONTACT: "企业联系人",
    Role.CLERK: "经办",
    Role.HEAD: "股长",
    Role.LEADER: "分管领导",
    Role.OPERATOR: "运维",
    Role.AUDITOR: "审计",
    Role.ADMIN: "系统管理员",
    Role.ROBOT: "群机器人",
}
RECIPIENTS = {
    To.CONTACT: ROLES[Role.CONTACT],
    To.CLERK: ROLES[Role.CLERK],
    To.HEAD: ROLES[Role.HEAD],
    To.LEADER: ROLES[Role.LEADER],
}
TONES = {
    Tone.NOTICE: "告知",
    Tone.REMINDER: "提醒",
    Tone.URGENT: "催办",
    Tone.FINAL: "最后提醒",
    Tone.OVERDUE: "超期",
}


def flags_of(deadline: Deadline) -> tuple[str, ...]:
    """Return the words that say how sure a date is."""
    marks = (
        (deadline.estimated, "预计"),
        (deadline.provisional, "暂估"),
        (deadline.needs_confirmation, "待核实"),
    )
    return tuple(word for holds, word in marks if holds)
