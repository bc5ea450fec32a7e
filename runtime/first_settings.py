"""The settings file that a new data folder gets: every key, explained, and none of it needed."""

import json
from pathlib import Path

from config.settings import Settings
from config.webhooks import new_secret

_TEXT = """\
# 培育的设置。行首的 # 表示不起作用；要用某一行，删去它前面的“# ”，改好后保存即可。

# 数据库：不写就用本文件夹里的 peiyu.db。用 PostgreSQL 时写成这样：
# database = "postgresql+psycopg://用户名:密码@主机:5432/库名"

# 一次办理多少家企业，一般不用改。
# batch_size = 10000

# peiyu up 多少秒没有动静就算停了，另一台可以接手，一般不用改。
# lease_seconds = 90

# 备份保留最近多少份。
# backups_kept = 14
# 备份超过多少天没有更新就提醒；0 表示不提醒。
# backup_stale_days = 7
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
# per_minute = 60              # 任意一分钟最多发几封，照邮件服务商的限制写
# per_minute_to = {{ "qq.com" = 20 }}  # 其中发给某家邮箱的最多几封；只有这家的信等，别家的照发
# bounces_to = "tuixin@example.com"  # 邮件服务器收“名字+记号@”这样的地址时才写：冒充的退信一概不算

# [[robots]]  # 工作群里的机器人：每天说一次今天有多少事，不含个人信息；几个群就写几段
# name = "jingban"             # 自己起的名字，小写字母
# kind = "wecom"               # wecom 企业微信、dingtalk 钉钉、feishu 飞书、webhook 其他
# url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=机器人的密钥"
# secret = ""                  # 钉钉“加签”的密钥
# roles = ["clerk"]            # 说谁的事：clerk 经办、head 股长、leader 分管领导
# division = ""                # 只说这个区划和下级的，空的不限
# per_minute = 10

# [[webhooks]]  # 事项流转时通知别的程序，逐条签名，不含个人信息；几个程序就写几段
# name = "dashboard"           # 自己起的名字，小写字母
# url = "https://example.cn/peiyu"
# secret = "{secret}"  # 也给对方一份；要换，用 peiyu webhooks secret 做一个
# events = ["case.moved", "case.ended"]  # 进入下一环节、办结
# division = ""                # 只通知这个区划和下级的，空的不限

[attention]  # 少打扰企业
# letters_per_week = 3         # 同一位企业联系人一周最多几封，不急的并入下一封；0 不限
[console]  # 网页
# public_url = "https://peiyu.example.cn"  # 企业能打开的网址；写了，信里就有“答复”链接

[keep]  # 夜间清理：多久以前的可以清掉。事项、截止日、流转、操作记录和发过的信，从不清理
# letter_files_months = 24     # letters 文件夹里的信函文件，至少 6 个月
# runs_months = 24             # 每次运行办了多少的记录，至少 6 个月
# unsaid_months = 24           # 没有写进信函的提醒，至少 6 个月
# history_days = 60            # 供信息化人员查看的运行过程

[prefect]  # 多台机器一起办理时才用，须配合 PostgreSQL；只用一台机器，这里什么都不用写
# api = "http://主机:4200/api"  # Prefect 服务器的地址
# auth = "用户名:密码"           # 服务器要求登录时才写
# pool = "peiyu"                # 各台机器从哪个工作池领活，一般不用改

[log]  # 给运维程序看的运行日志，只有次数和编号，没有姓名和邮箱
# format = "json"              # none 不写、text 文字、json 每行一条
# level = "INFO"               # DEBUG、INFO、WARNING、ERROR
# to = "file"                  # file 写入 logs 文件夹，stderr 写到屏幕
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
        _TEXT.format(
            demo=_DEMO if settings.demo else "", office=_office(settings), secret=new_secret()
        ),
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
