"""导入: a roster is sent, looked at, imported; and an import is taken back."""

import io
from functools import lru_cache
from pathlib import PurePath
from urllib.parse import urlencode

from casework.import_batches import batch_page, list_batches
from casework.import_roster import ImportReport, apply, preview
from casework.import_undo import preview_undo, undo
from casework.refusal import Refusal
from casework.roles import DECIDERS
from casework.typed import number_of
from casework.uploads import find_upload, keep_upload, waiting_uploads
from console.forms import SMALL
from console.site import Site
from console.visits import Answer, Given, Missing, Sent, Shown, Visit
from exchange.guards import MOST_BYTES
from exchange.remarks import with_remarks
from exchange.roster import roster_of
from exchange.templates import write_roster_template
from exchange.values import Roster, Severity
from models.imports import Upload

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SOME = 200  # changes, newcomers or problems of one page
_GONE = "没有这个文件，或者它放了三天以上已经删去，请重新上传"
_AGAIN = "您核对以后数据有变化，没有办。下面是现在的情况，请再看一遍"


def add_imports(site: Site) -> None:
    """Add these pages, and what can be done there."""
    site.page("/imports", show_imports)
    site.page("/imports/template", give_template)
    site.page("/imports/files/{token}", show_file, roles=DECIDERS)
    site.page("/imports/files/{token}/remarks", give_remarks, roles=DECIDERS)
    site.page("/imports/{number}", show_batch)
    site.page("/imports/{number}/undo", show_undo, roles=DECIDERS)
    site.act("/imports", send_file, largest=MOST_BYTES + SMALL)
    site.act("/imports/files/{token}/apply", apply_file)
    site.act("/imports/{number}/undo", undo_batch)


def show_imports(visit: Visit) -> Answer:
    """Show where a file is sent, the files that wait for a yes, and the imports that were."""
    found = list_batches(visit.services, before=number_of(visit.query.get("before", "")) or 0)
    decides = visit.who.role in DECIDERS
    return Shown(
        template="imports.html",
        values={
            "found": found,
            "waiting": waiting_uploads(visit.services, visit.who) if decides else (),
            "may_import": decides,
            "zone": visit.services.zone,
            "most": MOST_BYTES // 2**20,
        },
    )


def give_template(_: Visit) -> Answer:
    """Give the empty roster."""
    book = io.BytesIO()
    write_roster_template(book)
    return Given(content=book.getvalue(), name="企业名册模板.xlsx", media_type=_XLSX)


def send_file(visit: Visit) -> Answer:
    """Keep a file that was sent, and go where it is shown what it would do."""
    file = visit.files.get("file")
    if file is None or not file.content:
        return Sent(to="/imports", said="请先选一个有内容的文件", wrong=True)
    roster = _read(file.name, file.content)
    token = keep_upload(visit.services, visit.who, file.name, file.content, roster.digest)
    return Sent(to=f"/imports/files/{token}")


def show_file(visit: Visit) -> Answer:
    """Show what a file would change, and what is wrong with it."""
    upload = find_upload(visit.services, visit.who, visit.path["token"])
    if upload is None:
        return Missing(what=_GONE)
    report = preview(visit.services, _roster(upload))
    start = number_of(visit.query.get("from", "")) or 0
    return Shown(
        template="import_file.html",
        values={
            "file": upload,
            "report": report,
            "cards": _cards(report),
            "changes": report.changes[start : start + _SOME],
            "start": start,
            "fresh": report.fresh[:_SOME],
            "problems": sorted(report.problems, key=lambda each: each.severity)[:_SOME],
            "warnings": sum(each.severity is Severity.WARNING for each in report.problems),
            "some": _SOME,
            "more": start + _SOME < len(report.changes),
            "does": bool(report.new or report.changed) and not report.errors,
        },
    )


def _cards(report: ImportReport) -> tuple[tuple[int, str, str], ...]:
    return (
        (report.new, "新增", "calm"),
        (report.changed, "变更", "warn"),
        (report.unchanged, "不变", ""),
        (report.wrong, "有误", "bad"),
    )


def give_remarks(visit: Visit) -> Answer:
    """Give the sender's own file with a remark at each cell that is wrong or in doubt."""
    upload = find_upload(visit.services, visit.who, visit.path["token"])
    if upload is None:
        return Missing(what=_GONE)
    problems = preview(visit.services, _roster(upload)).problems
    copy = with_remarks(upload.filename, upload.content, problems)
    name = f"{PurePath(upload.filename).stem}-批注.xlsx"
    return Given(content=copy, name=name, media_type=_XLSX)


def apply_file(visit: Visit) -> Answer:
    """Import exactly what was looked at; once, however often it is asked."""
    upload = find_upload(visit.services, visit.who, visit.path["token"])
    if upload is None:
        return Missing(what=_GONE)
    here = f"/imports/files/{upload.token}"
    seen = visit.said("seen") or "nothing"
    done = apply(visit.services, _roster(upload), by=visit.who.actor, seen=seen)
    if isinstance(done, Refusal):
        return Sent(to=here, said=done.reason, wrong=True)
    if done.applied:
        return Sent(to=f"/imports/{done.batch}", said=f"已导入：{_counted(done)}")
    if done.already:
        return Sent(to=f"/imports/{done.batch}", said="这份文件已经导入，没有再导入一次")
    return Sent(to=here, said=_AGAIN, wrong=True)


def _counted(report: ImportReport) -> str:
    return f"新增 {report.new} 行，变更 {report.changed} 行，不变 {report.unchanged} 行"


def show_batch(visit: Visit) -> Answer:
    """Show one import: who, when, and what it changed."""
    number = number_of(visit.path["number"]) or 0
    after = number_of(visit.query.get("after", "")) or 0
    page = batch_page(visit.services, number, after=after)
    if isinstance(page, Refusal):
        return Missing()
    return Shown(
        template="import_batch.html",
        values={
            "page": page,
            "line": page.line,
            "may_undo": visit.who.role in DECIDERS and page.line.undone_at is None,
            "next": urlencode({"after": page.following}) if page.following else "",
            "zone": visit.services.zone,
        },
    )


def show_undo(visit: Visit) -> Answer:
    """Show what taking an import back would do, and what it can not do."""
    number = number_of(visit.path["number"]) or 0
    found = preview_undo(visit.services, number)
    if isinstance(found, Refusal):
        return _back(visit, number, found)
    return Shown(template="import_undo.html", values={"found": found, "some": _SOME})


def undo_batch(visit: Visit) -> Answer:
    """Take an import back exactly as it was shown; once."""
    number = number_of(visit.path["number"]) or 0
    seen = visit.said("seen") or "nothing"
    done = undo(visit.services, number, by=visit.who.actor, seen=seen)
    if isinstance(done, Refusal):
        return _back(visit, number, done)
    if not done.done:
        return Sent(to=f"/imports/{number}/undo", said=_AGAIN, wrong=True)
    rest = f"，{len(done.kept)} 项撤不回，原因见下" if done.kept else ""
    return Sent(to=f"/imports/{number}", said=f"已撤回 {len(done.taken)} 项{rest}")


def _back(visit: Visit, number: int, refusal: Refusal) -> Answer:
    """Go to the import that can not be taken back and say why; to nowhere if there is none."""
    if isinstance(batch_page(visit.services, number, limit=1), Refusal):
        return Missing()
    return Sent(to=f"/imports/{number}", said=refusal.reason, wrong=True)


def _roster(upload: Upload) -> Roster:
    return _read(upload.filename, upload.content)


@lru_cache(maxsize=2)  # a large file takes seconds to read, and is asked for again to say yes
def _read(name: str, content: bytes) -> Roster:
    return roster_of(name, content)
