"""The stages of a programme as a drawing: one column, what goes back beside it, who lets through.

It is as wide as the narrowest telephone; the table beneath says the same in words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policy.programme import Final, Gate, Programme, Stage

WIDE = 344
_LEFT, _BOX, _HIGH, _STEP = 76, 136, 40, 64  # pixels: phases, boxes, and from one to the next
_RIGHT = _LEFT + _BOX
_LANE, _BEND = 12, 6
_LABELS = _RIGHT + 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One stage."""

    title: str
    x: int
    y: int
    wide: int
    high: int
    cases: int
    ends: bool
    leaves: tuple[str, ...]  # how a case may end here otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The stages of one phase."""

    title: str
    y: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A way: on to the next stage, or back to an earlier one."""

    path: str
    back: bool
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMap:
    """The whole drawing."""

    boxes: tuple[Box, ...]
    bands: tuple[Band, ...]
    arrows: tuple[Arrow, ...]
    wide: int
    high: int
    labels: int  # where the words beside the boxes begin


def stage_map(
    programme: Programme, phases: Mapping[str, str], in_stage: Mapping[str, int]
) -> StageMap:
    """Return the drawing; ``phases`` gives the title of each stage's phase."""
    way = _way(programme)
    return StageMap(
        boxes=tuple(_boxes(programme, way, in_stage)),
        bands=tuple(_bands(way, phases)),
        arrows=(*_onward(way), *_back(way)),
        wide=WIDE,
        high=len(way) * _STEP - (_STEP - _HIGH),
        labels=_LABELS,
    )


def _way(programme: Programme) -> list[Stage]:
    """Return the stages from the first one on to the end that everybody hopes for."""
    stage: Stage | None = programme.first_stage
    found: list[Stage] = []
    while stage is not None and stage not in found:
        found.append(stage)
        stage = programme.stage(stage.following) if stage.following else None
    return found


def _boxes(programme: Programme, way: list[Stage], in_stage: Mapping[str, int]) -> Iterator[Box]:
    for number, stage in enumerate(way):
        yield Box(
            title=stage.title,
            x=_LEFT,
            y=number * _STEP,
            wide=_BOX,
            high=_HIGH,
            cases=in_stage.get(stage.key, 0),
            ends=stage.final is not None,
            leaves=tuple(_leaves(programme, stage)),
        )


def _leaves(programme: Programme, stage: Stage) -> Iterator[str]:
    for may, how in ((stage.rejects_on, Final.REJECTED), (stage.lapses, Final.LAPSED)):
        final = programme.final(how)
        if may and final is not None:
            yield final.title


def _bands(way: list[Stage], phases: Mapping[str, str]) -> Iterator[Band]:
    first = 0
    for number, stage in enumerate(way):
        following = way[number + 1] if number + 1 < len(way) else None
        if following is None or following.phase != stage.phase:
            high = (number - first) * _STEP + _HIGH
            yield Band(title=phases[stage.key], y=first * _STEP, high=high)
            first = number + 1


def _onward(way: list[Stage]) -> Iterator[Arrow]:
    middle = _LEFT + _BOX // 2
    for number, stage in enumerate(way[:-1]):
        top, end = number * _STEP + _HIGH, (number + 1) * _STEP
        yield Arrow(
            path=f"M{middle} {top}V{end - 6}",
            back=False,
            label="由人审核" if stage.gate is Gate.STAFF else "自动",
            x=middle + 8,
            y=(top + end) // 2 + 4,
        )


def _back(way: list[Stage]) -> Iterator[Arrow]:
    """Yield the ways back, each in a lane of its own."""
    places = {stage.key: number for number, stage in enumerate(way)}
    lane = 0
    for number, stage in enumerate(way):
        if stage.returns_to not in places:
            continue
        start = number * _STEP + _HIGH // 2 + _BEND
        end = places[stage.returns_to] * _STEP + _HIGH // 2 - _BEND + 4 * lane
        out = _RIGHT + _LANE * (lane % 3 + 1)
        yield Arrow(
            path=f"M{_RIGHT} {start}H{out}V{end}H{_RIGHT + 6}", back=True, label="", x=0, y=0
        )
        lane += 1
