"""Printing cases: the list, one case whole, a verdict, an explanation."""

import datetime as dt
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from casework.case_figures import FigureLine
from casework.case_history import History, MoveLine, RecordLine
from casework.case_page import CasePage, Judgement
from casework.cases import CaseList
from casework.explain import Explanation, score_text
from casework.judge import Judged
from casework.words import DEADLINES, OUTCOMES, VERDICTS
from cli.tables import countdown, marks, next_step, print_pairs, say, table
from models.deadline import DeadlineState
from policy.confirm import Confirm
from policy.findings import Outcome, Verdict

_COLOURS = {
    Outcome.MET: "green",
    Outcome.UNMET: "red",
    Outcome.UNKNOWN: "yellow",
    Outcome.NEEDS_PERSON: "cyan",
}
_NARROW = 90  # columns of a terminal
_DISPENSABLE = ("年度", "得分", "工作日")
_PLACES = {"done": "✓", "now": "▶", "ahead": "·"}


def print_cases(console: Console, found: CaseList) -> None:
    """Print one page of cases."""
    if not found.lines:
        say(console, "没有这样的事项。")
        next_step(
            console, "peiyu status    看各阶段有多少", "peiyu run monthly    对照条件，建立事项"
        )
        return
    made = table("编号#", "企业", "项目", "年度", "阶段", "结论", "得分", "工作日#", "标记")
    for line in found.lines:
        marks = (
            (line.waiting, "待审"),
            (line.held, "暂缓"),
            (line.round > 1, f"第{line.round}次"),
        )
        scored = "" if line.score_low is None else score_text(line.score_low, line.score_high)
        made.add_row(
            str(line.id),
            Text(line.enterprise),
            line.programme_title,
            str(line.cycle),
            line.stage_title,
            VERDICTS[Verdict(line.verdict)] if line.verdict else "",
            scored,
            str(line.workdays),
            "、".join(word for holds, word in marks if holds),
        )
    if console.width < _NARROW:  # else names are cut to pieces
        made.columns = [each for each in made.columns if each.header not in _DISPENSABLE]
    console.print(made)
    first = found.lines[0].id
    next_step(console, f"peiyu case {first}    看一个事项的全部")
    if found.following is not None:
        next_step(console, f"加 --after {found.following}    看下一页")


def print_case(console: Console, page: CasePage) -> None:
    """Print everything about one case."""
    say(console, f"{page.enterprise}（{page.uscc}）", style="bold")
    _print_standing(console, page)
    _print_way(console, page)
    if page.judgement is not None:
        _print_judgement(console, page.judgement)
    _print_figures(console, page.figures)
    _print_deadlines(console, page)
    _print_history(console, page.history)
    if page.next_by_person:
        next_step(console, f"peiyu decide {page.id} 同意 --reason 理由 --expect {page.version}")
    next_step(console, f"peiyu explain {page.id}    看每条结论的依据")


def _print_standing(console: Console, page: CasePage) -> None:
    limit = f"，时限 {page.limit_workdays} 个工作日" if page.limit_workdays else ""
    over = "，已超时限" if page.over_limit else ""
    again = f"，第 {page.round} 次" if page.round > 1 else ""
    stage = f"{page.stage_title}（{page.phase_title}），{page.entered_on} 进入"
    spent = "" if page.final else f"，已 {page.workdays} 个工作日{limit}{over}"
    person = "，等待审核" if page.next_by_person else ""
    print_pairs(
        console,
        (
            ("事项", f"编号 {page.id}，版本 {page.version}{again}"),
            ("项目", f"{page.programme_title} {page.cycle} 年度"),
            ("规则", "" if page.rules_of_today else f"沿用立项时的规则（{page.revision}）"),
            ("现在", f"{stage}{spent}"),
            ("结果", page.final or ""),
            ("暂缓", "已暂缓，peiyu decide … 恢复 可继续" if page.held else ""),
            ("下一步", f"{page.next_stage}{person}" if page.next_stage else ""),
            *(("等待", f"{each.title}：{each.reason}") for each in page.waiting),
        ),
    )


def _print_way(console: Console, page: CasePage) -> None:
    words = (f"{_PLACES[each.place]}{each.title}" for each in page.stages)
    say(console, "阶段：" + " → ".join(words))


def _print_judgement(console: Console, judged: Judgement) -> None:
    scored = ""
    if judged.score_low is not None:
        points = score_text(judged.score_low, judged.score_high)
        scored = f"，得分 {points} / {judged.score_maximum} 分"
    title = f"{judged.on} 判断：{judged.verdict_title}{scored}"
    say(console, title, style="bold")
    made = table("结论", "条件", "说明", "依据")
    for each in judged.findings:
        outcome = Text(each.outcome_title, _COLOURS[Outcome(each.outcome)])
        made.add_row(outcome, each.title, Text(each.text), Text(each.source))
    console.print(made)
    advice = [each.advice for each in judged.findings if each.outcome == Outcome.UNMET.value]
    say(console, *(f"建议：{words}" for words in dict.fromkeys(filter(None, advice))))


def print_judged(console: Console, judged: Judged) -> None:
    """Print what a programme says of one enterprise."""
    verdict = VERDICTS[Verdict(judged.verdict)]
    say(console, f"{judged.title}：{verdict}（按 {judged.on} 的规定）", style="bold")
    if judged.score is not None:
        say(console, f"得分 {score_text(judged.score.low, judged.score.high)} 分")
    made = table("结论", "条件", "说明", "依据")
    for each in judged.findings:
        outcome = Outcome(each.outcome)
        sure = "" if each.confirm == Confirm.CONFIRMED.value else "（待核实）"
        made.add_row(
            Text(OUTCOMES[outcome], _COLOURS[outcome]),
            each.title,
            Text(each.shown.text),
            Text(f"{each.shown.source}{sure}"),
        )
    console.print(made)


def _print_figures(console: Console, figures: Iterable[FigureLine]) -> None:
    """Print the figures, those that came together in one line."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for each in figures:
        if each.value:
            given = f"{each.by} {each.on or ''}".strip()
            key = (str(each.year or ""), each.source, given)
            together.setdefault(key, []).append(f"{each.title} {each.value}")
    if not together:
        return
    say(console, "所用数据", style="bold")
    made = table("年度", "来源", "提供", "数据")
    for (year, source, given), values in together.items():
        made.add_row(year, Text(source), Text(given), Text("；".join(values)))
    console.print(made)


def _print_deadlines(console: Console, page: CasePage) -> None:
    if not page.deadlines:
        return
    say(console, "截止事项", style="bold")
    made = table("编号#", "截止日", "事项", "状态", "标记")
    for line in page.deadlines:
        is_open = line.state == DeadlineState.OPEN.value
        words = (
            f"还有 {countdown(line.days_left)}" if is_open else DEADLINES[DeadlineState(line.state)]
        )
        if is_open and line.suspended_on:
            words = f"{line.suspended_on} 起中止"
        elif is_open and line.days_left <= 0:
            words = countdown(line.days_left)
        made.add_row(str(line.id), str(line.due_on), line.title, words, Text(marks(line)))
    console.print(made)


def _print_history(console: Console, history: History) -> None:
    rows: list[tuple[dt.date, str, str, str]] = [
        *(
            (each.on, "流转", f"{each.from_title} → {each.to_title}", _because(each))
            for each in history.moves
        ),
        *(
            (each.on, "登记", each.title + ("" if each.counts else "（不再计）"), _who(each))
            for each in history.records
        ),
        *(
            (each.opened_on, "待审", f"{each.to_title}：{each.state_title}", each.reason)
            for each in history.reviews
        ),
        *(
            (
                each.at.date(),
                "免除",
                f"{each.stage_title}：{each.need}" + ("" if each.counts else "（不再计）"),
                f"{each.by}：{each.reason}",
            )
            for each in history.waivers
        ),
        *(
            (each.on, "信函", f"{each.kind_title} {each.about} → {each.to}", each.state_title)
            for each in history.letters
        ),
    ]
    if not rows:
        return
    say(console, "经过", style="bold")
    made = table("日期", "", "内容", "说明")
    for day, what, content, words in sorted(rows, key=lambda row: row[0]):
        made.add_row(str(day), what, Text(content), Text(words))
    console.print(made)


def _because(move: MoveLine) -> str:
    evidence = f"（{'；'.join(move.evidence)}）" if move.evidence else ""
    return f"{move.actor}：{move.reason}{evidence}"


def _who(record: RecordLine) -> str:
    return f"{record.by}：{record.evidence}" if record.evidence else record.by


def print_explanation(console: Console, found: Explanation) -> None:
    """Print an answer and its reasons."""
    say(console, found.subject, style="bold")
    say(console, found.answer)
    made = table("", "说明", "依据")
    for each in found.reasons:
        made.add_row(Text(each.about), Text(each.said), Text(each.source))
    if found.reasons:
        console.print(made)
