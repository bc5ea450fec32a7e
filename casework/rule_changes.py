"""What differs between two revisions of a programme, in the words of the manual."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casework.duties_told import due_when, met_by, whom
from casework.rules_told import enrolled, gate, phase_of, scored, titled, waits, wanted, ways
from casework.words import KINDS
from policy.confirm import Confirm
from policy.programme import Programme, Stage

_NOTHING = "（没有）"
_SURE = {Confirm.CONFIRMED: "已核实", Confirm.NEEDS_CONFIRMATION: "待核实"}
_Told = dict[tuple[str, str], dict[str, str]]  # (what it is, its key) -> aspect -> words


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One thing that differs."""

    about: str  # 条件：研发费用占比
    aspect: str  # 要求
    was: str
    now: str


def rule_changes(
    before: Programme, after: Programme, held: Mapping[str, str]
) -> tuple[RuleChange, ...]:
    """Return what differs; ``held`` names the qualifications."""
    was, now = _told(before, held), _told(after, held)
    return tuple(
        RuleChange(about=_about(name, was, now), aspect=aspect, was=old, now=new)
        for name in dict.fromkeys((*was, *now))
        for aspect, old, new in _differing(was.get(name), now.get(name))
    )


def _about(name: tuple[str, str], was: _Told, now: _Told) -> str:
    title = (now.get(name) or was[name])["名称"]
    return f"{name[0]}：{title}"


def _differing(
    was: Mapping[str, str] | None, now: Mapping[str, str] | None
) -> Iterator[tuple[str, str, str]]:
    """Yield aspect, old words, new words; what is new or gone is told in one row."""
    if was is None or now is None:
        words = {aspect: told for aspect, told in (was or now or {}).items() if told}
        whole = "；".join(f"{aspect}：{told}" for aspect, told in words.items() if aspect != "名称")
        there = whole or words["名称"]
        yield ("新增", "", there) if was is None else ("取消", there, "")
        return
    for aspect, old in was.items():
        if now[aspect] != old:
            yield aspect, old or _NOTHING, now[aspect] or _NOTHING


def _told(programme: Programme, held: Mapping[str, str]) -> _Told:
    """Return everything a programme says."""
    return {
        ("项目", ""): {
            "名称": programme.title,
            "依据": programme.source,
            "给哪些企业建立事项": enrolled(programme),
            "说明": "；".join(programme.notes),
        },
        **{("条件", key): told for key, told in _criteria(programme)},
        **{("评分", key): told for key, told in _score(programme)},
        **{("阶段", each.key): _stage(programme, each) for each in programme.stages},
        **{
            ("登记", each.key): {"名称": each.title, "要写明的凭据": each.evidence}
            for each in programme.records
        },
        **{("到期要办的事", key): told for key, told in _duties(programme, held)},
    }


def _criteria(programme: Programme) -> Iterator[tuple[str, dict[str, str]]]:
    for each in programme.criteria:
        yield (
            each.key,
            {
                "名称": titled(programme, each),
                "要求": "；".join(wanted(each)),
                "依据": each.source,
                "核实": _SURE[each.confirm],
                "不符合时": "不能单独否决" if not each.required else "否决",
                "差一点时可以做什么": each.advice,
            },
        )


def _score(programme: Programme) -> Iterator[tuple[str, dict[str, str]]]:
    score = programme.score
    if score is None:
        return
    yield "", {"名称": "评分表", "满分": f"{score.maximum} 分", "依据": score.source}
    for part in score.parts:
        for item in part.items:
            yield (
                f"{part.key}/{item.key}",
                {
                    "名称": f"{part.title}（{part.maximum} 分）{item.title}",
                    "最高分": f"{item.maximum} 分",
                    "怎么算": scored(item),
                },
            )


def _stage(programme: Programme, stage: Stage) -> dict[str, str]:
    following = programme.stage(stage.following).title if stage.following else ""
    return {
        "名称": stage.title,
        "类别": phase_of(stage),
        "等什么": "；".join(waits(stage)),
        "谁放行": gate(stage),
        "下一步": following,
        "其他去向": ways(programme, stage),
    }


def _duties(programme: Programme, held: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    for each in programme.obligations:
        yield (
            each.key,
            {
                "名称": each.title,
                "谁要办": whom(programme, each, held),
                "性质": KINDS[each.kind],
                "什么时候": due_when(programme, each),
                "登记什么算办结": met_by(programme, each),
                "依据": each.source,
                "核实": _SURE[each.confirm],
                "提醒梯级": each.ladder,
                "在哪里办": each.where,
                "办理要点": each.prepare,
            },
        )
