"""The console in a real Chromium: its door, its lists and its keys, with and without scripts.

Each page of it in both themes and a narrow window: `test_every_page.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.plugins.desk import PASSWORD, Desk
from tests.plugins.pressed import BOTH_WAYS, watch

pytestmark = pytest.mark.chromium
NARROW = 360
AT_MOST = 30 * 1024  # bytes of a first load
# Counts the forms that the page's own script lets go, and keeps the page open all the same.
_STAY = """() => {
  window.sent = 0;
  document.addEventListener("submit", (event) => {
    window.sent += event.defaultPrevented ? 0 : 1;
    event.preventDefault();
  });
}"""
# What axe has nothing against, and where exactly things stand, would take most of its time.
_NOTHING_ELSE = {"resultTypes": ["violations"], "selectors": False}
_ASK_AXE = """how => axe.run(document, how).then(
    found => found.violations.map(each => `${each.id}: ${each.nodes[0].html}`))"""


@contextmanager
def window(chromium: Browser, desk: Desk, login: str = "", **how: object) -> Iterator[Page]:
    """Open a window; whatever breaks the policy, or asks another host, fails."""
    context = chromium.new_context(base_url=desk.address, locale="zh-CN", **how)  # type: ignore[arg-type]
    watch(context)
    page = context.new_page()
    wrong: list[str] = []
    host = urlsplit(desk.address).netloc
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda asked: wrong.append(asked.url) if urlsplit(asked.url).netloc != host else None,
    )
    if login:
        page.goto("/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="今日")).to_be_visible()
    yield page
    context.close()
    assert not wrong


def violations(page: Page, only: str = "") -> list[str]:
    """Return what axe has against a page; by the rules of one tag, or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    by = {"runOnly": {"type": "tag", "values": [only]}} if only else {}
    found: list[str] = page.evaluate(_ASK_AXE, by | _NOTHING_ELSE)
    return found


def faults(page: Page) -> list[str]:
    """Return what is wrong with a page in either theme or a narrow window, all of it unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")  # in which nothing but the colours differs
    found += [f"dark: {each}" for each in violations(page, "cat.color")]
    size = page.viewport_size
    page.set_viewport_size({"width": NARROW, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    if size:
        page.set_viewport_size(size)
    return found + ([f"narrow: {wide} pixels wide"] if wide > NARROW else [])


def test_the_door_is_accessible_and_fits_a_narrow_window(chromium: Browser, desk: Desk) -> None:
    with window(chromium, desk) as page:
        page.goto("/sign-in")
        assert faults(page) == []


def test_a_first_load_is_small(chromium: Browser, desk: Desk) -> None:
    sizes: list[int] = []
    with window(chromium, desk) as page:
        page.on("response", lambda answer: sizes.append(len(answer.body())))
        page.goto("/sign-in")
        page.get_by_label("登录名").fill("clerk")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="今日")).to_be_visible()
        page.wait_for_load_state("networkidle")

    assert sum(sizes) <= AT_MOST


@pytest.mark.presses("/decide")
@BOTH_WAYS
def test_a_clerk_approves_several_after_seeing_what_it_does(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "clerk", java_script_enabled=scripts) as page:
        page.goto("/")
        page.get_by_role("link", name="等本局审核").first.click()
        boxes = page.get_by_role("checkbox", name="选中 ")
        boxes.nth(0).check()
        boxes.nth(1).check()
        page.get_by_label("理由").fill("材料齐全，符合条件")
        page.get_by_role("button", name="同意").click()
        expect(page.get_by_role("heading", name="同意 2 项，会怎样")).to_be_visible()
        expect(page.get_by_text("将给 2 家企业发邮件")).to_be_visible()
        expect(page.get_by_text("摸底筛选 → 入培育库")).to_have_count(2)
        page.get_by_role("button", name="确认同意 2 项").click()
        expect(page.get_by_text("办成 2 项。")).to_be_visible()
        page.get_by_role("link", name="回到列表").click()
        expect(page.get_by_role("heading", name="事项")).to_be_visible()


def test_two_people_decide_the_same_case_and_the_second_is_told_who_was_first(
    chromium: Browser, desk: Desk
) -> None:
    with window(chromium, desk, "clerk") as one, window(chromium, desk, "head") as two:
        one.goto("/cases?waiting=1")
        one.locator("tbody a").first.click()
        two.goto(urlsplit(one.url).path)
        one.get_by_label("理由").fill("材料齐全，符合条件")
        one.get_by_role("button", name="同意").click()
        expect(one.get_by_role("status")).to_contain_text("已同意")
        two.get_by_label("理由").fill("等企业补充数据")
        two.get_by_role("button", name="暂缓").click()
        expect(two.get_by_role("status")).to_contain_text("示例经办 0 分钟前已处理")


@pytest.mark.fault("R12")
def test_sent_twice_or_again_from_the_page_before_it_changes_nothing_more(
    chromium: Browser, desk: Desk
) -> None:
    with window(chromium, desk, "clerk") as page:
        page.goto("/cases?waiting=1")
        page.locator("tbody a").first.click()
        page.get_by_label("理由").fill("等上级通知")
        page.get_by_role("button", name="暂缓").dblclick()
        expect(page.get_by_role("status")).to_contain_text("已暂缓")
        told = page.locator(".story li").count()
        page.go_back()
        expect(
            page.get_by_role("button", name="恢复")
        ).to_be_visible()  # as it stands, not as it was
        page.reload()
        expect(page.locator(".story li")).to_have_count(told)


def test_what_takes_a_moment_says_so_at_once_and_is_not_sent_twice(
    chromium: Browser, desk: Desk
) -> None:
    with window(chromium, desk, "clerk") as page:
        page.goto("/cases?waiting=1")
        page.get_by_role("checkbox", name="全选").check()
        page.get_by_label("理由").fill("等上级通知")
        page.get_by_role("button", name="暂缓…").click()
        sure = page.get_by_role("button", name="确认暂缓 39 项")
        busy = page.locator("[data-busy][aria-live=polite]")
        expect(busy).to_have_text("")
        page.evaluate(_STAY)
        sure.dblclick()
        expect(busy).to_have_text("正在办理 39 项，请等页面打开，不用再点。")
        expect(page.locator("form[aria-busy=true]")).to_have_count(1)
        assert page.evaluate("window.sent") == 1
        page.evaluate("window.dispatchEvent(new Event('pageshow'))")  # as on coming back to it
        expect(busy).to_have_text("")
        expect(page.locator("form[aria-busy]")).to_have_count(0)


def test_keys_walk_the_rows_choose_open_search_and_explain(chromium: Browser, desk: Desk) -> None:
    with window(chromium, desk, "clerk") as page:
        page.goto("/cases")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("tr.here input[type=checkbox]")).to_be_checked()
        expect(page.locator("#chosen")).to_have_text("1")
        second = page.locator("tbody tr").nth(1).get_by_role("link").get_attribute("href")
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.get_by_role("heading", name="快捷键")).to_be_visible()
        page.keyboard.press("Escape")
        page.locator("tr.here").get_by_role("link").focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{desk.address}{second}")


def test_a_filter_is_an_address_that_can_be_passed_on(chromium: Browser, desk: Desk) -> None:
    with window(chromium, desk, "clerk") as page:
        page.goto("/cases")
        page.get_by_label("项目").select_option(label="高新技术企业认定")
        page.get_by_label("待审").check()
        page.get_by_role("button", name="筛选").click()
        expect(page.locator("tbody tr").first).to_contain_text("待审")
        address = page.url
    with window(chromium, desk, "head") as page:
        page.goto(address)
        expect(page.get_by_label("待审")).to_be_checked()
        expect(page.locator("tbody tr").first).to_contain_text("高新技术企业认定")
