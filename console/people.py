"""管理 · 人员: who works here, as what, for which division, and how they sign in."""

from hashlib import sha256

from casework.absences import list_absences
from casework.accounts import Wish, close_account, invite, new_secret
from casework.people import PersonLine, one_of_them, people
from casework.refusal import Refusal
from casework.roles import ADMINS, AUDITORS, PLANNERS, SETTINGS
from casework.scope import sees_county
from casework.sign_ins import signed_in
from casework.staff import NewStaff, add_staff, remove_staff, return_staff
from casework.words import ROLES
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit
from models.enterprise import Role

TABS = (
    ("/admin/people", "人员", ADMINS),
    ("/admin/absences", "不在岗", PLANNERS),
    ("/admin/sign-ins", "登录", ADMINS),
    ("/audit", "审计", AUDITORS),
    ("/admin/settings", "设置", SETTINGS),
    ("/admin/doctor", "检查", SETTINGS),
)
_CHOOSABLE = tuple(
    (role.value, title) for role, title in ROLES.items() if role not in (Role.CONTACT, Role.ROBOT)
)


def add_people(site: Site) -> None:
    """Add these pages."""
    site.page("/admin", first_tab, roles=ADMINS | PLANNERS | AUDITORS | SETTINGS)
    site.page("/admin/people", show_people, roles=ADMINS)
    site.page("/admin/people/{name}", show_person, roles=ADMINS)
    site.act("/admin/people", add_person, roles=ADMINS)
    site.act("/admin/people/{name}", change_person, roles=ADMINS)
    site.act("/admin/people/{name}/invite", invite_person, roles=ADMINS)
    site.act("/admin/people/{name}/close", close_persons_account, roles=ADMINS)
    site.act("/admin/people/{name}/leave", let_go, roles=ADMINS)
    site.act("/admin/people/{name}/return", take_back, roles=ADMINS)


def tabs(visit: Visit) -> list[tuple[str, str]]:
    """Return the pages of 管理 that somebody may open."""
    known = [each for each in TABS if each[2] is not SETTINGS or sees_county(visit.services)]
    return [(path, title) for path, title, roles in known if visit.who.role in roles]


def first_tab(visit: Visit) -> Answer:
    """Go to the first of them."""
    mine = tabs(visit)
    return Sent(to=mine[0][0]) if mine else Missing()


def show_people(visit: Visit) -> Answer:
    """Show everybody, and a form for somebody new."""
    return _list(visit)


def _list(visit: Visit, wrong: str = "") -> Shown:
    said = ("login", "name", "role", "email", "division")
    return Shown(
        template="admin_people.html",
        values={
            "tabs": tabs(visit),
            "people": people(visit.services),
            "roles": _CHOOSABLE,
            "wrong": wrong,
            "form": {name: visit.said(name) for name in said} if wrong else _empty(visit),
            "zone": visit.services.zone,
        },
        status=400 if wrong else 200,
    )


def _empty(visit: Visit) -> dict[str, str]:
    division = visit.who.division or visit.services.county
    return {"login": "", "name": "", "role": "clerk", "email": "", "division": division}


def _wanted(visit: Visit, login: str) -> NewStaff | Refusal:
    chosen = visit.said("role")
    if chosen not in dict(_CHOOSABLE):
        return Refusal(reason="请选一个角色")
    return NewStaff(
        login=login,
        name=visit.said("name"),
        role=Role(chosen),
        email=visit.said("email"),
        division_code=visit.said("division"),
    )


def add_person(visit: Visit) -> Answer:
    """Register somebody new; what was typed stays when it can not be."""
    login = visit.said("login")
    new = _wanted(visit, login)
    if isinstance(new, Refusal):
        return _list(visit, new.reason)
    done = add_staff(visit.services, new, by=visit.who.actor, version="")
    if isinstance(done, Refusal):
        return _list(visit, done.reason)
    said = f"已登记 {done.member.name}。要让其登录，请给一个设密码的链接。"
    return Sent(to=f"/admin/people/{login}", said=said)


def show_person(visit: Visit) -> Answer:
    """Show one person whole."""
    found = one_of_them(visit.services, visit.path["name"])
    return Missing() if isinstance(found, Refusal) else _whole(visit, found)


def _whole(visit: Visit, person: PersonLine, link: dict[str, object] | None = None) -> Shown:
    return Shown(
        template="admin_person.html",
        values={
            "tabs": tabs(visit),
            "person": person,
            "roles": _CHOOSABLE,
            "oneself": person.login == visit.who.login,
            "link": link,
            "key": new_secret(),
            "sign_ins": signed_in(visit.services, person.login),
            "absences": list_absences(visit.services, person.login),
            "zone": visit.services.zone,
        },
    )


def _back(visit: Visit, done: object, said: str) -> Answer:
    to = f"/admin/people/{visit.path['name']}"
    if isinstance(done, Refusal):
        return Sent(to=to, said=done.reason, wrong=True)
    return Sent(to=to, said=said)


def change_person(visit: Visit) -> Answer:
    """Correct what is known of somebody."""
    login = visit.path["name"]
    found = one_of_them(visit.services, login)
    if isinstance(found, Refusal):
        return Missing()
    new = _wanted(visit, login)
    if isinstance(new, Refusal):
        return _back(visit, new, "")
    if not found.active:
        return _back(visit, Refusal(reason="此人已停用，请先恢复在岗"), "")
    version = visit.said("version") or "none"
    done = add_staff(visit.services, new, by=visit.who.actor, version=version)
    unchanged = not isinstance(done, Refusal) and done.what == "unchanged"
    return _back(visit, done, "没有变化。" if unchanged else "已保存。")


def invite_person(visit: Visit) -> Answer:
    """Show a link to choose a password with, once; the same form again shows the same link."""
    login = visit.path["name"]
    secret = sha256(f"{visit.who.seal}/{visit.said('key')}".encode()).hexdigest()
    wish = Wish(secret=secret, version=visit.said("version"))
    made = invite(visit.services, login, by=visit.who.actor, wish=wish)
    if isinstance(made, Refusal):
        return _back(visit, made, "")
    found = one_of_them(visit.services, login)
    if isinstance(found, Refusal):
        return Missing()
    return _whole(
        visit, found, {"url": f"{visit.origin}/welcome/{made.secret}", "until": made.until}
    )


def close_persons_account(visit: Visit) -> Answer:
    """Take somebody's password and sign-ins away."""
    done = close_account(visit.services, visit.path["name"], by=visit.who.actor)
    return _back(visit, done, "已收回账号，登录着的马上退出。")


def let_go(visit: Visit) -> Answer:
    """Let somebody be here no more."""
    login, reason = visit.path["name"], visit.said("reason")
    if not reason:
        return _back(visit, Refusal(reason="请写明为什么停用"), "")
    done = remove_staff(visit.services, login, reason=reason, by=visit.who.actor)
    return _back(visit, done, "已停用：不再收信，不能登录。办过的事仍记在其名下。")


def take_back(visit: Visit) -> Answer:
    """Let somebody be here again."""
    login, reason = visit.path["name"], visit.said("reason")
    done = return_staff(visit.services, login, reason=reason, by=visit.who.actor)
    return _back(visit, done, "已恢复在岗。")
