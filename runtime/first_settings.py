"""The settings file that a new data folder gets: every key, explained, and none of it needed."""

import json
from pathlib import Path

from config.settings import Settings

_TEXT = """\
# 培育的设置。行首的 # 表示不起作用；要用某一行，删去它前面的“# ”，改好后保存即可。

# 数据库：不写就用本文件夹里的 peiyu.db。用 PostgreSQL 时写成这样：
# database = "postgresql+psycopg://用户名:密码@主机:5432/库名"

# 一次办理多少家企业，一般不用改。
# batch_size = 10000

# peiyu up 多少秒没有动静就算停了，另一台可以接手，一般不用改。
# lease_seconds = 90
{demo}
[office]  # 信函的落款
{office}

[smtp]  # 邮件服务器；不写 host，信函就存入 letters 文件夹，可用任何邮件程序打开
# host = "smtp.example.com"
# port = 465
# username = "邮箱账号"
# password = "授权码"
# security = "tls"             # tls、starttls 或 plain
# ca_file = "证书文件"          # 单位自建邮件服务器时才用
"""
_DEMO = "\n# 演练：信函都会注明是演练。\ndemo = true\n"
_OFFICE = {
    "name": "单位名称",
    "sender": "发信人显示的名字",
    "email": "发信邮箱",
    "phone": "咨询电话",
    "address": "办公地址",
    "division_code": "行政区划代码，6 位",
}


def write_first_settings(settings: Settings) -> Path:
    """Write the file unless there is one; what was chosen for the office is kept in it.

    A database address or a password is never copied into it: they may come from elsewhere.
    """
    path = settings.home / "peiyu.toml"
    if path.exists():
        return path
    path.touch(mode=0o600)  # it will hold a password one day
    path.write_text(
        _TEXT.format(demo=_DEMO if settings.demo else "", office=_office(settings)),
        encoding="utf-8",
    )
    return path


def _office(settings: Settings) -> str:
    chosen = settings.office.model_dump()
    defaults = type(settings.office)().model_dump()
    lines = []
    for key, meaning in _OFFICE.items():
        mark = "# " if chosen[key] == defaults[key] else ""
        value = json.dumps(chosen[key], ensure_ascii=False)
        lines.append(f"{mark}{key} = {value}  # {meaning}")
    return "\n".join(lines)
