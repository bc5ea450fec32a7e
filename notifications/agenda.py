"""The order of a letter: the gravest matters first, and one entry for what is one matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notifications.values import DueItem
from policy.obligation import Tone

_TITLES = {
    Tone.OVERDUE: "已经超期",
    Tone.FINAL: "最后提醒",
    Tone.URGENT: "即将截止",
    Tone.REMINDER: "请抓紧准备",
    Tone.NOTICE: "提前告知",
}
_GRAVEST_FIRST = tuple(_TITLES)
_QUIET = (Tone.REMINDER, Tone.NOTICE)
_OFFERED = "您已填报，待核对"
_NAMED_AT_MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One date, and every enterprise that it binds."""

    item: DueItem
    enterprises: tuple[str, ...]

    @property
    def names(self) -> str:
        """Return the enterprises in one breath: beyond thirty nobody reads on."""
        more = len(self.enterprises) - _NAMED_AT_MOST
        named = "、".join(self.enterprises[:_NAMED_AT_MOST])
        return f"{named}，另有 {more} 家见到期清单" if more > 0 else named


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The matters of one tone, the earliest first."""

    tone: Tone
    title: str
    matters: tuple[Matter, ...]
    calm: bool = False  # the reader has done their part


def sections(items: Iterable[DueItem]) -> tuple[Section, ...]:
    """Return the items as a letter lists them, last what waited for it.

    ValueError: a tone that no ladder knows.
    """
    found: dict[Tone, list[DueItem]] = {tone: [] for tone in _GRAVEST_FIRST}
    waited: list[DueItem] = []
    calm: list[DueItem] = []
    for item in sorted(items, key=_by_date):
        tone = _tone(item)
        quiet = waited if item.waited and tone in _QUIET else found[tone]
        (calm if item.calm else quiet).append(item)
    if not any(found.values()):  # nothing but what waited: it is what this letter is about
        for item in waited:
            found[_tone(item)].append(item)
        waited = []
    made = [
        Section(tone=tone, title=_TITLES[tone], matters=_matters(listed))
        for tone, listed in found.items()
        if listed
    ]
    if waited:
        made.append(Section(tone=Tone.NOTICE, title="本周另有", matters=_matters(waited)))
    if calm:
        made.append(Section(tone=Tone.NOTICE, title=_OFFERED, matters=_matters(calm), calm=True))
    return tuple(made)


def _tone(item: DueItem) -> Tone:
    # A letter may leave later than it was meant to, or speak for another day: what has passed
    # is never "3 days left", and what has not passed is never overdue.
    meant = Tone(item.tone)
    if item.days_left < 0:
        return Tone.OVERDUE
    return Tone.FINAL if meant is Tone.OVERDUE else meant


def _by_date(item: DueItem) -> tuple[object, ...]:
    return item.due_on, item.programme, item.title, item.enterprise


def _matters(items: Sequence[DueItem]) -> tuple[Matter, ...]:
    shared: dict[tuple[object, ...], list[DueItem]] = {}
    for item in items:
        same = (item.programme, item.title, item.due_on, item.explanation, item.flags, item.behalf)
        answered = (item.note, item.answer_url)
        shared.setdefault((*same, *answered), []).append(item)
    return tuple(
        Matter(item=bound[0], enterprises=tuple(dict.fromkeys(i.enterprise for i in bound)))
        for bound in shared.values()
    )
