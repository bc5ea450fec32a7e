"""What a row amounts to: an enterprise, its certificates, its figures of a year."""

from collections.abc import Iterator

from exchange import numbers, places
from exchange.cells import Read, text
from exchange.headers import Column
from exchange.layouts import column_of, describes_enterprises, year_is_of_certificate
from exchange.plausible import doubts_about
from exchange.rows import Row
from exchange.values import EnterpriseRow, FiguresRow, Held
from policy.facts import STANDING

_AS_READ = (
    "registered_on",
    "industry",
    "address",
    "contact_name",
    "contact_email",
    "contact_phone",
    "change_note",
)


def enterprise_of(row: Row) -> EnterpriseRow | None:
    """Return the enterprise that a row describes; what it lacks is said."""
    if not describes_enterprises(row.table):
        return None
    held = tuple(_held(row))
    if row.is_left_blank("name") and "name" not in row.values:
        row.say_of("name", Read(error="没有填企业名称，请按营业执照补上全称"))
    values = row.values
    if "uscc" not in values or "name" not in values:
        return None
    _take_address(row)
    return EnterpriseRow(
        sheet=row.table.sheet.name,
        row=row.index + 1,
        uscc=values["uscc"],
        name=values["name"],
        division_code=values.get("division"),
        held=held,
        statements={name: values[name] for name in STANDING if name in values},
        **{name: values.get(name) for name in _AS_READ},
    )


def figures_of(row: Row) -> Iterator[FiguresRow]:
    """Return the figures of each year that a row gives, and say what cannot be."""
    for year, values in sorted(row.figures.items()):
        for name, read in doubts_about(values, year):
            row.say(_column_of_year(row, name, year), read)
        if "uscc" not in row.values:
            continue
        yield FiguresRow(
            sheet=row.table.sheet.name,
            row=row.index + 1,
            uscc=row.values["uscc"],
            name=row.values.get("name", ""),
            year=year,
            values=values,
            source=row.values.get("source", ""),
        )


def _column_of_year(row: Row, name: str, year: int) -> Column | None:
    own = (c for c in row.table.columns if c.field == name and c.year in (year, None))
    return next(own, None)


def _take_address(row: Row) -> None:
    """Take a place of registration that names more than a division for the address."""
    place = column_of(row.table, "division")
    if place is None or "address" in row.table.fields or "division" not in row.values:
        return
    cell = row.table.sheet.rows[row.index][place.index]
    if places.is_more_than_a_division(cell):
        row.values["address"] = text(cell).value


def _held(row: Row) -> Iterator[Held]:
    yield from _hnte(row)
    yield from _tsme(row)


def _hnte(row: Row) -> Iterator[Held]:
    number, issued_on = row.values.get("hnte_number"), row.values.get("hnte_on")
    year = row.values.get("year") if year_is_of_certificate(row.table) else None
    if number and year and int(number[2:6]) != year:
        told = f"年度 {year} 与证书编号里的年份 {number[2:6]} 不同，请核对"
        row.say_of("year", Read(warning=told))
    if number and issued_on:
        read = numbers.hnte_held(number, issued_on, row.values.get("tech_field", ""))
        row.say_of("hnte_on", read)
        yield from (read.value,) if read.value else ()
    elif number and row.is_left_blank("hnte_on"):
        told = "没有填发证日期，推算不出有效期，证书没有登记；请补上发证日期"
        row.say_of("hnte_on", Read(warning=told))
    elif issued_on and row.is_left_blank("hnte_number"):
        told = "有发证日期而没有证书编号，证书没有登记；请补上证书编号"
        row.say_of("hnte_number", Read(warning=told))


def _tsme(row: Row) -> Iterator[Held]:
    number, entered_on = row.values.get("tsme_number"), row.values.get("tsme_on")
    if number:
        read = numbers.tsme_held(number, entered_on)
        row.say_of("tsme_number", read)
        yield from (read.value,) if read.value else ()
        _compare_places(row, number)
    elif entered_on and row.is_left_blank("tsme_number"):
        told = "有入库日期而没有入库登记编号，没有登记；请补上入库登记编号"
        row.say_of("tsme_number", Read(warning=told))


def _compare_places(row: Row, number: str) -> None:
    code = row.values.get("division")
    if code and number[4:10] != code:
        told = f"入库登记编号里的行政区划是 {number[4:10]}，与本行的 {code} 不同，请核对"
        row.say_of("tsme_number", Read(warning=told))
