"""`peiyu doctor`: whatever is amiss has a name, a level, and what to type, as it stands."""

import datetime as dt
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from models.engine import make_engine
from runtime import clock, schema, surroundings
from tests.house.commands import exists
from tests.plugins.terminal import MORNING, Peiyu

DAY = dt.timedelta(days=1)
SERVER = '[smtp]\nhost = "127.0.0.1"\nport = 1\nsecurity = "plain"\nconnect_seconds = 1\n'
MAIL = "改好 peiyu.toml 里的 [smtp]；没发的信都还在，之后会自动发出"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something goes amiss."""

    home: Path
    peiyu: Peiyu
    monkeypatch: pytest.MonkeyPatch

    def clock_moves(self, by: dt.timedelta) -> None:
        """Let the computer's clock be elsewhere from now on."""
        self.monkeypatch.setattr(clock, "now", lambda: MORNING + by)


def _mail_fails(place: Place) -> None:
    (place.home / "peiyu.toml").write_text(SERVER, encoding="utf-8")


def _clock_goes_back(place: Place) -> None:
    staff = ("--name", "李示例", "--role", "经办", "--email", "li@bureau.example")
    assert place.peiyu("staff", "add", "lisi", *staff).code == 0
    place.clock_moves(-DAY)


def _disk_is_full(place: Place) -> None:
    place.monkeypatch.setattr(surroundings, "_free", lambda _: 10**6)


def _older(place: Place) -> None:
    engine = make_engine(f"sqlite:///{place.home / 'peiyu.db'}")
    schema.downgrade(engine, "0001")
    engine.dispose()


def _newer(place: Place) -> None:
    engine = make_engine(f"sqlite:///{place.home / 'peiyu.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


def _no_data(place: Place) -> None:
    (place.home / "peiyu.db").unlink()


def _backup_grows_old(place: Place) -> None:
    assert place.peiyu("backup").code == 0
    place.clock_moves(8 * DAY)


def _on(day: dt.datetime) -> Callable[[Place], None]:
    return lambda place: place.clock_moves(day - MORNING)


@pytest.mark.parametrize(
    ("amiss", "name", "level", "says", "hint"),
    [
        pytest.param(
            _on(dt.datetime(2026, 11, 1, 1, tzinfo=dt.UTC)),
            *("明年放假安排", "warn", "2027 年的放假安排还没有录入"),
            "peiyu calendar load 2027 通知.txt",
            id="next year's holidays from November on",
        ),
        pytest.param(
            _on(dt.datetime(2027, 3, 1, 1, tzinfo=dt.UTC)),
            *("年度通知", "warn", "2027 年通知尚未录入，日期按往年预计"),
            "收到通知后更新 config/notices 里的文件",
            id="notices are estimated",
        ),
        pytest.param(
            *(_mail_fails, "发信", "bad", "127.0.0.1：", MAIL), id="the mail server is away"
        ),
        pytest.param(
            *(_clock_goes_back, "时钟", "bad", "数据里却有 2026-03-02 09:00 的记录"),
            "校准电脑的日期和时间，再运行 peiyu doctor",
            id="the clock is off",
        ),
        pytest.param(
            *(_disk_is_full, "磁盘", "bad", "还有 0.0 GB", "请清理磁盘，否则不能再保存"),
            id="the disk is full",
        ),
        pytest.param(*(_no_data, "数据库", "bad", "还没有数据库", "peiyu init"), id="no data"),
        pytest.param(
            *(_older, "数据库", "bad", "是旧版程序建立的", "peiyu upgrade"),
            id="an older program's data",
        ),
        pytest.param(
            *(_newer, "数据库", "bad", "已由更新的程序升级"),
            "安装新版程序，再运行 peiyu doctor",
            id="a newer program's data",
        ),
        pytest.param(
            *(_backup_grows_old, "备份", "warn", "已隔 8 天", "peiyu backup"),
            id="the backup is old",
        ),
    ],
)
def test_what_is_amiss_has_a_name_a_level_and_what_to_type(
    home: Path,
    peiyu: Peiyu,
    monkeypatch: pytest.MonkeyPatch,
    amiss: Callable[[Place], None],
    name: str,
    level: str,
    says: str,
    hint: str,
) -> None:
    amiss(Place(home=home, peiyu=peiyu, monkeypatch=monkeypatch))
    found = _checks(peiyu)

    assert [(each["level"], each["hint"]) for each in found[name]] == [(level, hint)]
    assert says in found[name][0]["sentence"]
    if hint.startswith("peiyu"):
        words = shlex.split(hint)[1:]
        assert exists(list(words))
        if not words[-1].endswith(".txt"):  # no file to be named: typed as it stands, all is well
            assert peiyu(*words).code == 0
            assert [each["level"] for each in _checks(peiyu)[name]] == ["ok"]


def _checks(peiyu: Peiyu) -> dict[str, list[dict[str, str]]]:
    """Return the checks of each name."""
    checks = peiyu("doctor", "--json").json["checks"]
    return {each["name"]: [one for one in checks if one["name"] == each["name"]] for each in checks}
