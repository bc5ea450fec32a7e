"""Names that look alike: a warning, never a reason to take two enterprises for one."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.scope import seen_by
from casework.services import Services
from exchange.values import EnterpriseRow, Problem, Severity
from models.enterprise import Alias, Enterprise
from models.merge import stands

_PLACES = re.compile(
    r"^(?:(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    r"|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|怀化|洪江)(?:省|市|区)?"
    r"|[\u4e00-\u9fff]{2,3}?[市县区])*"
)
_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|集团公司|公司|农民专业合作社|专业合作社|合作社|厂|中心)$"
)
_NOISE = re.compile(r"[\s()\[\]{}<>《》【】〔〕“”\"'·.,，。、-]+")
# Characters that people write for each other.
_TWINS = str.maketrans("釩礬矾業農龍華實藥術壹", "钒钒钒业农龙华实药术一")
_SHORTEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bearer:
    uscc: str
    name: str
    place: str  # where to look for it
    is_known: bool = False


def core(name: str) -> str:
    """Return what is particular about a name: without places, brackets and company form."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", name)).upper().translate(_TWINS)
    particular = _FORM.sub("", _PLACES.sub("", plain))
    return particular if len(particular) >= _SHORTEST else plain


def look_alikes(
    session: Session, services: Services, newcomers: Mapping[str, EnterpriseRow]
) -> list[Problem]:
    """Return a warning for each newcomer whose name is another enterprise's, or nearly.

    ``newcomers`` are the rows, by USCC, whose name nobody has seen yet.
    """
    wanted = {core(row.name) for row in newcomers.values()}
    bearers: dict[str, list[_Bearer]] = {}
    for uscc, name in _names(session, services) if wanted else ():
        if core(name) in wanted:
            known = _Bearer(uscc=uscc, name=name, place="已登记", is_known=True)
            bearers.setdefault(core(name), []).append(known)
    for row in newcomers.values():
        place = f"本文件“{row.sheet}”第 {row.row} 行"
        same = _Bearer(uscc=row.uscc, name=row.name, place=place)
        bearers.setdefault(core(row.name), []).append(same)
    return [
        _warning(row, other)
        for row in newcomers.values()
        if (other := _other(bearers[core(row.name)], row))
    ]


def _names(session: Session, services: Services) -> list[tuple[str, str]]:
    ours = (*seen_by(services), stands())
    now = session.execute(
        select(col(Enterprise.uscc), col(Enterprise.name)).where(*ours).order_by(col(Enterprise.id))
    )
    former = session.execute(
        select(col(Enterprise.uscc), col(Alias.name))
        .join(Alias, col(Alias.enterprise_id) == col(Enterprise.id))
        .where(*ours)
        .order_by(col(Alias.id))
    )
    return [(uscc, name) for rows in (now, former) for uscc, name in rows]


def _other(bearers: list[_Bearer], row: EnterpriseRow) -> _Bearer | None:
    # The same name twice in one file was complained of when the file was read.
    return next(
        (
            each
            for each in bearers
            if each.uscc != row.uscc and (each.is_known or each.name != row.name)
        ),
        None,
    )


def _warning(row: EnterpriseRow, other: _Bearer) -> Problem:
    return Problem(
        sheet=row.sheet,
        row=row.row,
        column="企业名称",
        value=row.name,
        message=f"与“{other.name}”（{other.uscc}，{other.place}）名称相近而代码不同，"
        "将按两家企业登记；如为同一家企业，请核对统一社会信用代码",
        severity=Severity.WARNING,
    )
