"""管理: who is away, who is signed in, what is set and what is amiss; and each one's own of it."""

from pathlib import Path

from casework.absences import Away, come_back, deputies_of, go_away, list_absences
from casework.check import Check, Level
from casework.doctor import examine
from casework.refusal import Refusal
from casework.roles import ADMINS, PLANNERS, SETTINGS, STAFF
from casework.scope import sees_county
from casework.sign_ins import end_sign_in, lift, lockouts, signed_in
from casework.staff import list_staff
from casework.typed import day_of
from console.people import tabs
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit
from runtime.build import read_settings
from runtime.in_force import in_force
from runtime.surroundings import around_data, with_data

_ALL_ONLY = "设置和检查涉及全县，只给负责全县的人看"
_LEVELS = {Level.OK: ("正常", "good"), Level.WARN: ("留意", "warn"), Level.BAD: ("要处理", "bad")}


def add_admin(site: Site) -> None:
    """Add these pages."""
    home = site.house.home
    site.page("/admin/absences", show_absences, roles=PLANNERS)
    site.act("/admin/absences", plan_absence, roles=PLANNERS)
    site.act("/admin/absences/end", end_absence, roles=PLANNERS)
    site.page("/admin/sign-ins", show_sign_ins, roles=ADMINS)
    site.act("/admin/sign-ins/end", end_theirs, roles=ADMINS)
    site.act("/admin/sign-ins/lift", lift_lockout, roles=ADMINS)
    site.act("/me/absences", plan_own, roles=STAFF)
    site.act("/me/absences/end", end_own, roles=STAFF)
    site.act("/me/sign-ins/end", end_own_sign_in, roles=STAFF)

    def settings(visit: Visit) -> Answer:
        return show_settings(visit, home)

    def doctor(visit: Visit) -> Answer:
        return show_doctor(visit, home)

    site.page("/admin/settings", settings, roles=SETTINGS)
    site.page("/admin/doctor", doctor, roles=SETTINGS)


def show_absences(visit: Visit) -> Answer:
    """Show who will be away, and a form."""
    return Shown(
        template="admin_absences.html",
        values={
            "tabs": tabs(visit),
            "absences": list_absences(visit.services),
            "people": list_staff(visit.services),
            "deputies": deputies_of(visit.services, None),
        },
    )


def plan_absence(visit: Visit) -> Answer:
    """Register that somebody will be away."""
    return _plan(visit, visit.said("login"), "/admin/absences")


def plan_own(visit: Visit) -> Answer:
    """Register that oneself will be away."""
    return _plan(visit, visit.who.login, "/me")


def _plan(visit: Visit, login: str, back: str) -> Answer:
    first, last = day_of(visit.said("from")), day_of(visit.said("to"))
    if first is None or last is None:
        return Sent(to=back, said="请选好从哪天到哪天，写成 2026-05-06 这样", wrong=True)
    away = Away(login=login, first=first, last=last, deputy=visit.said("deputy"))
    done = go_away(visit.services, away, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    said = f"已登记：{done.name} {done.first} 至 {done.last} 不在岗，由{done.deputy_name}代办。"
    return Sent(to=back, said=said)


def end_absence(visit: Visit) -> Answer:
    """Let somebody be there again."""
    return _end(visit, visit.said("login"), "/admin/absences")


def end_own(visit: Visit) -> Answer:
    """Be there again."""
    return _end(visit, visit.who.login, "/me")


def _end(visit: Visit, login: str, back: str) -> Answer:
    first = day_of(visit.said("from"))
    if first is None:
        return Sent(to=back, said="没有说清是哪一次，请刷新后再试", wrong=True)
    done = come_back(visit.services, login, first=first, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    return Sent(to=back, said=f"已取消：{done.name} {done.first} 至 {done.last} 不在岗。")


def show_sign_ins(visit: Visit) -> Answer:
    """Show who is signed in, and who must wait before trying again."""
    return Shown(
        template="admin_sign_ins.html",
        values={
            "tabs": tabs(visit),
            "sign_ins": signed_in(visit.services),
            "lockouts": lockouts(visit.services),
            "zone": visit.services.zone,
        },
    )


def end_theirs(visit: Visit) -> Answer:
    """End somebody's sign-in in one browser."""
    back = visit.said("back")
    to = back if back.startswith("/admin/people/") else "/admin/sign-ins"
    return _end_sign_in(visit, to)


def end_own_sign_in(visit: Visit) -> Answer:
    """End one's own sign-in in one browser."""
    return _end_sign_in(visit, "/me")


def _end_sign_in(visit: Visit, to: str) -> Answer:
    done = end_sign_in(visit.services, visit.said("sign_in"), by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=to, said=done.reason, wrong=True)
    return Sent(to=to, said=f"已结束 {done} 的这次登录。")


def lift_lockout(visit: Visit) -> Answer:
    """Let somebody try again at once."""
    done = lift(visit.services, visit.said("of"), by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to="/admin/sign-ins", said=done.reason, wrong=True)
    return Sent(to="/admin/sign-ins", said=f"已解除：{done} 现在可以再试。")


def show_settings(visit: Visit, home: Path) -> Answer:
    """Show every setting in force, and where it comes from; what is secret is not shown."""
    if not sees_county(visit.services):
        return Missing(what=_ALL_ONLY)
    found = in_force(home)
    return Shown(
        template="admin_settings.html",
        values={
            "tabs": tabs(visit),
            "settings": found.settings,
            "unknown": found.unknown,
            "file": (home / "peiyu.toml").absolute(),
        },
    )


def show_doctor(visit: Visit, home: Path) -> Answer:
    """Show what is in order and what is not, the gravest first."""
    if not sees_county(visit.services):
        return Missing(what=_ALL_ONLY)
    settings = read_settings(home)
    around = with_data(around_data(settings), settings, visit.services)
    checks = sorted(examine(visit.services, around), key=_gravest_first)
    return Shown(
        template="admin_doctor.html",
        values={"tabs": tabs(visit), "checks": checks, "levels": _LEVELS},
    )


def _gravest_first(check: Check) -> int:
    return (Level.BAD, Level.WARN, Level.OK).index(check.level)
