"""Importing a roster: say what it would change, then do all of it or nothing."""

import hashlib
import json
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.import_changes import Change
from casework.import_compare import Comparison, Rows, Stamp, Status, compare
from casework.import_known import Key, read_known
from casework.import_merged import as_merged
from casework.import_names import look_alikes
from casework.import_scope import within_ours
from casework.import_trace import traces_of
from casework.refusal import Refusal
from casework.roles import may_import
from casework.services import Actor, Services
from exchange.values import EnterpriseRow, Problem, Roster, Severity
from models.engine import StaleWorkError
from models.enterprise import Alias, Enterprise, Person
from models.figures import AnnualFigures, Qualification, Statement
from models.imports import ImportBatch, ImportTrace
from models.writes import insert_all, insert_new, upsert

_HANGS_ON_ENTERPRISES = (Alias, Person, Statement, Qualification, AnnualFigures)
_PREVIEW = Actor(name="预览")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What a file does, in rows of the file; the numbers add up to all rows that hold data.

    ``already`` when the very same file was applied before: it changes nothing again.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: int = 0
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    fresh: tuple[EnterpriseRow, ...] = ()  # enterprises that nobody knows yet
    applied: bool = False
    already: bool = False
    batch: int | None = None  # its number, once it was applied

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that keep the file from being applied."""
        return tuple(each for each in self.problems if each.severity is Severity.ERROR)

    @property
    def seal(self) -> str:
        """Return what is another one as soon as anything that is shown here differs."""
        counts = (self.new, self.changed, self.unchanged, self.wrong, self.already)
        said = repr((counts, self.changes, self.problems, self.fresh))
        return hashlib.sha256(said.encode()).hexdigest()


def preview(services: Services, roster: Roster) -> ImportReport:
    """Say what applying the roster would do, and change nothing."""
    with services.database.reading() as session:
        if number := _known_file(session, roster):
            return _nothing_again(roster, number)
        return _report(*_compared(session, services, roster, by=_PREVIEW))


def apply(
    services: Services, roster: Roster, *, by: Actor, seen: str = ""
) -> ImportReport | Refusal:
    """Apply a roster without errors in one transaction; refuse one with errors altogether.

    ``seen`` is the seal of the preview that somebody agreed to: when it would do something else
    by now, it does nothing and comes back as a preview (``applied`` is false).
    """
    if refusal := may_import(by):
        return refusal

    def attempt(session: Session) -> ImportReport | Refusal:
        if number := _known_file(session, roster):
            return _nothing_again(roster, number)
        ours, comparison = _compared(session, services, roster, by=by, locking=True)
        report = _report(ours, comparison)
        if report.errors:
            return _refusal(roster, report)
        if seen and seen != report.seal:
            return report
        aliases = _write(session, comparison)
        number = _keep(session, services, roster, report, by=by)
        traces = [{"batch_id": number} | each for each in traces_of(comparison, aliases)]
        insert_all(session, ImportTrace, traces)
        return replace(report, applied=True, batch=number)

    return services.database.transact(attempt)


def _known_file(session: Session, roster: Roster) -> int | None:
    wanted = select(col(ImportBatch.id)).where(
        col(ImportBatch.digest) == roster.digest, col(ImportBatch.retired) == 0
    )
    return session.scalar(wanted)


def _compared(
    session: Session, services: Services, roster: Roster, *, by: Actor, locking: bool = False
) -> tuple[Roster, Comparison]:
    """Return what of the roster these eyes may import, and what that would do."""
    stamp = Stamp(filename=roster.filename, by=by.name, on=services.today, at=services.now())
    ours = within_ours(session, services, as_merged(session, services, roster))
    known = read_known(session, services, ours, locking=locking)
    comparison = compare(ours, known, stamp)
    comparison.problems += look_alikes(session, services, comparison.newcomers)
    return ours, comparison


def _report(roster: Roster, comparison: Comparison) -> ImportReport:
    problems = _by_place((*roster.problems, *comparison.problems))
    wrong = {(each.sheet, each.row) for each in problems if each.severity is Severity.ERROR}
    counts = dict.fromkeys(Status, 0)
    for place, statuses in comparison.statuses.items():
        if place not in wrong:
            counts[_overall(statuses)] += 1
    return ImportReport(
        new=counts[Status.NEW],
        changed=counts[Status.CHANGED],
        unchanged=counts[Status.UNCHANGED],
        wrong=len(wrong),
        changes=tuple(comparison.changes),
        problems=problems,
        fresh=tuple(
            row
            for row in comparison.newcomers.values()
            if (row.uscc,) not in comparison.known[Enterprise]
        ),
    )


def _by_place(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return problems as one reads the file: sheet after sheet, from the top."""
    sheets = list(dict.fromkeys(each.sheet for each in problems))
    return tuple(sorted(problems, key=lambda each: (sheets.index(each.sheet), each.row)))


def _overall(statuses: set[Status]) -> Status:
    return next(iter(statuses)) if len(statuses) == 1 else Status.CHANGED


def _nothing_again(roster: Roster, number: int) -> ImportReport:
    places = {(row.sheet, row.row) for row in roster.enterprises}
    places |= {(row.sheet, row.row) for row in roster.figures}
    unchanged = len(places)
    return ImportReport(unchanged=unchanged, problems=roster.problems, already=True, batch=number)


def _refusal(roster: Roster, report: ImportReport) -> Refusal:
    first = report.errors[0]
    where = f"“{first.sheet}”第 {first.row} 行" if first.row else f"“{first.sheet}”"
    return Refusal(
        reason=f"{roster.filename} 有 {len(report.errors)} 处错误（例如{where}：{first.message}），"
        "什么都没有导入；请改好后再导入"
    )


def _write(session: Session, comparison: Comparison) -> set[Key]:
    """Write it all; return the former names that were new."""
    inserts, updates = comparison.inserts, comparison.updates
    upsert(session, Enterprise, list(updates[Enterprise].values()))
    ids = {code: row["id"] for (code,), row in comparison.known[Enterprise].items()}
    fresh = list(inserts[Enterprise].values())
    ids |= dict(insert_new(session, Enterprise, fresh, returning=("uscc", "id")))
    if len(ids) != len(comparison.known[Enterprise]) + len(fresh):
        raise StaleWorkError(Enterprise.__name__)  # somebody registered one since we looked
    codes = {number: code for code, number in ids.items()}
    aliases: set[Key] = set()
    for model in _HANGS_ON_ENTERPRISES:
        hanging = [
            {"enterprise_id": ids[row["of"]]} | {k: v for k, v in row.items() if k != "of"}
            for row in inserts[model].values()
        ]
        if model is Alias:  # a name that came back is an alias already
            added = insert_new(session, Alias, hanging, returning=("enterprise_id", "name"))
            aliases = {(codes[number], name) for number, name in added}
        else:
            insert_all(session, model, hanging)
        upsert(session, model, _whole(updates[model]))
    return aliases


def _whole(rows: Rows) -> list[dict[str, object]]:
    return [{name: value for name, value in row.items() if name != "of"} for row in rows.values()]


def _keep(
    session: Session, services: Services, roster: Roster, report: ImportReport, *, by: Actor
) -> int:
    """Note that a file was applied; return its number."""
    counts = {name: getattr(report, name) for name in ("new", "changed", "unchanged")}
    batch = {
        "digest": roster.digest,
        "filename": roster.filename,
        "division": services.division,
        "counts": json.dumps(counts, sort_keys=True),
        "by": by.name,
        "at": services.now(),
    }
    added = insert_new(session, ImportBatch, [batch], returning=("id",))
    if not added:
        raise StaleWorkError(ImportBatch.__name__)  # somebody else applied the very same file
    changes = [
        {"uscc": each.uscc, "what": each.what, "before": each.before, "after": each.after}
        for each in report.changes
    ]
    note(
        session,
        services,
        by,
        "import",
        (f"import/{roster.digest[:16]}", counts | {"file": roster.filename, "changes": changes}),
    )
    number: int = added[0][0]
    return number
