"""放假安排, as the State Council publishes it: pasted, shown as it was understood, then kept."""

from casework.calendar_acts import preview_year
from casework.calendar_days import Read, keep_notice, read_notice
from casework.refusal import Refusal
from casework.roles import KEEPERS
from casework.typed import number_of
from config.calendar_files import own_folder
from console.site import Site
from console.visits import Answer, Sent, Shown, Visit
from policy.workdays import weekday_name

FIRST, LAST = 2000, 2100
_LONGEST = 5_000  # characters of a notice
_LISTED = 200


def add_holidays(site: Site) -> None:
    """Add the act: without being sure it only shows, with it the year is kept."""

    def notice(visit: Visit) -> Answer:
        return _notice(site, visit)

    site.act("/calendars/notice", notice, roles=KEEPERS)


def _notice(site: Site, visit: Visit) -> Answer:
    year, text = number_of(visit.said("year")) or 0, visit.said("text")
    if not FIRST <= year <= LAST or not text:
        return _back("请写明年份（例如 2027），并粘贴通知全文")
    if len(text) > _LONGEST:
        return _back(f"通知超过 {_LONGEST} 字。请只粘贴国务院办公厅的放假通知")
    read = read_notice(text, year)
    if visit.said("sure") == "yes" and not read.problems:
        return _kept(site, visit, read)
    return _shown(visit, read, text)


def _shown(visit: Visit, read: Read, text: str) -> Answer:
    """Show what was understood, every doubt, and which dates would move."""
    found = preview_year(visit.services, read, by=visit.who.actor)
    if isinstance(found, Refusal):
        return _back(found.reason)
    return Shown(
        template="holidays.html",
        values={
            "year": read.year,
            "problems": read.problems,
            "text": text,
            "weekday": weekday_name,
            "moved": () if read.problems else found.moved[:_LISTED],
            "number": 0 if read.problems else len(found.moved),
            "told": sum(bool(each.told) for each in found.moved),
        },
    )


def _kept(site: Site, visit: Visit, read: Read) -> Answer:
    kept = keep_notice(visit.services, read, own_folder(site.house.home), by=visit.who.actor)
    if isinstance(kept, Refusal):
        return _back(kept.reason)
    said = f"已录入 {read.year.year} 年放假安排，从现在起按它计算"
    return Sent(to="/calendars/preview", said=said)


def _back(reason: str) -> Sent:
    return Sent(to="/calendars", said=reason, wrong=True)
