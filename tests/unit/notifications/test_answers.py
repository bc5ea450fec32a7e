"""The table of what a mail server's answer means."""

import pytest

from notifications.answers import Kind, Step, judge, keeps_talking, kind_of, sentence
from notifications.message import Fate

# For each step, the fate after: no answer, 250, 421, 451, 530, 535, 550, 552.
CODES = (None, 250, 421, 451, 530, 535, 550, 552)
FATES = {
    Step.CONNECT: "stopped stopped deferred deferred stopped stopped stopped stopped",
    Step.TLS: "stopped stopped deferred deferred stopped stopped stopped stopped",
    Step.LOGIN: "stopped stopped deferred deferred stopped stopped stopped stopped",
    Step.SENDER: "deferred deferred deferred deferred stopped stopped stopped failed",
    Step.RECIPIENT: "deferred deferred deferred deferred stopped stopped failed failed",
    Step.DATA: "deferred deferred deferred deferred stopped stopped failed failed",
    Step.BODY: "unknown sent deferred deferred failed failed failed failed",
}
TABLE = [
    (step, code, Fate(fate))
    for step, fates in FATES.items()
    for code, fate in zip(CODES, fates.split(), strict=True)
]


def test_the_table_knows_every_step() -> None:
    assert FATES.keys() == set(Step)


@pytest.mark.parametrize(("step", "code", "fate"), TABLE)
def test_every_answer_to_every_step_has_its_fate(step: Step, code: int | None, fate: Fate) -> None:
    assert judge(step, code) is fate


@pytest.mark.parametrize("code", [None, 0, -1, 99, 199, 354, 600, 25000])
def test_an_answer_of_no_known_kind_is_no_answer(code: int | None) -> None:
    assert kind_of(code) is Kind.NONE
    assert judge(Step.BODY, code) is Fate.UNKNOWN
    assert judge(Step.RECIPIENT, code) is Fate.DEFERRED


@pytest.mark.parametrize(("step", "code", "fate"), TABLE)
def test_every_fate_has_a_sentence_and_a_refusal_its_number(
    step: Step, code: int | None, fate: Fate
) -> None:
    words = sentence(step, fate, code)

    assert words.strip()
    assert words.endswith(f"（{code}）") == (kind_of(code) in {Kind.LATER, Kind.NEVER})


@pytest.mark.parametrize(
    ("step", "code", "words"),
    [
        (Step.RECIPIENT, 550, "收件地址被拒收，请核对联系人的邮箱（550）"),
        (Step.RECIPIENT, 451, "收件方暂时不收信，稍后自动再试（451）"),
        (Step.LOGIN, 535, "邮箱账号或授权码没有通过，请更正设置后再发（535）"),
        (Step.SENDER, 530, "邮件服务器不接受本局的发件地址，请检查发件邮箱设置（530）"),
        (Step.DATA, 530, "邮件服务器要求登录，请检查邮箱账号设置（530）"),
        (Step.BODY, None, "信已交给邮件服务器，但没有收到答复，可能已经送达"),
        (Step.BODY, 250, "邮件服务器已接收"),
    ],
)
def test_staff_read_what_to_mend(step: Step, code: int | None, words: str) -> None:
    assert sentence(step, judge(step, code), code) == words


@pytest.mark.parametrize(
    ("code", "talks"),
    [
        (None, False),
        (250, False),
        (354, False),
        (421, False),
        (451, True),
        (550, True),
        (-1, False),
    ],
)
def test_only_a_plain_refusal_leaves_the_server_in_step(code: int | None, *, talks: bool) -> None:
    assert keeps_talking(code) is talks
