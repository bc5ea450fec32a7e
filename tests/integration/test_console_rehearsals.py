"""预演: some days played on a copy in the background; nothing is sent, nothing else is written."""

import re
import time

from sqlalchemy import func, select

from models.letter import Letter
from tests.plugins.desk import Browser, Desk


def begun(head: Browser, first: str, last: str, *, times: int = 1) -> str:
    """Ask for a rehearsal with one form, sent so many times; return the page that follows."""
    page = head.get("/rehearsals").text
    wish = re.search(r'name="wish" value="([^"]+)"', page)
    assert wish
    for _ in range(times):
        answer = head.post("/rehearsals", {"wish": wish[1], "first": first, "last": last})
    return answer.text


def test_a_rehearsal_is_played_once_and_shows_letters_by_day_and_each_officers_load(
    desk: Desk,
) -> None:
    head = desk.signed_in("head")
    before = desk.services.database
    with before.reading() as session:
        letters = session.scalar(select(func.count()).select_from(Letter))
    waits = begun(head, "2026-03-04", "2026-03-13", times=2)
    end = time.monotonic() + 60
    while "正在预演" in (page := head.get("/rehearsals/1").text) and time.monotonic() < end:
        time.sleep(0.2)

    assert "正在预演" in waits or "预演完了" in waits
    assert "预演完了" in page
    assert '<svg class="letters" role="img"' in page
    assert "示例经办" in page
    assert "一封信也没有真的发出" in page
    assert "2026-03-04</th>" in page
    assert head.get("/rehearsals/2").status_code == 404
    with before.reading() as session:
        assert session.scalar(select(func.count()).select_from(Letter)) == letters
    assert "预演完了" in head.get("/rehearsals").text


def test_days_that_can_not_be_rehearsed_are_refused_in_a_sentence(desk: Desk) -> None:
    head = desk.signed_in("head")

    assert "早于开始日期" in begun(head, "2026-04-02", "2026-04-01")
    assert "请从明天起" in begun(head, "2026-03-03", "2026-04-01")
    assert "最多预演两年" in begun(head, "2026-04-01", "2029-04-01")
    assert "请写明从哪一天到哪一天" in begun(head, "明天", "2026-04-01")
    assert desk.signed_in("clerk").get("/rehearsals").status_code == 403
