"""核实: a head finds a rule in its document and records it, or takes that back."""

from casework.confirmed import rule_says
from casework.confirming import Document, Rule, confirm_rule, seq_of, take_back
from casework.refusal import Refusal
from casework.roles import CONFIRMERS
from casework.typed import day_of, number_of
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit
from models.confirmation import Part


def add_confirming(site: Site) -> None:
    """Add the form, and what it records."""
    site.page("/programmes/{name}/confirm", show_rule, roles=CONFIRMERS)
    site.act("/programmes/{name}/confirm", confirm, roles=CONFIRMERS)
    site.act("/programmes/{name}/take-back", unconfirm, roles=CONFIRMERS)


def show_rule(visit: Visit) -> Answer:
    """Show a rule and what is asked about its document."""
    programme = visit.services.catalogue.programmes.get(visit.path["name"])
    part, key = visit.query.get("part", ""), visit.query.get("key", "")
    if programme is None or part not in set(Part):
        return Missing()
    rules = programme.criteria if part == Part.CRITERION else programme.obligations
    rule = next((each for each in rules if each.key == key), None)
    if rule is None:
        return Missing()
    return Shown(
        template="confirm.html",
        values={
            "programme": programme,
            "part": part,
            "rule": rule,
            "says": rule_says(programme, Part(part), key),
            "seq": seq_of(visit.services, programme.key, part, key),
        },
    )


def confirm(visit: Visit) -> Answer:
    """Record that the rule stands in its document."""
    rule, name = _rule(visit), visit.path["name"]
    found = Document(
        says=visit.said("says"),
        document=visit.said("document"),
        clause=visit.said("clause"),
        dated=day_of(visit.said("dated")),
        url=visit.said("url"),
    )
    done = confirm_rule(visit.services, rule, found, by=visit.who.actor)
    if isinstance(done, Refusal):
        to = f"/programmes/{name}/confirm?part={rule.part}&key={rule.key}"
        return Sent(to=to, said=done.reason, wrong=True)
    said = "已核实。新的事项按核实后的规则办，办理中的仍用开始时的"
    return Sent(to=f"/programmes/{name}#confirmed", said=said)


def unconfirm(visit: Visit) -> Answer:
    """Take a confirmation back."""
    rule, to = _rule(visit), f"/programmes/{visit.path['name']}"
    done = take_back(visit.services, rule, reason=visit.said("reason"), by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=to, said=done.reason, wrong=True)
    return Sent(to=to, said="已撤销，这一条又是“待核实”")


def _rule(visit: Visit) -> Rule:
    seq = number_of(visit.said("seq"))
    return Rule(
        programme=visit.path["name"],
        part=visit.said("part"),
        key=visit.said("key"),
        seq=-1 if seq is None else seq,
    )
