import datetime as dt
import re

import pytest

from notifications.letters import (
    Rendered,
    Summaries,
    WeekLine,
    WeekRows,
    enterprise_daily,
    staff_daily,
)
from notifications.values import DueItem, MoveItem
from tests.plugins.made_up import (
    FIRM,
    OFFICE,
    ON,
    a_head,
    a_move,
    a_review,
    a_week,
    a_week_section,
    an_item,
)


def to_firm(
    *due: DueItem, moves: tuple[MoveItem, ...] = (), firm: str = FIRM, **head: object
) -> Rendered:
    return enterprise_daily(a_head(**head), enterprise=firm, due=due, moves=moves)


def seen(html: str) -> str:
    """Return what a reader sees of a page."""
    body = html.partition("<body")[2].partition(">")[2]
    return re.sub(r"\s+", " ", re.sub(r"<!--.*?-->|<[^>]*>", "", body, flags=re.DOTALL))


@pytest.mark.parametrize(
    ("tone", "days_left", "subject"),
    [
        ("notice", 40, "【截止提醒】高企年报 还有 40 天（7月6日）"),
        ("reminder", 15, "【截止提醒】高企年报 还有 15 天（6月11日）"),
        ("urgent", 4, "【截止提醒】高企年报 还有 4 天（5月31日）"),
        ("final", 0, "【最后提醒】高企年报 今天截止（5月27日）"),
        ("overdue", -2, "【已超期】高企年报 已超期 2 天（5月25日）"),
        ("final", -2, "【已超期】高企年报 已超期 2 天（5月25日）"),
        ("overdue", 2, "【最后提醒】高企年报 还有 2 天（5月29日）"),
    ],
)
def test_the_subject_says_what_is_due_and_when(tone: str, days_left: int, subject: str) -> None:
    assert to_firm(an_item(days_left, tone=tone)).subject == subject


def test_the_subject_names_the_gravest_matter_and_how_many_there_are() -> None:
    rendered = to_firm(an_item(30, tone="notice"), an_item(9, title="火炬统计", tone="final"))

    assert rendered.subject == "【最后提醒】火炬统计 还有 9 天（6月5日）等 2 项"


def test_the_subject_says_how_sure_the_date_is() -> None:
    rendered = to_firm(an_item(flags=("预计", "待核实")))

    assert rendered.subject == "【截止提醒】高企年报 还有 4 天（5月31日，预计、待核实）"


def test_a_matter_reads_what_when_where_and_what_to_prepare_and_then_whom_to_ask() -> None:
    rendered = to_firm(an_item(), moves=(a_move(),))

    in_order = [
        "高企年报",
        "5月31日 周日，还有 4 天",
        "在哪里办：示例工作网",
        "办理要点：上一年度示例报表",
        "依据：示例〔2026〕1号",
        "咨询：示例市科技局",
    ]
    for words in (rendered.text, seen(rendered.html)):
        places = [words.index(each) for each in in_order]
        assert places == sorted(places)


def test_the_text_and_the_page_say_the_same() -> None:
    rendered = to_firm(an_item(flags=("预计",)), an_item(-2, title="科小更新"), moves=(a_move(),))

    shown = seen(rendered.html)
    for words in (
        "张示例，您好：",
        "有 2 项事情要按时办理，最急的排在最前",
        "科小更新",
        "已超期 2 天",
        "预计：日期按往年通知或转述推算",
        "摸底筛选 → 培训辅导",
        "原因：条件均已达到",
        "下一步：参加示例培训",
        "电话 0745-0000000",
        "附件“截止日期.ics”可以导入手机或电脑的日历",
    ):
        assert words in rendered.text
        assert words in shown


def test_what_is_overdue_is_never_still_ahead() -> None:
    rendered = to_firm(*(an_item(-3, tone=tone) for tone in ("reminder", "final", "overdue")))

    for words in (rendered.subject, rendered.text, rendered.html):
        assert "还有" not in words
        assert "已超期 3 天" in words
    assert "已经超期的请尽快办理，有困难请与我们联系" in rendered.text
    assert "截止日期.ics" not in rendered.text + rendered.html


def test_nothing_overdue_is_no_word_of_overdue() -> None:
    assert "超期" not in to_firm(an_item()).text


def test_one_matter_is_not_said_to_be_in_order() -> None:
    assert "最急的排在最前" not in to_firm(an_item()).text


def test_every_flag_in_use_is_explained_once_and_no_other() -> None:
    rendered = to_firm(an_item(flags=("预计",)), an_item(title="证书到期", flags=("预计", "暂估")))

    for words in (rendered.text, seen(rendered.html)):
        assert words.count("预计：日期按往年通知或转述推算，以本年正式通知为准。") == 1
        assert words.count("暂估：放假安排尚未公布，按周一至周五推算，公布后可能变动。") == 1
        assert "待核实" not in words
    unsure = to_firm(an_item(flags=("待核实",)))
    assert "5月31日 周日，还有 4 天【待核实】" in unsure.text
    assert "待核实：依据尚未与文件原文核对。" in unsure.text


def test_moves_alone_are_news_and_ask_for_nothing() -> None:
    earlier = a_move(on=ON - dt.timedelta(days=1), programme="科技型中小企业评价")
    rendered = to_firm(moves=(a_move(), earlier))

    assert rendered.subject == "【进展通知】高新技术企业认定 已进入“培训辅导”等 2 项"
    assert "要按时办理" not in rendered.text
    assert "贵单位的事项有新进展" in rendered.html
    assert rendered.text.index("科技型中小企业评价") < rendered.text.index("高新技术企业认定")


def test_a_move_without_reason_or_next_step_has_no_empty_line_for_them() -> None:
    rendered = to_firm(moves=(a_move(reason="", next_step=""),))

    assert "原因" not in rendered.text + rendered.html
    assert "下一步" not in rendered.text + rendered.html


def test_a_letter_that_also_speaks_for_another_enterprise_names_it() -> None:
    rendered = to_firm(an_item(enterprise="示例二公司"), moves=(a_move(enterprise="示例三公司"),))

    for words in (rendered.text, seen(rendered.html)):
        assert "企业：示例二公司" in words
        assert "示例三公司" in words
    assert "企业：" not in to_firm(an_item()).text


def test_nothing_at_all_is_said_plainly() -> None:
    rendered = to_firm()

    assert rendered.subject == "【企业培育】今天没有需要办理的事项"
    assert f"{FIRM}今天没有需要办理的事项。" in rendered.text
    assert "贵单位今天没有需要办理的事项。" in rendered.html


def test_an_item_without_the_rest_is_a_date_and_nothing_else() -> None:
    rendered = to_firm(an_item(explanation="", where="", prepare=""))

    assert "在哪里办" not in rendered.text + rendered.html
    assert "办理要点" not in rendered.text + rendered.html


def test_a_person_without_a_name_and_an_office_without_a_phone_leave_no_gap() -> None:
    bare = OFFICE.__class__(name="示例局", sender="企业培育服务")
    rendered = to_firm(an_item(), to_name="", office=bare)

    assert rendered.text.startswith("您好：\n")
    assert "咨询：示例局 企业培育服务\n" in rendered.text
    assert "电话" not in rendered.text + rendered.html
    assert "来电" not in rendered.text + rendered.html


@pytest.mark.parametrize("write", [to_firm, lambda **head: staff_daily(a_head(**head))])
def test_a_demonstration_says_so_first_of_all(write: object) -> None:
    shown, real = write(demo=True), write()  # type: ignore[operator]

    assert shown.subject.startswith("【演示数据】")
    assert shown.text.startswith("【演示数据】企业、日期和事项都是虚构的，不需要办理。")
    assert "演示数据" in seen(shown.html)
    assert "演示" not in real.subject + real.text + seen(real.html)


def test_staff_read_how_much_waits_and_the_gravest_first() -> None:
    due = [an_item(-2, title="科小更新"), *(an_item(enterprise=f"示例{n}") for n in range(3))]
    rendered = staff_daily(a_head(), due=due, reviews=[a_review()])

    assert rendered.subject == (
        "【今日待办 5 项】科小更新 已超期 2 天（示例科技有限公司，5月25日）"
    )
    assert "超期 1 项，将截止 3 项，待审 1 项，最急的排在最前。" in rendered.text
    assert "共 3 家：示例0、示例1、示例2" in rendered.text
    assert "摸底筛选 → 培训辅导；5月24日提出，已等 3 天" in rendered.text
    assert "达到 8 项" in rendered.text
    assert "达到 8 项" in rendered.html


def test_a_long_name_does_not_fill_a_subject() -> None:
    long = "示例新材料与高端装备智能制造技术研究开发（集团）股份有限公司"
    due = [an_item(enterprise=long, flags=("预计",)), an_item(enterprise="示例二", flags=("预计",))]

    assert staff_daily(a_head(), due=due).subject == (
        "【今日待办 2 项】高企年报 还有 4 天（示例二 等 2 家，5月31日，预计）"
    )
    assert staff_daily(a_head(), due=due[:1]).subject == (
        "【今日待办】高企年报 还有 4 天（示例新材料与高端装备智能制造技…，5月31日，预计）"
    )


def test_reviews_alone_make_a_staff_letter_and_the_longest_wait_comes_first() -> None:
    waited = a_review(enterprise="示例二", waiting_since=ON - dt.timedelta(days=9), summary="")
    rendered = staff_daily(a_head(), reviews=[a_review(), waited])

    assert rendered.subject == "【今日待办 2 项】摸底筛选 → 培训辅导 待审，已等 9 天（示例二）"
    assert rendered.text.index("示例二") < rendered.text.index(FIRM)


def test_staff_with_nothing_to_do_read_that() -> None:
    rendered = staff_daily(a_head())

    assert rendered.subject == "【今日待办】没有等您办理的事项"
    assert "今天没有等您办理的事项。" in rendered.text
    assert "今天没有等您办理的事项。" in rendered.html


def test_a_week_alone_is_the_whole_letter() -> None:
    waiting = a_week_section(title="等本局审核", tone="reminder", count=5, lines=(), more=5)
    rendered = staff_daily(a_head(), summaries=Summaries(week=a_week(a_week_section(), waiting)))

    assert rendered.subject == "【一周摘要】第 22 周：已经超期 2 项，等本局审核 5 项"
    for words in (rendered.text, seen(rendered.html)):
        in_order = [
            "第 22 周（5月25日—5月31日）",
            "已经超期：2 项",
            "另有 1 条",
            "等本局审核：5 项",
        ]
        in_order[0] = in_order[0] if words is rendered.text else "第 22 周"
        places = [words.index(each) for each in in_order]
        assert places == sorted(places)
        assert "高企年报（高新技术企业认定）" in words
        assert "法定，已超期 3 天" in words
        assert "暂估：放假安排尚未公布" in words  # a flag is explained here too
        assert "今日待办" not in words
        assert "没有等您办理的事项" not in words


def test_which_rows_a_line_of_the_week_tells_of_is_for_pages_and_in_no_letter() -> None:
    def letter(rows: WeekRows | None) -> Rendered:
        line = WeekLine(what="示例二（高新技术企业认定）", details=("已等 3 天",), rows=rows)
        week = a_week(a_week_section(lines=(line,)))
        return staff_daily(a_head(), summaries=Summaries(week=week))

    assert letter(WeekRows(of="case", keys={"id": "77"})) == letter(None)


def test_a_week_stands_above_the_day() -> None:
    rendered = staff_daily(
        a_head(), due=[an_item()], summaries=Summaries(week=a_week(a_week_section()))
    )

    assert rendered.subject.startswith("【今日待办】高企年报 还有 4 天")
    assert rendered.text.index("【一周摘要】") < rendered.text.index("【今日待办】超期 0 项")
    shown = seen(rendered.html)
    assert shown.index("第 22 周") < shown.index("即将截止")


def test_a_second_copy_of_a_week_in_which_all_is_well_by_now_says_so() -> None:
    rendered = staff_daily(a_head(), summaries=Summaries(week=a_week()))

    assert rendered.subject == "【一周摘要】第 22 周：没有需要留意的事项"
    assert "没有需要留意的事项。" in rendered.text
    assert "没有需要留意的事项。" in seen(rendered.html)


def test_what_a_roster_says_can_not_break_out_of_a_week() -> None:
    line = a_week_section().lines[0].__class__(what="<b>示例</b>\n■ 假的", details=("<i>",))
    rendered = staff_daily(
        a_head(), summaries=Summaries(week=a_week(a_week_section(lines=(line,))))
    )

    assert "<b>示例" not in rendered.html
    assert "\n■ 假的" not in rendered.text
