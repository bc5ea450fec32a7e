"""What letters, robots and webhooks leave by, as the settings say."""

from collections.abc import Callable
from contextlib import closing

from casework.services import Hook, Robot, nobody_called
from config.settings import Settings
from config.webhooks import key_of
from notifications.folder import FolderCarrier
from notifications.message import Carrier
from notifications.smtp import SmtpCarrier, SmtpSettings
from notifications.webhooks import Caller, HookSettings, Webhooks

_MAIL_SECONDS = 5.0  # somebody waits for the answer


def reach_mail(settings: Settings) -> str:
    """Return what is in the way of the mail relay, or nothing; no letter is sent."""
    if not settings.smtp.host:
        return ""
    short = _MAIL_SECONDS
    relay = _relay(settings, connect_seconds=short, command_seconds=short, body_seconds=short)
    with closing(SmtpCarrier(relay)) as carrier:
        return carrier.reach()


def carrier_of(settings: Settings) -> Callable[[], Carrier]:
    """Return what opens the way of letters: a mail server or a folder, and robots beside it."""
    if not settings.smtp.host:
        return lambda: _with_robots(settings, FolderCarrier(settings.letters_folder))
    relay = _relay(settings)
    return lambda: _with_robots(settings, SmtpCarrier(relay))


def _with_robots(settings: Settings, mail: Carrier) -> Carrier:
    if not settings.robots:
        return mail
    from notifications.robots import Robots, RobotSettings  # apprise takes its time

    known = {
        each.name: RobotSettings(
            name=each.name,
            kind=each.kind.value,
            url=each.url.get_secret_value(),
            secret=each.secret.get_secret_value(),
            per_minute=each.per_minute,
        )
        for each in settings.robots
    }
    return Robots(mail, known)


def robots_of(settings: Settings) -> tuple[Robot, ...]:
    """Return the robots that staff may hear of."""
    told = settings.robots
    return tuple(Robot(name=each.name, division=each.division, roles=each.roles) for each in told)


def hooks_of(settings: Settings) -> tuple[Hook, ...]:
    """Return the programs of others that are told of moves."""
    told = settings.webhooks
    return tuple(Hook(name=each.name, division=each.division, events=each.events) for each in told)


def caller_of(settings: Settings) -> Caller:
    """Return what calls the programs of others."""
    if not settings.webhooks:
        return nobody_called
    return Webhooks(
        {
            each.name: HookSettings(url=each.url.get_secret_value(), key=key_of(each.key_words))
            for each in settings.webhooks
        }
    )


def _relay(settings: Settings, **others: float) -> SmtpSettings:
    secret = settings.smtp.password.get_secret_value()
    told = settings.smtp.model_dump(exclude={"per_minute", "per_minute_to", "bounces_to"})
    return SmtpSettings(**told | {"password": secret, **others})
