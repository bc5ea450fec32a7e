"""Troubles that are over when they are told: the work was done, and somebody should know why.

Each is told once a day; the next look of the watch finds it well again.
"""

import datetime as dt
from dataclasses import replace

from policy.silence import Silence, Trouble

RESTART_TASKS = "systemctl restart peiyu-prefect"


def records_lost(on: dt.date, sentence: str) -> Trouble:
    """Return that Prefect kept no records; the sentence says what was done instead."""
    return _told(Silence.RECORDS, on, sentence, "peiyu doctor")


def tasks_away(on: dt.date, sentence: str) -> Trouble:
    """Return that the server that hands out the work on many machines does not answer."""
    return _told(Silence.RECORDS, on, sentence, RESTART_TASKS)


def database_away(on: dt.date) -> Trouble:
    """Return that the database went away in the middle of something, and came back."""
    sentence = "数据库在办理中断开过，等它恢复后已接着办，没有丢失也没有重复"
    return _told(Silence.DATABASE, on, sentence, "peiyu runs")


def second_keeper(on: dt.date, second: str, first: str) -> Trouble:
    """Return that somebody else wanted to keep the timetable, and was not let."""
    sentence = f"{second} 也要守时间表，没有让它守；仍由 {first} 守着，没有重复办理"
    return _told(Silence.SECOND, on, sentence, "peiyu runs")


def webhook_dead(on: dt.date, name: str, detail: str) -> Trouble:
    """Return that a webhook did not take what it was told, for days; it is told no more of that."""
    sentence = f"webhook“{name}”几天没有收下通知，有的已不再送：{detail}"
    trouble = _told(Silence.WEBHOOK, on, sentence, f"peiyu webhooks retry {name}")
    return replace(trouble, key=f"{Silence.WEBHOOK.value}/{name}/{on}")


def _told(kind: Silence, on: dt.date, sentence: str, hint: str) -> Trouble:
    key = f"{kind.value}/{on}"
    return Trouble(key=key, kind=kind, sentence=sentence, hint=hint, grave=False)
