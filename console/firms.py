"""企业: the list, an enterprise whole, its names and its contact."""

from urllib.parse import urlencode

from casework.enterprise_page import EnterprisePage, enterprise_page, enterprises
from casework.firm_cases import firm_cases
from casework.firm_contact import NewContact, change_contact, contact_version
from casework.firm_figures import firm_figures
from casework.firm_names import Naming, add_alias, drop_alias, rename
from casework.firm_story import firm_story
from casework.letters_page import LetterFilter, outbox
from casework.merging import merged_into, merges_into
from casework.refusal import Refusal
from casework.typed import number_of
from casework.words import KINDS
from console.kept import kept
from console.letters import TAGS
from console.remarks import noted
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit

_LETTERS = 20  # of one page


def add_firms(site: Site) -> None:
    """Add these pages, and what can be done there."""
    site.page("/enterprises", show_enterprises)
    site.page("/enterprises/{uscc}", show_enterprise)
    site.act("/enterprises/{uscc}/alias", keep_alias)
    site.act("/enterprises/{uscc}/alias/drop", take_alias_back)
    site.act("/enterprises/{uscc}/rename", give_new_name)
    site.act("/enterprises/{uscc}/contact", write_contact)


def show_enterprises(visit: Visit) -> Answer:
    """Show the enterprises whose name has these words."""
    words, after = visit.query.get("q", ""), number_of(visit.query.get("after", "")) or 0
    found = enterprises(visit.services, words, after=after)
    following = urlencode({"q": words, "after": found.following}) if found.following else ""
    return Shown(
        template="enterprises.html",
        values={**kept(visit), "found": found, "words": words, "next": following},
    )


def show_enterprise(visit: Visit) -> Answer:
    """Show one enterprise whole."""
    page = enterprise_page(visit.services, visit.path["uscc"])
    if isinstance(page, Refusal):
        return Missing()
    return Shown(template="enterprise.html", values=_values(visit, page))


def _values(visit: Visit, page: EnterprisePage) -> dict[str, object]:
    services, before = visit.services, visit.query.get("before", "")
    into = merged_into(services, page.id)
    letters = outbox(services, LetterFilter(uscc=page.uscc), limit=_LETTERS)
    return {
        "firm": page,
        "into": into,
        "merges": merges_into(services, page.id),
        "cases": firm_cases(services, page.cases),
        "figures": firm_figures(services, page.uscc),
        "letters": letters.letters,
        "letter_tags": TAGS,
        "older_letters": letters.more,
        "story": firm_story(services, page.uscc, before=before),
        "before": before,
        "version": contact_version(page.contact),
        "kinds": {kind.value: words for kind, words in KINDS.items()},
        **noted(visit, page.uscc),
        **({"may_note": False} if into else {}),  # it is worked on where it went
    }


def _naming(visit: Visit) -> Naming:
    return Naming(
        uscc=visit.path["uscc"],
        name=visit.said("name"),
        reason=visit.said("reason"),
        seen=visit.said("seen"),
    )


def _done(visit: Visit, refused: Refusal | None, said: str) -> Answer:
    back = f"/enterprises/{visit.path['uscc']}"
    if refused is not None:
        return Sent(to=back, said=refused.reason, wrong=True)
    return Sent(to=back, said=said)


def keep_alias(visit: Visit) -> Answer:
    """Keep another name."""
    refused = add_alias(visit.services, _naming(visit), by=visit.who.actor)
    return _done(visit, refused, "已登记这个名称，搜索和导入都会认得它")


def take_alias_back(visit: Visit) -> Answer:
    """Take another name back."""
    refused = drop_alias(visit.services, _naming(visit), by=visit.who.actor)
    return _done(visit, refused, "已去掉这个名称")


def give_new_name(visit: Visit) -> Answer:
    """Give the enterprise its new name."""
    refused = rename(visit.services, _naming(visit), by=visit.who.actor)
    return _done(visit, refused, "已更名，原名称记作曾用名")


def write_contact(visit: Visit) -> Answer:
    """Change whom we write to."""
    wish = NewContact(
        uscc=visit.path["uscc"],
        name=visit.said("name"),
        email=visit.said("email"),
        phone=visit.said("phone"),
        reason=visit.said("reason"),
        version=visit.said("version"),
    )
    refused = change_contact(visit.services, wish, by=visit.who.actor)
    return _done(visit, refused, "联系人已改；邮箱变了的，以前信里的答复链接不再有效")
