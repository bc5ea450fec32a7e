"""Settings: read once at the edge, from `peiyu.toml` in the data folder and the environment."""

import re
import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from typing_extensions import override

from config.robots import RobotPart
from config.webhooks import WebhookPart

CONFIG_ROOM = Path(__file__).parent
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~-]+)*/?")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_TAKES_REPORTS = re.compile(r"[\w.-]{1,40}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)


def _mailbox(address: str) -> str:
    """Return it when a plus and a token can be put into it."""
    if address and not _TAKES_REPORTS.fullmatch(address):
        raise PydanticCustomError("setting", "应为邮箱，写成 tuixin@example.cn 这样，不带加号")
    return address


def _domain(written: str) -> str:
    """Return it as mailboxes are compared, when it can be what stands behind their @."""
    domain = written.strip().lower()
    if not _DOMAIN.fullmatch(domain):
        raise PydanticCustomError("setting", "应为邮箱 @ 后面的部分，例如 qq.com")
    return domain


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfficeSettings(_Part):
    """Who signs the letters."""

    name: str = "科学技术局"
    sender: str = "企业培育服务"
    email: str = "peiyu@localhost.invalid"
    phone: str = ""
    address: str = ""
    division_code: str = ""


class SmtpPart(_Part):
    """The mail relay; without a host, letters go to a folder of .eml files."""

    host: str = ""
    port: int = 465
    username: str = ""
    password: SecretStr = SecretStr("")
    security: Literal["tls", "starttls", "plain"] = "tls"
    ca_file: Path | None = None
    connect_seconds: float = 30
    command_seconds: float = 300
    body_seconds: float = 600
    per_minute: int = Field(default=0, ge=0, le=6_000)  # letters in any minute; 0: as they come
    # The same to the mailboxes of one provider, by what stands behind their @; others do not wait.
    per_minute_to: dict[
        Annotated[str, AfterValidator(_domain)], Annotated[int, Field(ge=1, le=6_000)]
    ] = {}
    # Reports go to NAME+TOKEN@…, and only those that do count; the server must take such addresses.
    bounces_to: Annotated[str, AfterValidator(_mailbox)] = ""

    @field_validator("per_minute_to", mode="before")
    @classmethod
    def _each_once(cls, value: object) -> object:
        written = [str(each).strip().lower() for each in value] if isinstance(value, dict) else []
        if len(written) != len(set(written)):
            raise PydanticCustomError("setting", "同一家邮箱写了两次，只留一行")
        return value


class AttentionPart(_Part):
    """How much of their attention we take from an enterprise's contact."""

    # More wait for the next letter unless they are urgent; 0: as they come.
    letters_per_week: int = Field(default=3, ge=0, le=7)


class KeepPart(_Part):
    """For how long things are kept that nothing depends on any more (ADR 0020).

    What is asked for by law or by a promise has a floor: six months.
    """

    letter_files_months: int = Field(default=24, ge=6)  # .eml files in the letters folder
    runs_months: int = Field(default=24, ge=6)  # what the monthly and daily runs did
    unsaid_months: int = Field(default=24, ge=6)  # reminders that never went into a letter
    history_days: int = Field(default=60, ge=7)  # Prefect's records of runs


class PrefectPart(_Part):
    """The Prefect server of an office with several machines; without one, each run has its own."""

    api: str = ""  # http://machine:4200/api
    auth: SecretStr = SecretStr("")  # name:password, when the server asks for it
    pool: str = Field(default="peiyu", min_length=1)


class ConsolePart(_Part):
    """The web pages, as enterprises reach them."""

    public_url: str = ""  # https://…; empty: letters carry no links

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise PydanticCustomError(
                "address", "应为 https://网址，不带 ? 和 #，例如 https://a.cn"
            )
        return value.rstrip("/")


class LogPart(_Part):
    """The log for machines; it names runs and counts, and nobody."""

    format: Literal["none", "text", "json"] = "none"
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    to: Literal["file", "stderr"] = "file"  # logs/peiyu.log in the data folder


class _TomlFile(TomlConfigSettingsSource):
    @override
    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        return tomllib.loads(file_path.read_text(encoding="utf-8-sig"))  # as some editors save


class Settings(BaseSettings):
    """Everything that differs between two installations."""

    model_config = SettingsConfigDict(
        env_prefix="PEIYU_",
        env_nested_delimiter="__",
        env_ignore_empty=True,  # as a Compose file hands on what nobody wrote
        extra="forbid",
        frozen=True,
    )

    home: Path = Path("var")
    database: str = ""  # empty: an SQLite file in the data folder
    # A statement may name as many cases as a batch has; SQLite takes 32,766 values in one.
    batch_size: int = Field(default=10_000, ge=1, le=30_000)
    lease_seconds: int = Field(default=90, ge=2)  # silence after which `peiyu up` counts as gone
    backups_kept: int = Field(default=14, ge=1)  # older ones go once a new one is sound
    backup_stale_days: int = Field(default=7, ge=0)  # an older backup is told of; 0: never
    demo: bool = False  # every letter says that it is an exercise
    timezone: str = "Asia/Shanghai"
    office: OfficeSettings = OfficeSettings()
    smtp: SmtpPart = SmtpPart()
    attention: AttentionPart = AttentionPart()
    keep: KeepPart = KeepPart()
    prefect: PrefectPart = PrefectPart()
    log: LogPart = LogPart()
    console: ConsolePart = ConsolePart()
    robots: tuple[RobotPart, ...] = ()
    webhooks: tuple[WebhookPart, ...] = ()

    @field_validator("webhooks")
    @classmethod
    def _one_of_a_name(cls, value: tuple[WebhookPart, ...]) -> tuple[WebhookPart, ...]:
        names = [each.name for each in value]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise PydanticCustomError(
                "setting", "{words}", {"words": f"有两个都叫 {twice}，请改名"}
            )
        return value

    @property
    def database_url(self) -> str:
        """Return the address of our own data."""
        return self.database or f"sqlite:///{self.home / 'peiyu.db'}"

    @property
    def letters_folder(self) -> Path:
        """Return where letters lie when no relay is configured."""
        return self.home / "letters"

    @property
    def backups_folder(self) -> Path:
        """Return where backups lie unless another folder is named."""
        return self.home / "backups"

    @override
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = _TomlFile(settings_cls)
        return (init_settings, env_settings, toml)


def load_settings(home: Path) -> Settings:
    """Return the settings of a data folder: environment over `peiyu.toml` over defaults.

    Raises ``pydantic.ValidationError`` (a ``ValueError``) for a wrong key or value, and
    ``tomllib.TOMLDecodeError`` for a broken file.
    """

    class _Here(Settings):
        model_config = SettingsConfigDict(
            **Settings.model_config | {"toml_file": home / "peiyu.toml"}
        )

    return _Here(home=home)
