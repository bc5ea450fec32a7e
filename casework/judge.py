"""Judging one enterprise from figures at hand: nothing is read from or written to the database."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from casework.refusal import Refusal
from casework.services import Services
from policy.assess import assess
from policy.findings import Finding, Outcome, findings_of
from policy.programme import Programme
from policy.sentences import Shown, shown

_PASSES = {Outcome.MET: True, Outcome.UNMET: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFinding:
    """What one criterion said, with numbers in the unit of its reader."""

    criterion: str
    code: str
    title: str
    outcome: str
    shown: Shown
    waived: bool
    confirm: str

    def as_json(self) -> dict[str, Any]:
        """Return the fixed form, with the keys that other programs rely on first."""
        return {
            "criterion": self.criterion,
            "outcome": self.outcome,
            "value": self.shown.value,
            "threshold": self.shown.threshold,
            "gap": self.shown.gap,
            "unit": self.shown.unit,
            "source": self.shown.source,
            "text": self.shown.text,
            "code": self.code,
            "title": self.title,
            "waived": self.waived,
            "confirm": self.confirm,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedScore:
    """The points so far; ``passes`` is None while the range holds both answers."""

    low: int
    high: int
    passes: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a programme says of one enterprise on a day, under one revision of its rules."""

    programme: str
    title: str
    on: dt.date
    revision: str
    verdict: str
    score: JudgedScore | None
    findings: tuple[JudgedFinding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the fixed form of `peiyu assess --json`."""
        score = self.score
        return {
            "programme": self.programme,
            "on": self.on.isoformat(),
            "revision": self.revision,
            "verdict": self.verdict,
            "score": score and {"low": score.low, "high": score.high, "pass": score.passes},
            "findings": [finding.as_json() for finding in self.findings],
        }


def judge(
    services: Services, programme_key: str, facts: pl.DataFrame, *, on: dt.date
) -> Judged | Refusal:
    """Return what the programme says of the one enterprise in ``facts``, a raw frame."""
    try:
        programme = services.catalogue.programme(programme_key)
    except KeyError:
        known = "、".join(f"{each.key}（{each.title}）" for each in _judging(services))
        return Refusal(reason=f"没有培育项目“{programme_key}”，可用的有：{known}")
    if not programme.criteria:
        return Refusal(reason=f"{programme.title}没有评价条件，不需要评估")
    (row,) = assess(programme, facts, on=on, cycle=on.year).iter_rows(named=True)
    findings = findings_of(programme, row["findings"])
    return Judged(
        programme=programme.key,
        title=programme.title,
        on=on,
        revision=programme.revision,
        verdict=row["verdict"],
        score=_score(programme, findings, (row["score_low"], row["score_high"])),
        findings=tuple(_shown(programme, finding) for finding in findings),
    )


def _judging(services: Services) -> list[Programme]:
    return [each for each in services.catalogue.programmes.values() if each.criteria]


def _score(
    programme: Programme, findings: tuple[Finding, ...], points: tuple[int, int]
) -> JudgedScore | None:
    if programme.score is None:
        return None
    low, high = points
    marks = {each.key for each in programme.criteria if each.fact == "score"}
    said = [_PASSES.get(each.outcome) for each in findings if each.criterion in marks]
    passes = None if None in said or not said else all(said)
    return JudgedScore(low=low, high=high, passes=passes)


def _shown(programme: Programme, finding: Finding) -> JudgedFinding:
    criterion = next(each for each in programme.criteria if each.key == finding.criterion)
    return JudgedFinding(
        criterion=criterion.key,
        code=criterion.code,
        title=criterion.title,
        outcome=finding.outcome.value,
        shown=shown(programme, finding),
        waived=finding.waived,
        confirm=finding.confirm.value,
    )
