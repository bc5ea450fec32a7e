"""What programs decide about letters: about all of them or none, once, and back."""

import httpx

from models.enterprise import BadAddress
from models.letter_event import LetterEvent
from tests.integration.test_api import problem
from tests.integration.test_api_more_acts import WHY, done, noted, rows
from tests.integration.test_console_letters import letters, to_a_firm
from tests.plugins.desk import NOW, Desk

ACTS = "/letters/acts"


def test_letters_are_held_released_and_stopped_and_that_is_undone(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    letter = to_a_firm(desk).id
    asked = {"act": "hold", "letters": [letter], "reason": WHY}

    would = done(api.post(ACTS, json={**asked, "preview": True}))
    assert (would["done"], would["letters"], would["people"]) == (False, [letter], 1)
    assert rows(desk, LetterEvent) == 0
    sure = {**asked, "stamp": would["batch"]}
    held, again = (done(api.post(ACTS, json=sure)) for _ in range(2))
    assert held == again
    assert held["batch"] == would["batch"]
    assert noted(desk, "letter.hold") == 1
    shown = done(api.get(f"/letters/{letter}"))
    assert (shown["state"], shown["reason"]) == ("held", f"经示例经办暂停：{WHY}")
    assert {"release", "suppress", "arrived"} <= set(shown["acts"])  # type: ignore[call-overload]
    batch = done(api.get(f"{ACTS}/{held['batch']}"))
    assert (batch["by"], batch["can_go_back"], batch["undone"]) == ("示例经办", 1, False)
    assert done(api.post(f"{ACTS}/{held['batch']}/undo", json={}))["letters"] == 1
    assert "示例经办已经撤销过了" in problem(api.post(f"{ACTS}/{held['batch']}/undo", json={}), 422)
    assert [each.state for each in letters(desk, "held")] == []
    for act, state in (("hold", "held"), ("arrived", "sent")):
        done(api.post(ACTS, json={**asked, "act": act}))
        assert done(api.get(f"/letters/{letter}"))["state"] == state
    assert "这些信不能不再发" in problem(api.post(ACTS, json={**asked, "act": "suppress"}), 422)


def test_all_of_them_or_none_and_none_of_others(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    letter = to_a_firm(desk).id
    asked = {"act": "suppress", "letters": [letter], "reason": WHY}

    assert "请写明理由" in problem(api.post(ACTS, json={**asked, "reason": ""}), 422)
    assert "字数" in problem(api.post(ACTS, json={**asked, "letters": []}), 422)
    some = {**asked, "letters": [letter, 99_999]}
    assert "这些信不能不再发，可能已经发出或有人办过：99999" in problem(
        api.post(ACTS, json=some), 422
    )
    changed = {**asked, "stamp": "0" * 32}
    assert "在您查看之后有变化" in problem(api.post(ACTS, json=changed), 422)
    assert f"：{letter}" in problem(others.post(ACTS, json=asked), 422)
    assert problem(others.get(f"/letters/{letter}"), 404)
    assert rows(desk, LetterEvent) == 0
    stopped = done(api.post(ACTS, json=asked))
    assert done(api.get(f"/letters/{letter}"))["state"] == "suppressed"
    for answer in (others.get(f"{ACTS}/{stopped['batch']}"), api.get(f"{ACTS}/x")):
        assert "没有这一次办理" in problem(answer, 404)
    assert problem(others.post(f"{ACTS}/{stopped['batch']}/undo", json={}), 404)


def test_a_disowned_mailbox_is_written_to_again(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    letter = to_a_firm(desk).id
    email = str(done(api.get(f"/letters/{letter}"))["email"]).lower()
    bad = BadAddress(email=email, at=NOW, status="5.1.1", said="no such user")
    desk.services.database.transact(lambda session: session.add(bad))
    path = f"/letters/{letter}/trust"

    assert done(api.get(f"/letters/{letter}"))["mailbox_said"] == "no such user"
    assert "请写明理由" in problem(api.post(path, json={}), 422)
    assert problem(others.post(path, json={"reason": WHY}), 404)
    assert done(api.post(path, json={"reason": WHY})) == {"email": email}
    assert done(api.get(f"/letters/{letter}"))["mailbox_said"] is None
    assert "没有被退过信" in problem(api.post(path, json={"reason": WHY}), 422)
    assert noted(desk, "address.trusted") == 1
