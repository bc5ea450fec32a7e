"""What `peiyu up` says: the plan, one line for each run, and who else keeps the timetable."""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cli.door import services_at
from cli.errors import Code, StopError
from cli.options import named_home
from cli.output import screen

if TYPE_CHECKING:
    from casework.lease import Busy
    from flows.local import Report
    from policy.timetable import RunKind

_ITSELF = "时间表"  # where no run is meant


@dataclass(slots=True, kw_only=True)
class Teller:
    """Hears of every run: one line on the screen, or one object at the end."""

    now: Callable[[], dt.datetime]  # in the office's own time
    titles: Mapping["RunKind", str]
    quiet: bool
    did: list[dict[str, object]] = field(default_factory=list)
    _said: dict["RunKind | None", str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Say whether anything failed."""
        return any("error" in each for each in self.did)

    def told(self, kind: "RunKind | None", outcome: "Report | Exception") -> None:
        """Tell of a run; of a trouble that lasts, only once."""
        from casework.runs import in_words

        if isinstance(outcome, Exception):
            trouble = in_words(outcome)
            words = f"没有办成，过一会儿再试：{trouble}"
            form: dict[str, object] = {"error": trouble}
            if self._said.get(kind) == words:
                return
        else:
            words, form = _summary(outcome), asdict(outcome)
        self._said[kind] = words
        self.did.append({"run": kind, **form})
        title = self.titles[kind] if kind else _ITSELF
        self.say(f"{self.now():%m-%d %H:%M}  {title}  {words}")

    def say(self, sentence: str) -> None:
        """Print a sentence for whoever looks."""
        if not self.quiet:
            with suppress(OSError):  # a terminal that was closed must not stop the work
                screen().print(sentence, markup=False, soft_wrap=True)

    def taken(self, busy: "Busy") -> StopError:
        """Return the end of a command whose work somebody else does already."""
        then = f"{busy.until.astimezone(self.now().tzinfo):%H:%M:%S}"
        wait = f"peiyu up --wait{named_home()}"
        hint = f"等它停下就接手：{wait}；如果它其实已经停了，{then} 以后再运行"
        return StopError(self.who(busy), code=Code.CANNOT_RUN, hint=hint)

    def who(self, busy: "Busy") -> str:
        """Say who keeps the timetable, and since when."""
        since = f"{busy.since.astimezone(self.now().tzinfo):%Y-%m-%d %H:%M}"
        return f"时间表已由 {busy.holder} 守着，从 {since} 开始"


def say_plan(folder: Path) -> None:
    """Print when each run comes next."""
    from casework.runs_page import delivery_hours, next_runs
    from cli.tables import say
    from policy.timetable import RunKind
    from runtime.timetable import timetable_of

    table = timetable_of(folder)
    with services_at(folder) as services:
        coming = next_runs(services, table)
    say(screen(), f"时间表（{folder}），按 Ctrl-C 停止：", style="bold")
    for each in coming:
        if each.kind is not RunKind.DELIVER and each.at is not None:
            when = "现在" if each.due else f"{each.at:%Y-%m-%d %H:%M}"
            say(screen(), f"  {each.title}  下一次：{when}")
    say(screen(), f"  {table.titles[RunKind.DELIVER]}  {delivery_hours(table)}")


def _summary(report: "Report") -> str:
    from casework.counts import BatchCounts
    from casework.digest import DigestReport
    from casework.housekeeping import HousekeepingReport
    from casework.remind import SweepReport
    from cli.nightly import digest_sentence, housekeeping_sentence
    from flows.chores import BackupReport

    match report:
        case BatchCounts():
            said = f"推进 {report.moved} 步，待审 {report.reviews} 件，新截止 {report.deadlines} 件"
        case SweepReport():
            said = f"到点的提醒 {report.rungs} 个，写进信函 {report.spoken} 件"
        case DigestReport():
            said = digest_sentence(report)
        case BackupReport():
            said = f"{report.file}（{report.bytes / 1024**2:.1f} MB，{report.rows} 行）"
        case HousekeepingReport():
            said = housekeeping_sentence(report)
        case _:
            stopped = f"；已停止：{report.stopped}" if report.stopped else ""
            said = f"发出 {report.sent} 封，稍后再发 {report.deferred} 封{stopped}"
    return said
