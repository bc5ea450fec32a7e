"""The chapters of a programme about its rules: head, criteria, score sheet, stages, records."""

from collections.abc import Iterator

from casework.rules_told import enrolled, gate, phase_of, scored, titled, waits, wanted, ways
from policy.programme import Programme
from scripts.markdown import DOUBT, sourced, table


def head(programme: Programme) -> Iterator[str]:
    """Yield what the page is and what it rests on."""
    yield f"# {programme.title}"
    yield ""
    yield "本页由程序根据项目文件自动生成，与正在使用的规则一致；"
    yield f"{DOUBT}表示依据还没有与文件原文核对，只提示、不单独否决。"
    yield ""
    names = "、".join((programme.key, programme.title, *programme.aliases))
    yield f"在命令里可以写成：{names}。"
    yield ""
    yield f"依据：{programme.source}"
    if programme.notes:
        yield ""
        yield from (f"- {note}" for note in programme.notes)


def criteria(programme: Programme) -> Iterator[str]:
    """Yield the table of criteria."""
    if not programme.criteria:
        return
    yield "## 条件"
    yield ""
    yield from table(
        ("编号", "条件", "要求", "依据", "差一点时可以做什么"),
        (
            (
                each.code,
                titled(programme, each),
                "<br>".join(wanted(each)),
                sourced(each.source, each.confirm),
                each.advice,
            )
            for each in programme.criteria
        ),
    )


def score(programme: Programme) -> Iterator[str]:
    """Yield the score sheet."""
    if programme.score is None:
        return
    yield f"## 评分表（满分 {programme.score.maximum}）"
    yield ""
    yield f"依据：{programme.score.source}"
    yield ""
    rows = (
        (f"{part.title}（{part.maximum}）", item.title, item.maximum, scored(item))
        for part in programme.score.parts
        for item in part.items
    )
    yield from table(("部分", "项目", "最高分", "怎么算"), rows)


def stages(programme: Programme) -> Iterator[str]:
    """Yield the way of a case, and what can be recorded on it."""
    if not programme.stages:
        return
    yield "## 阶段"
    yield ""
    yield enrolled(programme)
    yield ""
    yield from table(
        ("类别", "阶段", "等什么", "谁放行", "其他去向"),
        (
            (
                phase_of(each),
                each.title,
                "<br>".join(waits(each)),
                gate(each),
                ways(programme, each),
            )
            for each in programme.stages
        ),
    )


def records(programme: Programme) -> Iterator[str]:
    """Yield what can be recorded, with its evidence."""
    if not programme.records:
        return
    yield "## 登记和凭据"
    yield ""
    yield "用 `peiyu record 事项或企业 代码 --on 日期 --evidence 凭据` 登记。"
    yield ""
    rows = ((each.title, f"`{each.key}`", each.evidence) for each in programme.records)
    yield from table(("登记", "代码", "要写明的凭据"), rows)
