from dataclasses import replace

from notifications.memory import MemoryCarrier
from notifications.message import Fate
from tests.plugins.made_up import LETTER


def test_it_fails_as_told_and_then_sends() -> None:
    carrier = MemoryCarrier([Fate.DEFERRED, Fate.STOPPED, Fate.FAILED])

    fates = [carrier.deliver(LETTER).fate for _ in range(4)]

    assert fates == [Fate.DEFERRED, Fate.STOPPED, Fate.FAILED, Fate.SENT]
    assert carrier.messages == [LETTER]
    assert carrier.attempts == [LETTER] * 4


def test_a_letter_whose_answer_was_lost_has_arrived() -> None:
    carrier = MemoryCarrier([Fate.UNKNOWN])

    assert carrier.deliver(LETTER).fate is Fate.UNKNOWN
    assert carrier.find(LETTER.message_id) is True


def test_it_may_be_told_to_forget_as_a_mail_server_does() -> None:
    carrier = MemoryCarrier(remembers=False)
    carrier.deliver(LETTER)

    assert carrier.find(LETTER.message_id) is None


def test_an_impossible_letter_does_not_use_up_the_script() -> None:
    carrier = MemoryCarrier([Fate.DEFERRED])

    assert carrier.deliver(replace(LETTER, message_id="")).fate is Fate.FAILED
    assert carrier.deliver(LETTER).fate is Fate.DEFERRED


def test_it_remembers_that_the_caller_tidied_up() -> None:
    carrier = MemoryCarrier()
    assert not carrier.closed

    carrier.close()

    assert carrier.closed
