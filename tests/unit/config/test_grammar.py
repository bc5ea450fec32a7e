import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from config.amounts import Amount, Unit, amount
from config.grammar import (
    BandTable,
    CriterionTable,
    HeadTable,
    ItemTable,
    LadderTable,
    NeedTable,
    ObligationTable,
    PartTable,
    RecordTable,
    RungTable,
    ScoreTable,
    StageTable,
    Table,
    ThresholdTable,
    WindowTable,
)
from policy import programme as values
from policy.confirm import Confirm
from policy.obligation import Anchor, Obligation
from policy.programme import Rule

ROUND_TRIPS: list[type[Table]] = [
    BandTable,
    CriterionTable,
    LadderTable,
    NeedTable,
    ObligationTable,
    RecordTable,
    RungTable,
    StageTable,
    ThresholdTable,
    WindowTable,
    ItemTable,
]


def a_criterion(**changes: Any) -> CriterionTable:
    written: dict[str, Any] = {
        "key": "rd",
        "code": "X1",
        "title": "示例条件",
        "fact": "rd_intensity",
        "rule": "at_least",
        "source": "示例〔2026〕1号",
        "thresholds": [{"start": dt.date(2016, 1, 1), "value": "5%", "upto": "5000万元"}],
    }
    return CriterionTable.model_validate(written | changes)


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        (365, Fraction(365), Unit.PLAIN),
        (-1, Fraction(-1), Unit.PLAIN),
        ("5%", Fraction(1, 20), Unit.PERCENT),
        ("0.5％", Fraction(1, 200), Unit.PERCENT),
        ("1元", Fraction(100), Unit.MONEY),
        ("0.01元", Fraction(1), Unit.MONEY),
        ("3千元", Fraction(300_000), Unit.MONEY),
        ("5000 万元", Fraction(5_000_000_000), Unit.MONEY),
        ("-20.5万元", Fraction(-20_500_000), Unit.MONEY),
        ("2亿元", Fraction(20_000_000_000), Unit.MONEY),
    ],
)
def test_a_number_is_read_with_its_unit_and_exactly(
    written: int | str, value: Fraction, unit: Unit
) -> None:
    assert amount(written) == Amount(value, unit)


@pytest.mark.parametrize(
    "written", [0.05, True, None, "", "5", "五千万元", "5000万", "0.001元", "1,000元", "5 % 以上"]
)
def test_what_is_no_exact_number_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="不是可用的数"):
        a_criterion(thresholds=[{"start": dt.date(2016, 1, 1), "value": written}])


def test_a_criterion_becomes_its_value() -> None:
    assert a_criterion(confirm="needs_confirmation").built() == values.Criterion(
        key="rd",
        code="X1",
        title="示例条件",
        fact="rd_intensity",
        rule=Rule.AT_LEAST,
        source="示例〔2026〕1号",
        confirm=Confirm.NEEDS_CONFIRMATION,
        thresholds=(
            values.Threshold(start=dt.date(2016, 1, 1), value=Fraction(1, 20), upto=5_000_000_000),
        ),
    )


@pytest.mark.parametrize(
    ("written", "read"), [("05-31", (5, 31)), ("02-29", (2, 29)), ("12-01", (12, 1))]
)
def test_a_month_and_day_is_read(written: str, read: tuple[int, int]) -> None:
    assert an_obligation(month_day=written).month_day == read


@pytest.mark.parametrize(
    "written", ["5-31", "02-30", "13-01", "05-31日", 531, dt.date(2026, 5, 31)]
)
def test_what_is_no_month_and_day_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="应为月和日"):
        an_obligation(month_day=written)


def an_obligation(**changes: Any) -> ObligationTable:
    written: dict[str, Any] = {
        "key": "report",
        "title": "示例年报",
        "kind": "statutory",
        "binds": "enterprise",
        "anchor": "month_day",
        "ladder": "annual",
        "source": "示例〔2026〕1号",
    }
    return ObligationTable.model_validate(written | changes)


def test_an_obligation_becomes_its_value() -> None:
    built = an_obligation(month_day="05-31", years_after_issue=[1, 3], when=["resident"]).built()

    assert isinstance(built, Obligation)
    assert (built.anchor, built.month_day) == (Anchor.MONTH_DAY, (5, 31))
    assert (built.years_after_issue, built.when) == ((1, 3), ("resident",))


def test_tables_are_frozen() -> None:
    with pytest.raises(ValidationError):
        setattr(a_criterion(), "key", "other")  # noqa: B010


@pytest.mark.parametrize("shape", ROUND_TRIPS, ids=lambda shape: shape.__name__)
def test_every_key_of_a_table_is_a_field_of_its_value(shape: type[Table]) -> None:
    assert set(shape.model_fields) == set(shape.becomes.__dataclass_fields__)


def test_the_tables_that_are_put_together_later_lack_only_what_is_put_together() -> None:
    lacking = {
        shape: set(shape.becomes.__dataclass_fields__) - set(shape.model_fields)
        for shape in (HeadTable, PartTable, ScoreTable)
    }

    assert lacking == {
        HeadTable: {"revision", "criteria", "score", "records", "stages", "obligations"},
        PartTable: {"items"},
        ScoreTable: {"parts"},
    }
