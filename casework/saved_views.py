"""常用筛选: a filtered list under a name, for oneself or shared with the own division."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.list_addresses import ListAddress, list_address
from casework.refusal import Refusal
from casework.services import Services
from casework.sign_in import Visitor
from models.enterprise import Person, Role
from models.views import SavedView
from models.writes import insert_new
from policy.divisions import below

LONGEST, MOST = 40, 50
_GONE = "这个常用筛选刚刚被改名或删除了，请刷新后再看"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLine:
    """One saved view; ``owner`` is empty for one's own."""

    id: int
    version: int
    name: str
    address: str
    list: str  # 事项, 截止日历 …
    shared: bool
    owner: str
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewView:
    """What somebody wants to keep."""

    name: str
    address: str
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewChange:
    """A new name for a view, or none of it any more (``name`` is empty), as it was seen."""

    number: int
    version: int
    name: str = ""


def saved_views(services: Services, who: Visitor, path: str = "") -> tuple[ViewLine, ...]:
    """Return the own views and those shared with the own division; of one list only, if given."""
    with services.database.reading() as session:
        rows = session.execute(
            select(SavedView, col(Person.name))
            .outerjoin(Person, col(Person.id) == col(SavedView.person_id))  # of few views the owner
            .where(or_(col(SavedView.person_id) == who.person_id, col(SavedView.shared)))
            .order_by(col(SavedView.shared), col(SavedView.name), col(SavedView.id))
        ).all()
    known = [(row, owner, list_address(row.address)) for row, owner in rows if _sees(who, row)]
    return tuple(
        _line(row, owner, address, who)
        for row, owner, address in known
        if address is not None and path in ("", address.path)
    )


def save_view(services: Services, new: NewView, who: Visitor) -> ViewLine | Refusal:
    """Keep a list under a name; the very same again changes nothing."""
    address, name = list_address(new.address), new.name.strip()
    if address is None:
        return Refusal(reason="只能保存本系统的列表")
    if wrong := _wrong(name):
        return Refusal(reason=wrong)
    row = {
        "person_id": who.person_id,
        "name": name,
        "address": str(address),
        "shared": new.shared,
        "division_code": who.division,
        "version": 1,
        "at": services.now(),
    }

    def attempt(session: Session) -> ViewLine | Refusal:
        mine = col(SavedView.person_id) == who.person_id
        if (session.scalar(select(func.count()).select_from(SavedView).where(mine)) or 0) >= MOST:
            return Refusal(reason=f"最多保存 {MOST} 个，请先删去不用的")
        made = insert_new(session, SavedView, [row], returning=("id",))
        kept = session.scalars(select(SavedView).where(mine, col(SavedView.name) == name)).one()
        if made:
            detail = {"name": name, "address": str(address), "shared": new.shared}
            note(session, services, who.actor, "view.save", (f"view/{kept.id}", detail))
        elif (kept.address, kept.shared) != (str(address), new.shared):
            return Refusal(reason=f"您已经有一个叫“{name}”的常用筛选，请换个名称")
        return _line(kept, who.name, address, who)

    return services.database.transact(attempt)


def change_view(services: Services, change: ViewChange, who: Visitor) -> str | Refusal:
    """Rename a view, or remove it; return the name that it had."""
    name = change.name.strip()
    if name and (wrong := _wrong(name)):
        return Refusal(reason=wrong)

    def attempt(session: Session) -> str | Refusal:
        row = session.get(SavedView, change.number, with_for_update=True)
        if row is None or not _sees(who, row) or row.version != change.version:
            return Refusal(reason=_GONE)
        if not _may_change(who, row):
            return Refusal(reason="别人共享的常用筛选由本人或股长改名、删除")
        before = {"name": row.name, "address": row.address}
        about = f"view/{row.id}"
        if not name:
            session.delete(row)
            note(session, services, who.actor, "view.remove", (about, {"before": before}))
            return before["name"]
        same = (col(SavedView.person_id) == row.person_id, col(SavedView.name) == name)
        if session.scalar(select(SavedView).where(*same, col(SavedView.id) != row.id)):
            return Refusal(reason=f"已经有一个叫“{name}”的常用筛选，请换个名称")
        row.name, row.version = name, row.version + 1
        detail = {"before": before, "after": {"name": name}}
        note(session, services, who.actor, "view.rename", (about, detail))
        return before["name"]

    return services.database.transact(attempt)


def _wrong(name: str) -> str:
    if not name:
        return "请给这个筛选起个名称"
    if len(name) > LONGEST or not name.isprintable():
        return f"名称最多 {LONGEST} 个字，不能换行"
    return ""


def _sees(who: Visitor, row: SavedView) -> bool:
    """Say whether somebody may use a view: the own, or one shared with their division."""
    shared = row.shared and who.division.startswith(below(row.division_code))
    return row.person_id == who.person_id or shared


def _may_change(who: Visitor, row: SavedView) -> bool:
    """Say whether somebody may rename or remove it: its owner, or a head who is not below it."""
    heads = who.role is Role.HEAD and below(row.division_code).startswith(below(who.division))
    return row.person_id == who.person_id or heads


def _line(row: SavedView, owner: str, address: ListAddress, who: Visitor) -> ViewLine:
    return ViewLine(
        id=row.id or 0,
        version=row.version,
        name=row.name,
        address=row.address,
        list=address.title,
        shared=row.shared,
        owner="" if row.person_id == who.person_id else owner,
        may_change=_may_change(who, row),
    )
