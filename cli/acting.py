"""Writing down what happened, and deciding what waits: `peiyu record`, `peiyu decide`."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import actor, programme_key, services_at
from cli.errors import misuse, refused
from cli.options import By, Home, Json, On, ProgrammeName, Target, read_day
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.decide import Decided, Verb
    from casework.records import Recorded
    from casework.revoke import Revoked
    from casework.services import Services

# What people say for a verb, besides its English and its title.
_ALSO = {
    "approve": ("通过", "批准"),
    "return": ("退回", "补正"),
    "hold": ("暂停",),
    "resume": ("继续",),
    "waive": ("豁免",),
    "withdraw": ("撤回", "放弃申报"),
    "reopen": ("重新申报", "恢复申报"),
}


HappenedOn = Annotated[
    dt.date, typer.Option("--on", metavar="日期", parser=read_day, help="哪天发生的")
]
Evidence = Annotated[
    str, typer.Option("--evidence", metavar="凭据", help="凭据：文号、编号、签到表等")
]
Undo = Annotated[
    str,
    typer.Option(
        "--undo", metavar="理由", help="登记错了：作废这天的这项登记，由它办结的重新算未办"
    ),
]
VerbWord = Annotated[
    str, typer.Argument(metavar="决定", help="同意、退回补正、暂缓、恢复、免除、放弃、重新开始")
]
Need = Annotated[str, typer.Option("--need", metavar="等待项", help="免除哪一项等待，只用于免除")]
Expect = Annotated[
    int | None,
    typer.Option(
        "--expect", metavar="版本", show_default=False, help="您看到的版本号；之后有人动过就不办理"
    ),
]


@app.command(
    "record",
    rich_help_panel="办理",
    help="登记发生了什么（参加培训、提交申报、开始公示……），凭此推进事项。\n\n"
    "由此办结的截止事项一并办结；同一件事登记两次只算一次。登记错了用 --undo 作废。",
    epilog="例：peiyu record 12 training --on 2026-03-10 --evidence 签到表第3页",
)
def record(
    target: Target,
    kind: Annotated[str, typer.Argument(metavar="类型", help="登记类型，写错时会列出可用的")],
    happened_on: HappenedOn,
    evidence: Evidence = "",
    undo: Undo = "",
    programme: ProgrammeName = None,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Record that something happened, or take back what was recorded by mistake."""
    from casework.records import Happened, record_event
    from casework.refusal import Refusal
    from casework.revoke import revoke_record

    with services_at(home) as services:
        key = programme_key(services.catalogue, programme)
        happened = Happened(
            target=target,
            kind=_kind(services, kind, key),
            on=happened_on,
            evidence=evidence,
            programme=key,
        )
        done = (
            revoke_record(services, happened, reason=undo, by=actor(by))
            if undo
            else record_event(services, happened, by=actor(by))
        )
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
    else:
        _print_done(done, happened_on)


def _print_done(done: "Recorded | Revoked", day: dt.date) -> None:
    from casework.revoke import Revoked

    if isinstance(done, Revoked):
        _print_revoked(done, day)
    else:
        _print_recorded(done, day)


def _print_revoked(done: "Revoked", day: dt.date) -> None:
    from cli.tables import next_step, say

    console = screen()
    say(console, f"已作废：{done.enterprise}，{done.title}，{day}", style="bold")
    say(console, *(f"重新算作未办：{title}" for title in done.reopened))
    if done.case_id is not None:
        say(console, "事项已走过的环节不会自动退回，需要时请退回补正")
        next_step(console, f"peiyu case {done.case_id}    看这个事项")


def _print_recorded(done: "Recorded", day: dt.date) -> None:
    from cli.tables import next_step, say

    console = screen()
    before = "早已登记过" if done.already else "已登记"
    say(console, f"{before}：{done.enterprise}，{done.title}，{day}", style="bold")
    say(console, *(f"已销去截止事项：{title}" for title in done.closed))
    if done.moved:
        say(console, f"事项推进了 {done.moved} 步")
    if done.case_id is not None:
        next_step(console, f"peiyu case {done.case_id}    看这个事项")


def _kind(services: "Services", words: str, programme: str | None) -> str:
    """Return the key of the record kind that somebody named by its key or its title."""
    programmes = services.catalogue.programmes.values()
    kinds = [
        kind
        for each in programmes
        if programme in (None, each.key)
        for kind in each.records
        if words in (kind.key, kind.title)
    ]
    return kinds[0].key if kinds else words


@app.command(
    "decide",
    rich_help_panel="办理",
    help="处理待审的事项：同意、退回、暂缓、免除、放弃。\n\n"
    "approve 同意、return 退回补正、hold 暂缓、resume 恢复、"
    "waive 免除一项等待、withdraw 放弃、reopen 把已结束的重新开始。理由必填，会记入操作记录。",
    epilog="例：peiyu decide 12 同意 --reason 材料齐全",
)
def decide(
    target: Target,
    verb: VerbWord,
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="理由")],
    need: Need = "",
    expect: Expect = None,
    programme: ProgrammeName = None,
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Decide about a case."""
    from casework.decide import Wish, decide_case
    from casework.find import case_of
    from casework.refusal import Refusal

    wanted = _verb(verb)
    with services_at(home, on=on) as services:
        key = programme_key(services.catalogue, programme)
        with services.database.reading() as session:
            case = case_of(session, services, target, key)
        if isinstance(case, Refusal):
            raise refused(case)
        wish = Wish(case_id=case.id or 0, verb=wanted, reason=reason, expecting=expect, need=need)
        done = decide_case(services, wish, by=actor(by))
        if isinstance(done, Refusal):
            raise refused(done)
        rules = services.catalogue.programmes[case.programme]
    if as_json:
        print_json(done)
    else:
        _print_decided(done, wanted, {stage.key: stage.title for stage in rules.stages})


def _print_decided(done: "Decided", verb: "Verb", titles: Mapping[str, str]) -> None:
    from casework.words import VERBS
    from cli.tables import next_step, say

    before, after = (titles.get(key, key) for key in (done.from_stage, done.to_stage))
    move = f"{before} → {after}" if before != after else f"仍在“{after}”"
    console = screen()
    say(console, f"已办理（{VERBS[verb]}）：{move}", style="bold")
    next_step(console, f"peiyu case {done.case_id}    看这个事项", "peiyu cases --waiting")


def _verb(words: str) -> "Verb":
    from casework.decide import Verb
    from casework.words import VERBS

    for verb, title in VERBS.items():
        if words.lower() in (verb.value, title, *_ALSO[verb.value]):
            return Verb(verb)
    known = "、".join(f"{verb.value}（{title}）" for verb, title in VERBS.items())
    raise misuse(f"没有“{words}”这种决定，可用的有：{known}")
