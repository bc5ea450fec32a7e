import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar_files import CalendarYear, Holiday, read_year
from config.gazette import parse_gazette, to_toml

SHIPPED = Path(__file__).parents[3] / "config" / "calendars"

OPENING = """\
国务院办公厅关于{year}年部分节假日安排的通知
{document}
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
  经国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
CLOSING = """
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
国务院办公厅
{signed}
"""
TEXTS = {
    2024: (
        OPENING.format(year=2024, document="国办发明电〔2023〕7号")
        + """
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。"""
        + CLOSING.format(signed="2023年10月25日")
    ),
    2025: (
        OPENING.format(year=2025, document="国办发明电〔2024〕12号")
        + """
自2025年1月1日起，全体公民放假的假日增加2天。除个别特殊情形外，国庆节自10月1日起放假调休7天。
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。"""
        + CLOSING.format(signed="2024年11月12日")
    ),
    2026: (
        OPENING.format(year=2026, document="国办发明电〔2025〕7号")
        + """
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
鼓励单位和个人结合落实带薪年休假等制度，实际形成较长假期，推动错峰出行。"""
        + CLOSING.format(signed="2025年11月4日")
    ),
}
ONE = TEXTS[2026]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def read(lines: str, year: int = 2026) -> tuple[CalendarYear, list[str]]:
    """Read a few lines, leaving out the complaint about the holidays they do not name."""
    arrangement, problems = parse_gazette(lines, year)
    return arrangement, [each for each in problems if not each.startswith("没有读到")]


def spans(year: CalendarYear) -> list[tuple[str, str, str]]:
    return [(each.name, str(each.first), str(each.last)) for each in year.holiday]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_a_real_notice_gives_the_shipped_calendar(year: int) -> None:
    arrangement, problems = parse_gazette(TEXTS[year], year)
    shipped, _ = read_year(SHIPPED / f"{year}.toml")

    assert problems == []
    assert shipped is not None
    assert arrangement.text.startswith("国务院办公厅关于")
    ours = {"source": shipped.source, "text": ""}
    assert arrangement.model_copy(update=ours) == shipped


@pytest.mark.parametrize(
    "text",
    [
        ONE.replace("（", "(").replace("）", ")").replace("：", ":").replace("，", ","),
        ONE.replace("周", "星期"),
        ONE.replace("\n", "\r\n\r\n　　"),
        ONE.replace("调", "调\n").replace("月", " 月 "),
        ONE.translate({ord("0") + n: ord("０") + n for n in range(10)}),
        ONE[ONE.index("一、") :],
        ONE.replace("至", "到"),
    ],
    ids=["half-width", "星期", "blank lines", "broken lines", "full-width", "bare", "到"],
)
def test_however_it_was_pasted_it_reads_the_same(text: str) -> None:
    arrangement, problems = parse_gazette(text, 2026)
    expected, _ = parse_gazette(ONE, 2026)

    assert problems == []
    assert (arrangement.holiday, arrangement.work) == (expected.holiday, expected.work)


def test_weekday_notes_may_be_missing() -> None:
    arrangement, problems = read("一、元旦：1月1日至3日放假调休，共3天。1月4日上班。")

    assert problems == []
    assert spans(arrangement) == [("元旦", "2026-01-01", "2026-01-03")]
    assert arrangement.work == (day("2026-01-04"),)


def test_sunday_has_two_names() -> None:
    _, problems = read("一、元旦：1月1日至3日放假，共3天。1月4日（星期天）上班。")

    assert problems == []


def test_a_heading_may_be_without_its_number_or_with_the_year() -> None:
    arrangement, problems = read("2026年元旦：1月1日放假。清明节：4月4日至6日放假，共3天。")

    assert problems == []
    assert [each.name for each in arrangement.holiday] == ["元旦", "清明节"]


def test_a_heading_may_follow_a_line_without_a_full_stop() -> None:
    arrangement, problems = read(
        "国办发明电〔2026〕9号\n一、元旦：1月1日放假。七、国庆节、中秋节：10月1日放假。"
    )

    assert problems == []
    assert [each.name for each in arrangement.holiday] == ["元旦", "国庆节、中秋节"]


def test_a_span_may_cross_a_month() -> None:
    arrangement, problems = read("二、春节：1月31日至2月6日放假调休，共7天。", 2022)

    assert problems == []
    assert spans(arrangement) == [("春节", "2022-01-31", "2022-02-06")]


@pytest.mark.parametrize(
    "line",
    [
        "一、元旦：12月31日至1月2日放假调休，共3天。",
        "一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。",
        "一、元旦：2022年12月31日（周六）至1月2日（周一）放假调休，共3天。",
    ],
)
def test_new_year_may_begin_in_the_year_before(line: str) -> None:
    arrangement, problems = read(line, 2023)

    assert problems == []
    assert spans(arrangement) == [("元旦", "2022-12-31", "2023-01-02")]


def test_new_year_may_be_made_up_in_the_year_before() -> None:
    arrangement, problems = read(
        "一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。12月29日（星期六）上班。", 2019
    )

    assert problems == []
    assert arrangement.work == (day("2018-12-29"),)


def test_a_day_given_back_later_belongs_to_its_holiday() -> None:
    arrangement, problems = read("三、清明节：4月5日放假，4月7日（星期一）补休。", 2014)

    assert problems == []
    assert spans(arrangement) == [
        ("清明节", "2014-04-05", "2014-04-05"),
        ("清明节", "2014-04-07", "2014-04-07"),
    ]


def test_make_up_days_may_share_their_month() -> None:
    arrangement, problems = read("七、国庆节：10月1日至7日放假，共7天。10月8日、9日上班。", 2022)

    assert problems == []
    assert arrangement.work == (day("2022-10-08"), day("2022-10-09"))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "四、劳动节：5月1日（周四）至5日（周二）放假，共5天。",
            "“劳动节”中的“5月1日(周四)”应为周五（2026-05-01），请核对原文或年份",
        ),
        (
            "四、劳动节：5月1日至5日放假，共5天。5月9日（星期天）上班。",
            "“劳动节”中的“5月9日(星期天)”应为周六（2026-05-09），请核对原文或年份",
        ),
        (
            "四、劳动节：5月1日至5日放假调休，共4天。",
            "“劳动节”写明共 4 天，按起止日期算是 5 天，请核对原文",
        ),
        (
            "四、劳动节：5月1日放假3天。",
            "“劳动节”写明共 3 天，按起止日期算是 1 天，请核对原文",
        ),
        (
            "四、劳动节：5月1日至5日放假。5月11日上班。",
            "调休上班（work）第 1 项 2026-05-11（周一）不是周末，调休上班日只能是周六或周日，"
            "请核对通知原文",
        ),
        (
            "四、劳动节：5月5日至1日放假。",
            "放假（holiday）第 1 项“劳动节” 的 to = 2026-05-01 早于 from = 2026-05-05，"
            "请核对起止日期",
        ),
        (
            "四、劳动节：4月31日至5月5日放假。",
            "“劳动节”中的“4月31日”不是有效日期，请核对原文",
        ),
        (
            "四、劳动节：1日至5日放假。",
            "“劳动节”中的“1日”不是有效日期，请核对原文",
        ),
        (
            "四、劳动节：5月1日、2日放假。",
            "“四、劳动节:5月1日、2日放假。”没有完全读懂，请核对原文，必要时手工填写",
        ),
        (
            "四、劳动节：5月1日至5日放假。五月九日上班。",
            "“五月九日上班。”没有完全读懂，请核对原文，必要时手工填写",
        ),
        (
            "国务院办公厅关于2025年部分节假日安排的通知。四、劳动节：5月1日至5日放假。",
            "这是 2025 年的通知，不是 2026 年的，请核对所选年份",
        ),
    ],
)
def test_what_does_not_fit_is_a_problem(line: str, problem: str) -> None:
    _, problems = read(line)

    assert problem in problems


def test_half_a_readable_span_is_not_taken_for_a_single_day() -> None:
    arrangement, _ = read("四、劳动节：4月31日至5月5日放假。")

    assert arrangement.holiday == ()


def test_last_years_notice_is_noticed_by_its_weekdays() -> None:
    body = TEXTS[2025][TEXTS[2025].index("一、") :]

    _, problems = parse_gazette(body, 2026)

    assert any("“元旦”中的“1月1日(周三)”应为周四" in problem for problem in problems)


def test_holidays_that_were_not_pasted_are_missed() -> None:
    _, problems = parse_gazette(ONE[: ONE.index("六、")], 2026)

    assert problems == [
        "没有读到“中秋”，请核对是否漏贴",
        "没有读到“国庆”，请核对是否漏贴",
    ]


def test_any_other_text_gives_nothing_and_says_so() -> None:
    arrangement, problems = parse_gazette("关于召开会议的通知：3月2日上午在三楼开会。", 2026)

    assert (arrangement.holiday, arrangement.work) == ((), ())
    assert len(problems) == 7


@given(st.text(alphabet="一二、：:12345月日（()）周六至放假上班共天。，元旦\n ", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    arrangement, problems = parse_gazette(text, 2026)

    assert arrangement.year == 2026
    assert problems


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_what_was_pasted_is_read_back_from_its_file(year: int, tmp_path: Path) -> None:
    arrangement, _ = parse_gazette(TEXTS[year], year)
    path = tmp_path / f"{year}.toml"

    path.write_text(to_toml(arrangement), encoding="utf-8")

    assert read_year(path) == (arrangement, [])


def test_quotes_in_a_name_survive_the_file(tmp_path: Path) -> None:
    odd = CalendarYear(
        year=2026,
        status="provisional",
        title='示例 "引号" \\ 反斜杠',
        source="示例",
        holiday=(Holiday(name='"元旦"', first=day("2026-01-01"), last=day("2026-01-01")),),
    )
    path = tmp_path / "2026.toml"

    path.write_text(to_toml(odd), encoding="utf-8")

    assert read_year(path) == (odd, [])
