"""Assessing (评估): what every criterion says of every enterprise, and the verdict.

The same expressions judge one row or fifty thousand, so an enterprise alone on a page and the
same enterprise in a batch never disagree.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import polars as pl

from policy.confirm import Confirm
from policy.criteria import Said, said
from policy.derive import with_derived
from policy.facts import Kind, fact_named
from policy.findings import Key, Outcome, Verdict
from policy.programme import Combine, Criterion, Programme, Score
from policy.reading import NO
from policy.scoring import part_name, with_scores

_NOTHING = pl.lit("")


def assess(programme: Programme, facts: pl.DataFrame, *, on: dt.date, cycle: int) -> pl.DataFrame:
    """Return subject, verdict, score_low, score_high and findings, in the order of the rows.

    ``facts`` is a raw frame; columns that are absent count as missing figures. The findings
    are JSON text for `policy.findings.findings_of`.
    """
    return assess_derived(programme, with_derived(facts, on=on, cycle=cycle), on=on, cycle=cycle)


def assess_derived(
    programme: Programme, frame: pl.DataFrame, *, on: dt.date, cycle: int
) -> pl.DataFrame:
    """Return the same from a frame that holds what follows from the raw facts already."""
    if programme.score is not None:
        frame = with_scores(frame, programme.score)
    every = {
        criterion.key: said(criterion, programme.score, on=on, cycle=cycle)
        for criterion in programme.criteria
    }
    frame = frame.with_columns(each.outcome.alias(_column(key)) for key, each in every.items())
    points = pl.Int64()
    return frame.select(
        "subject",
        _verdict(programme).alias("verdict"),
        *(
            pl.col(f"score_{end}")
            if programme.score
            else pl.lit(None, points).alias(f"score_{end}")
            for end in ("low", "high")
        ),
        _findings(programme, every).alias("findings"),
    )


def _column(key: str) -> str:
    return f"outcome/{key}"


def _is(key: str, *outcomes: Outcome) -> pl.Expr:
    return pl.any_horizontal(pl.col(_column(key)) == outcome.value for outcome in outcomes)


def _waivers(programme: Programme, key: str) -> list[Criterion]:
    return [each for each in programme.criteria if key in each.waives]


def _counts(programme: Programme, criterion: Criterion) -> pl.Expr:
    """Say whether the criterion counts: nothing that is met stands in for it."""
    waived = (_is(waiver.key, Outcome.MET) for waiver in _waivers(programme, criterion.key))
    return ~pl.any_horizontal(NO, *waived)


def _verdict(programme: Programme) -> pl.Expr:
    fails, incomplete, person = [NO], [NO], [NO]
    for criterion in programme.criteria:
        if not criterion.required:
            continue
        key, counts = criterion.key, _counts(programme, criterion)
        sure = criterion.confirm is Confirm.CONFIRMED
        (fails if sure else person).append(counts & _is(key, Outcome.UNMET))
        incomplete.append(counts & _is(key, Outcome.UNKNOWN))
        person.append(counts & _is(key, Outcome.NEEDS_PERSON))
    return (
        pl.when(pl.any_horizontal(fails))
        .then(pl.lit(Verdict.FAILS.value))
        .when(pl.any_horizontal(incomplete))
        .then(pl.lit(Verdict.INCOMPLETE.value))
        .when(pl.any_horizontal(person))
        .then(pl.lit(Verdict.NEEDS_PERSON.value))
        .otherwise(pl.lit(Verdict.MEETS.value))
    )


def _findings(programme: Programme, every: Mapping[str, Said]) -> pl.Expr:
    """Return {"rd_intensity":{"o":"unmet","v":[46,1000],"t":[1,20],"g":40},…}."""
    pieces: list[pl.Expr] = []
    for criterion in programme.criteria:
        comma = "," if pieces else ""
        pieces += [
            pl.lit(f'{comma}"{criterion.key}":{{"{Key.OUTCOME}":"'),
            pl.col(_column(criterion.key)),
            pl.lit('"'),
            *_details(programme, criterion, every[criterion.key]),
            pl.lit("}"),
        ]
    return pl.concat_str(pl.lit("{"), *pieces, pl.lit("}"))


def _details(programme: Programme, criterion: Criterion, each: Said) -> list[pl.Expr]:
    unknown = _is(criterion.key, Outcome.UNKNOWN)
    waivers = {
        waiver.key: _is(waiver.key, Outcome.MET) for waiver in _waivers(programme, criterion.key)
    }
    lacking = {label: unknown & empty for label, empty in each.missing.items()}
    details = [
        _pair(Key.VALUE, each.value),
        _pair(Key.THRESHOLD, each.threshold),
        _pair(Key.GAP, each.gap),
        _pair(Key.MISSING, _listed(lacking)),
        _pair(Key.WAIVED_BY, _listed(waivers)),
    ]
    if programme.score and fact_named(criterion.fact).kind is Kind.POINTS:
        details.append(_pair(Key.PARTS, _parts(programme.score, criterion.fact)))
    return details


def _pair(key: Key, value: pl.Expr) -> pl.Expr:
    """Return a member of a JSON object, or nothing where there is no value."""
    return pl.concat_str(pl.lit(f',"{key}":'), value).fill_null(_NOTHING)


def _listed(labels: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return the labels whose flag is true as a JSON list; null when there is none."""
    if not labels:
        return pl.lit(None, pl.String)
    told = pl.concat_str(
        pl.when(flag).then(pl.lit(f'"{label}",')).otherwise(_NOTHING)
        for label, flag in labels.items()
    )
    inside = told.str.strip_suffix(",")
    return pl.when(inside != "").then(pl.concat_str(pl.lit("["), inside, pl.lit("]")))


def _parts(score: Score, name: str) -> pl.Expr:
    """Return {"rd":[40,40,"rd_to_sales"],…}: the points of each part and the item taken."""
    wanted = [part for part in score.parts if name in ("score", part_name(part))]
    members = [
        pl.format(
            f'"{part.key}":[{{}},{{}}{{}}]',
            f"{part_name(part)}_low",
            f"{part_name(part)}_high",
            pl.format(',"{}"', f"{part_name(part)}_taken").fill_null(_NOTHING)
            if part.combine is Combine.BEST and part.items
            else _NOTHING,
        )
        for part in wanted
    ]
    return pl.concat_str(pl.lit("{"), *_between(members), pl.lit("}"))


def _between(members: Iterable[pl.Expr]) -> list[pl.Expr]:
    return [each for member in members for each in (pl.lit(","), member)][1:]
