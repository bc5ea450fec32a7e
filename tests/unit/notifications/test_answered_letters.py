"""Letters with answers in them: a link per matter, no scolding of who has done their part."""

import datetime as dt

from notifications.letters import AnswerItem, enterprise_daily, staff_daily
from tests.plugins.made_up import FIRM, ON, a_head, a_review, an_item

PAGE = "https://peiyu.bureau.example/a/"
OFFERED = "您已填报凭证号 受理 1 号（5月20日），待科技局核对"


def _answer(kind: str, number: int = 7, **changes: object) -> AnswerItem:
    made: dict[str, object] = {
        "number": number,
        "kind": kind,
        "enterprise": FIRM,
        "programme": "高新技术企业认定",
        "title": "高企年报",
        "due_on": ON + dt.timedelta(days=4),
        "on": ON,
        "who": "张示例",
        "phone": "0745-1111111",
    }
    return AnswerItem(**made | changes)  # type: ignore[arg-type]


def test_each_matter_has_its_own_link_also_two_of_one_title() -> None:
    due = [an_item(answer_url=f"{PAGE}one"), an_item(answer_url=f"{PAGE}two")]
    letter = enterprise_daily(a_head(), enterprise=FIRM, due=due, moves=())

    for page in ("one", "two"):
        assert f"答复（已知悉、已办理、需要帮助）：{PAGE}{page}\n" in letter.text
        assert f'href="{PAGE}{page}"' in letter.html
    assert "请回复告知" not in letter.text + letter.html


def test_without_links_the_reader_is_told_to_reply() -> None:
    letter = enterprise_daily(a_head(), enterprise=FIRM, due=[an_item()], moves=())

    assert "已经办好的，请回复告知，我们登记后不再提醒。" in letter.text
    assert "答复" not in letter.text.replace("回复", "")


def test_who_has_offered_a_receipt_is_not_urged_however_late_it_is() -> None:
    late = an_item(-3, tone="overdue", note=OFFERED, calm=True, answer_url=f"{PAGE}one")
    letter = enterprise_daily(a_head(), enterprise=FIRM, due=[late], moves=())

    assert letter.subject == "【核对中】高企年报 已填报凭证号，待核对"
    for words in (letter.text, letter.html):
        assert OFFERED in words
        assert "现在不用再办什么" in words
        assert "超期" not in words.replace("overdue", "")


def test_what_was_offered_stands_behind_what_is_due_and_is_not_counted() -> None:
    due = [an_item(-3, title="科小更新", note=OFFERED, calm=True), an_item()]
    letter = enterprise_daily(a_head(), enterprise=FIRM, due=due, moves=())

    assert letter.subject == "【截止提醒】高企年报 还有 4 天（5月31日）"
    assert "有 1 项事情要按时办理" in letter.text
    assert letter.text.index("高企年报") < letter.text.index("■ 您已填报，待核对")


def test_staff_read_who_needs_help_first_and_what_to_type() -> None:
    waiting = (_answer("done", 3, said="受理 1 号"), _answer("help", 4, said="不会填"), a_review())
    letter = staff_daily(a_head(), reviews=(*waiting, _answer("seen", 5)))

    assert letter.text.index("需要帮助") < letter.text.index("已办理，请核对")
    for words in (
        "说明：不会填",
        "张示例，电话 0745-1111111",
        "peiyu answers handled 4 --reason",
        "凭证号：受理 1 号",
        "peiyu answers confirm 3",
        "peiyu answers return 3 --reason",
    ):
        assert words in letter.text
    assert "企业答复 2 件" in letter.text
    assert "■ 企业已知悉\n   · 示例科技有限公司：高企年报（5月27日）" in letter.text
    for words in ("需要帮助：示例科技有限公司", "peiyu answers confirm 3", "企业已知悉"):
        assert words in letter.html


def test_a_letter_of_answers_alone_says_so_in_its_subject() -> None:
    asks = staff_daily(a_head(), reviews=(_answer("help"), _answer("done", 8)))
    seen = staff_daily(a_head(), reviews=(_answer("seen"),))

    assert asks.subject == "【今日待办 2 项】示例科技有限公司需要帮助：高企年报"
    assert seen.subject == "【今日待办】企业已知悉 1 件"
    assert "今天没有等您办理的事项" not in asks.text + asks.html


def test_words_of_an_enterprise_stay_words() -> None:
    letter = staff_daily(a_head(), reviews=(_answer("help", said="<script>x</script>\nBcc: y"),))

    assert "<script>" not in letter.html
    assert "\nBcc" not in letter.text
