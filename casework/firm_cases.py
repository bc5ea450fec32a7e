"""An enterprise's open cases with the criteria that matter: what is wanting, the nearest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from casework.case_figures import FigureLine, inputs_of
from casework.case_page import CasePage, FindingLine, case_page
from casework.cases import CaseLine
from casework.refusal import Refusal
from casework.rulebook import read_rules
from casework.services import Services
from policy.findings import Outcome
from policy.programme import Programme

_NEAR = Decimal("0.1")  # of the threshold
_ORDER = (Outcome.UNMET, Outcome.UNKNOWN, Outcome.NEEDS_PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A criterion with the figures it looks at: who told each, and which nobody told."""

    finding: FindingLine
    near: bool  # only just missed, or only just met
    required: bool  # it alone can refuse
    told: tuple[FigureLine, ...]

    @property
    def wanting(self) -> bool:
        """Say whether it is not met, or not known to be."""
        return not self.finding.waived and self.finding.outcome != Outcome.MET

    @property
    def matters(self) -> bool:
        """Say whether somebody should look at it."""
        return self.required and (self.wanting or self.near)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmCase:
    """One open case of an enterprise."""

    page: CasePage
    matters: tuple[Matter, ...]  # wanting, or met by a hair
    met: int  # the others


def firm_cases(services: Services, lines: Iterable[CaseLine]) -> tuple[FirmCase, ...]:
    """Return these cases whole."""
    pages = [case_page(services, str(line.id)) for line in lines]
    found = [page for page in pages if not isinstance(page, Refusal)]
    with services.database.reading() as session:
        rules = read_rules(session, services, {page.revision for page in found})
    return tuple(_firm_case(page, rules[page.revision]) for page in found)


def _firm_case(page: CasePage, rules: Programme) -> FirmCase:
    findings: Sequence[FindingLine] = page.judgement.findings if page.judgement else ()
    all_of_them = [_matter(page, rules, each) for each in findings]
    shown = [each for each in all_of_them if each.matters]
    return FirmCase(
        page=page,
        matters=tuple(sorted(shown, key=_rank)),
        met=len(all_of_them) - len(shown),
    )


def _matter(page: CasePage, rules: Programme, finding: FindingLine) -> Matter:
    criterion = next(each for each in rules.criteria if each.key == finding.criterion)
    wanted = inputs_of(rules, criterion, page.cycle)
    told = tuple(each for each in page.figures if (each.fact, each.year) in wanted)
    return Matter(finding=finding, near=_is_near(finding), required=criterion.required, told=told)


def _is_near(finding: FindingLine) -> bool:
    value, threshold = finding.value, finding.threshold
    if not (_is_number(value) and _is_number(threshold)) or not threshold:
        return False
    away = abs(Decimal(str(value)) - Decimal(str(threshold)))
    return away <= _NEAR * abs(Decimal(str(threshold)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _rank(matter: Matter) -> tuple[int, bool]:
    outcome = Outcome(matter.finding.outcome)
    place = _ORDER.index(outcome) if matter.wanting else len(_ORDER)
    return place, not matter.near
