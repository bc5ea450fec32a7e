"""One cell at a time: a value, or a Chinese sentence that says what is wrong and how to mend it."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Generic, TypeVar

from stdnum.cn import uscc as gb32100

Cell = str | int | float | bool | dt.date | dt.time | dt.timedelta
T = TypeVar("T")

LONGEST_SHOWN = 60
LONGEST_NAME = 200  # characters; so far the search knows a name
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_BLANK = {"", "-", "--", "—", "——", "/", "\\", "N/A", "NA", "NULL", "NONE", "未填"}
_LOST_AT = 10**15  # a spreadsheet keeps 15 digits of a number
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")

_LENGTH = 18
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{_ALPHABET}]{{2}}\d{{6}}[{_ALPHABET}]{{10}}")
_ID_NUMBER = re.compile(r"[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dX]")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_PHONE = re.compile(
    r"(\+?86-?)?(1\d{10}|(0\d{2,3}-?)?[2-9]\d{6,7}(-\d{1,6})?|[48]00-?\d{3}-?\d{4})"
)
_LONGEST_EMAIL = 254

_DATE = re.compile(
    r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?([ T]*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?"
)
_NO_DAY = re.compile(r"\d{4}(年|[-./年]\d{1,2}月?|\d{2}月?)?")
_TURNED = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
_YEAR = re.compile(r"(\d{4})(年度?|财年)?")
_FIRST_DAY, _LAST_DAY = dt.date(1949, 10, 1), dt.date(2100, 12, 31)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_EPOCH, _EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
_LAST_SERIAL = 80_000

_YES = {"是", "是的", "√", "✓", "✔", "☑", "有", "对", "Y", "YES", "TRUE", "1"}
_NO = {"否", "不是", "×", "✗", "✘", "✕", "☒", "无", "没有", "X", "N", "NO", "FALSE", "0"}


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What a cell says. No value and no error means that the cell is blank."""

    value: T | None = None
    error: str = ""
    warning: str = ""


def shown(cell: Cell) -> str:
    """Return the cell as a person sees it, shortened; numbers of persons are masked."""
    text = re.sub(
        r"(?<![0-9A-Z])\d{17}[\dX](?![0-9A-Z])",
        _masked,
        words(cell),
        flags=re.IGNORECASE,
    )
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def words(cell: Cell) -> str:
    """Return the cell's text: one space for any white space, nothing invisible, 3.0 as 3."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LOST_AT:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return " ".join(_INVISIBLE.sub("", str(cell)).split())


def folded(cell: Cell) -> str:
    """Return the text with full-width letters, digits and marks made half-width."""
    return " ".join(unicodedata.normalize("NFKC", words(cell)).split())


def is_blank(cell: Cell) -> bool:
    """Say whether the cell says nothing; a lone dash or slash says nothing."""
    return folded(cell).upper() in _BLANK


def text(cell: Cell) -> Read[str]:
    """Return free text as it stands."""
    return Read() if is_blank(cell) else Read(words(cell))


def name(cell: Cell) -> Read[str]:
    """Return an enterprise's name: brackets made full-width, letters and digits half-width."""
    if is_blank(cell):
        return Read()
    plain = folded(cell).replace("(", "（").replace(")", "）")
    plain = re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", plain)
    if not re.search(r"[^\W\d_]", plain):
        return Read(error=f"“{shown(cell)}”不像企业名称，请按营业执照填写全称")
    if len(plain) > LONGEST_NAME:
        told = f"“{shown(cell)}”有 {len(plain)} 个字，企业名称最多 {LONGEST_NAME} 个字"
        return Read(error=f"{told}，请按营业执照填写全称")
    return Read(plain)


def uscc(cell: Cell) -> Read[str]:
    """Return a 统一社会信用代码. A wrong check digit is only a warning: real ones fail it."""
    if is_blank(cell):
        return Read()
    code = _code(cell)
    if digits_lost(cell):
        return Read(
            error=f"统一社会信用代码被存成了数字（{shown(cell)}），末几位已丢失；"
            "请把该列设为“文本”格式后重新填写"
        )
    if wrong := _wrong_form(code):
        return Read(error=f"统一社会信用代码{wrong}，请对照营业执照更正")
    if gb32100.calc_check_digit(code) != code[-1]:
        return Read(
            code, warning="统一社会信用代码的校验位不符，请核对营业执照；确认无误可以照常导入"
        )
    return Read(code)


def day(cell: Cell, *, from_1904: bool = False) -> Read[dt.date]:
    """Return a date, also from 2023年5月1日, 2023.5.1, 20230501 and a spreadsheet's serial."""
    if is_blank(cell):
        return Read()
    plain = folded(cell)
    found = _day_of(cell, plain, _EPOCH_1904 if from_1904 else _EPOCH)
    if isinstance(found, str):
        return Read(error=found)
    if not _FIRST_DAY <= found <= _LAST_DAY:
        return Read(error=f"日期“{shown(cell)}”不在合理范围（1949 年至 2100 年），请核对")
    return Read(found)


def year(cell: Cell) -> Read[int]:
    """Return a fiscal year."""
    if is_blank(cell):
        return Read()
    if isinstance(cell, dt.date):
        return _year_of(cell.year, cell)
    found = _YEAR.fullmatch(folded(cell))
    if found is None:
        return Read(error=f"“{shown(cell)}”不是年度，请填四位年份，例如 2025")
    return _year_of(int(found[1]), cell)


def flag(cell: Cell) -> Read[bool]:
    """Return 是 or 否."""
    if is_blank(cell):
        return Read()
    plain = folded(cell).upper()
    if plain in _YES:
        return Read(value=True)
    if plain in _NO:
        return Read(value=False)
    return Read(error=f"“{shown(cell)}”无法判断是与否，请填“是”或“否”，不清楚就留空")


def email(cell: Cell) -> Read[str]:
    """Return one e-mail address."""
    plain = folded(cell).replace(" ", "").removeprefix("mailto:")
    if is_blank(cell):
        return Read()
    if _is_of_a_person(plain.upper()):
        return Read(error=_REFUSED)
    if len(re.findall("@", plain)) > 1:
        return Read(error="这里有不止一个邮箱，请只留一个，其余删去")
    if len(plain) > _LONGEST_EMAIL or not _EMAIL.fullmatch(plain) or ".." in plain:
        return Read(error=f"“{shown(cell)}”不是邮箱地址，应形如 name@example.cn，请核对")
    return Read(plain)


def phone(cell: Cell) -> Read[str]:
    """Return one telephone number as text."""
    if is_blank(cell):
        return Read()
    plain = re.sub(r"[\s()']", "", re.sub("[‐–—]", "-", folded(cell)))
    if _is_of_a_person(plain.upper()):
        return Read(error=_REFUSED)
    if not _PHONE.fullmatch(plain):
        return Read(
            error=f"“{shown(cell)}”不是电话号码，请填一个手机号（11 位）"
            "或带区号的座机（例如 0745-7700000）"
        )
    return Read(plain)


def contact(cell: Cell) -> Read[str]:
    """Return a person's name; an identity number is refused on purpose."""
    if _is_of_a_person(folded(cell).replace(" ", "").upper()):
        return Read(error=_REFUSED)
    return text(cell)


def digits_lost(cell: Cell) -> bool:
    """Say whether a long number was stored as a number, so that its last digits are gone."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return abs(cell) >= _LOST_AT
    return _SCIENTIFIC.fullmatch(folded(cell).replace(" ", "").upper()) is not None


_REFUSED = "这里像是身份证号；本系统不收集身份证号，请删去后再导入"


def _is_of_a_person(plain: str) -> bool:
    return _ID_NUMBER.fullmatch(plain) is not None


def _masked(found: re.Match[str]) -> str:
    number = found[0]
    if not _is_of_a_person(number.upper()) or gb32100.is_valid(number):
        return number
    return number[:4] + "*" * 10 + number[-4:]


def _code(cell: Cell) -> str:
    # `="9143…"` is how some systems keep a spreadsheet from turning a code into a number.
    plain = re.sub(r'^="(.*)"$', r"\1", folded(cell))
    return re.sub(r"[\s'‘’`\"“”]", "", plain).upper()


def _wrong_form(code: str) -> str:
    if len(code) != _LENGTH:
        return f"应为 18 位，这里是 {len(code)} 位"
    if _USCC.fullmatch(code):
        return ""
    strange = sorted({letter for letter in code if letter not in _ALPHABET})
    if not strange:
        return "第 3 至 8 位应为数字"
    hint = (
        "（不含字母 I、O、S、V、Z，注意区分数字 0、1、5、2）" if set(strange) & set("IOSVZ") else ""
    )
    return f"含有不允许的字符“{'、'.join(strange)}”{hint}"


def _year_of(number: int, cell: Cell) -> Read[int]:
    if not _FIRST_YEAR <= number <= _LAST_YEAR:
        return Read(error=f"年度“{shown(cell)}”不在合理范围（2000 年至 2100 年），请核对")
    return Read(number)


def _day_of(cell: Cell, plain: str, epoch: dt.date) -> dt.date | str:
    """Return the date, or what is wrong with it."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    strange = f"日期“{shown(cell)}”看不懂，请写成 2023-05-01 的样子"
    if re.fullmatch(r"\d{8}", plain):
        parts = plain[:4], plain[4:6], plain[6:]
    elif found := _DATE.fullmatch(plain.replace(" ", "")) or _DATE.fullmatch(plain):
        parts = found[1], found[2], found[3]
    else:
        return _serial(plain, epoch) or _hint(plain) or strange
    try:
        return dt.date(*map(int, parts))
    except ValueError:
        return f"日期“{shown(cell)}”不存在，请核对月和日"


def _serial(plain: str, epoch: dt.date) -> dt.date | None:
    """Return the date of a spreadsheet's day number; a number of years or months is none."""
    if not re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return None
    number = int(float(plain))
    return epoch + dt.timedelta(days=number) if number < _LAST_SERIAL else None


def _hint(plain: str) -> str:
    if _NO_DAY.fullmatch(plain):
        return f"日期“{plain}”没有写到日，请写成 2023-05-01 的样子"
    if _TURNED.fullmatch(plain):
        return f"日期“{plain}”分不清月和日，请写成 2023-05-01 的样子"
    return ""
