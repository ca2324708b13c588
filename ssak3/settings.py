"""Settings: environment or `.env`, prefix `SSAK3_`, read once into one frozen object."""

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

CONTEXTS = ("reservation", "payment", "cleaning", "notification", "mypage", "bot")

# How addresses of databases begin; the rest are other ways to say PostgreSQL.
DATABASES = ("postgresql://", "sqlite+aiosqlite:", "postgresql+asyncpg://", "postgres://")

TOSS = "https://api.tosspayments.com"
TELEGRAM = "https://api.telegram.org"

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,100}")
# What Telegram sends along (https://core.telegram.org/bots/api#setwebhook), and long enough not to be guessed.
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")

PREFIX = "SSAK3_"
# From here on it is a slip of the finger; what is less alike may be somebody else's.
MISSPELT = 0.85
# Kubernetes gives every container a dozen names for each service; for one called `ssak3-payment`, SSAK3_PAYMENT_PORT.
# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
SERVICE_HOST = "service_host"
OF_A_SERVICE = re.compile(rf"({SERVICE_HOST}|service_port(_\w+)?|port(_\d+_(tcp|udp|sctp)(_(proto|port|addr))?)?)")

# What a person who got it wrong should see.
EXAMPLES = {
    "database_url": "postgresql://ssak3:secret@db:5432/ssak3",
    "amqp_urls": "amqp://ssak3:secret@rabbitmq:5672/ (several nodes: with commas)",
    "payment_url": "http://payment:8000",
    "bot_url": "http://bot:8000",
    "api_token": "from: openssl rand -hex 16",
    "http_port": "8000 (0 picks a free one)",
    "public_url": "https://chat.example.com",
    "timezone": "Asia/Seoul",
    "catalog": "/etc/ssak3/catalogue.toml",
    "policies": "/etc/ssak3/policies.toml",
    "provider": "sandbox",
    "toss_api_base": TOSS,
    "telegram_token": "123456789:AAE… (as BotFather shows it)",
    "telegram_api_base": TELEGRAM,
    "telegram_mode": "polling",
    "telegram_webhook_secret": "32 letters and digits, from: openssl rand -hex 16",
    "telegram_rate": "25",
    "log_format": "console",
    "hold_minutes": "15",
    "offer_minutes": "10",
}


class WrongSettings(Exception):
    """The start stops here; the text says which variable, what is wrong, and an example."""


class Settings(BaseSettings):
    """A flag beats the environment beats `.env`. An empty URL means: inside this process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore")

    database_url: str = ""
    reservation_database_url: str = ""
    payment_database_url: str = ""
    cleaning_database_url: str = ""
    notification_database_url: str = ""
    mypage_database_url: str = ""
    bot_database_url: str = ""
    amqp_urls: str = ""
    payment_url: str = ""
    bot_url: str = ""
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    api_token: SecretStr = SecretStr("")
    data_dir: Path = Path("data")
    timezone: str = "Asia/Seoul"
    catalog: Path | None = None
    policies: Path | None = None
    provider: Literal["sandbox", "toss", "portone"] = "sandbox"
    toss_secret_key: SecretStr = SecretStr("")
    toss_client_key: str = ""
    toss_api_base: str = TOSS
    telegram_token: SecretStr = SecretStr("")
    telegram_api_base: str = TELEGRAM
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_rate: int = Field(default=25, ge=1, le=1000)
    log_format: Literal["console", "json"] = "console"
    hold_minutes: int = Field(default=15, ge=1, le=24 * 60)
    offer_minutes: int = Field(default=10, ge=1, le=24 * 60)

    @field_validator("timezone")
    @classmethod
    def _korea_only(cls, value: str) -> str:
        # The refund standard counts Korean calendar days; another zone would make other promises.
        if value != "Asia/Seoul":
            raise ValueError("only Asia/Seoul is supported: refunds are counted in Korean days")
        return value

    @field_validator("catalog", "policies")
    @classmethod
    def _file_is_there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @field_validator("amqp_urls")
    @classmethod
    def _nodes(cls, value: str) -> str:
        for url in value.split(",") if value else ():
            if not url.strip().startswith(("amqp://", "amqps://")):
                raise ValueError("every node's address begins with amqp:// or amqps://")
            _check_host_and_port(url.strip())
        return value

    @field_validator("api_token")
    @classmethod
    def _has_no_blanks(cls, value: SecretStr) -> SecretStr:
        if any(letter.isspace() for letter in value.get_secret_value()):
            raise ValueError("a token has no blanks in it")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("a token is a number, a colon, and letters and digits")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("it has 16 to 256 letters, digits, _ and -")
        return value

    @field_validator("payment_url", "bot_url", "toss_api_base", "telegram_api_base")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("an address begins with http:// or https://")
        if value:
            _check_host_and_port(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _begins_links(cls, value: str) -> str:
        return cls._address(value).rstrip("/")

    @model_validator(mode="after")
    def _webhook_can_be_reached(self) -> "Settings":
        if not self.telegram_token.get_secret_value() or self.telegram_mode != "webhook":
            return self
        if not self.telegram_webhook_secret.get_secret_value():
            raise ValueError(
                "SSAK3_TELEGRAM_WEBHOOK_SECRET: a webhook needs one, or anybody could pass for Telegram. "
                f"Example: {EXAMPLES['telegram_webhook_secret']}"
            )
        if not self.public_url.startswith("https://"):
            raise ValueError(
                "SSAK3_PUBLIC_URL: Telegram brings updates to https addresses only. "
                f"Example: {EXAMPLES['public_url']}; without one: SSAK3_TELEGRAM_MODE=polling"
            )
        return self

    @model_validator(mode="after")
    def _only_what_is_built(self) -> "Settings":
        if self.provider != "sandbox":
            raise ValueError(
                f"SSAK3_PROVIDER: {self.provider} isn't built yet; only the sandbox can be paid with. "
                f"Example: {EXAMPLES['provider']}"
            )
        for name in ("database_url", *(f"{context}_database_url" for context in CONTEXTS)):
            url = getattr(self, name)
            if url and not url.startswith(DATABASES):
                raise ValueError(
                    f"SSAK3_{name.upper()}: an address begins with {' or '.join(DATABASES[:2])}, "
                    f"e.g. {EXAMPLES['database_url']}"
                )
            if url and not url.startswith("sqlite"):
                try:
                    _check_host_and_port(url)
                except ValueError as error:
                    raise ValueError(f"SSAK3_{name.upper()}: {error}, e.g. {EXAMPLES['database_url']}") from None
        return self

    @property
    def is_distributed(self) -> bool:
        """Whether processes meet over RabbitMQ."""
        return bool(self.amqp_urls)

    @property
    def amqp_nodes(self) -> list[str]:
        """RabbitMQ's nodes, one address each."""
        return [url.strip() for url in self.amqp_urls.split(",") if url.strip()]

    @property
    def has_sandbox_address(self) -> bool:
        """Whether somebody has said where the sandbox is."""
        return self.toss_api_base != TOSS

    @property
    def stored(self) -> tuple[str, ...]:
        """Whatever has tables: the contexts, and the broker where it is embedded."""
        return CONTEXTS if self.is_distributed else (*CONTEXTS, "broker")

    def database_url_of(self, context: str) -> str:
        """Where a context keeps its tables: its own URL, the common one, or a file in the data folder."""
        own: str = getattr(self, f"{context}_database_url", "")
        return own or self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'ssak3.db'}"


def _check_host_and_port(url: str) -> None:
    """ValueError, in words, if nobody can be there; never with the address itself, which may hold a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("the port of an address is a number up to 65535") from None
    if parts.netloc.count("@") > 1:
        raise ValueError("an @ in a user or a password is written %40")
    if not parts.hostname or port == 0:
        raise ValueError("an address names a host")


class Unknown(NamedTuple):
    """A variable that is no setting, the setting that it is most like, and how much: 1 is the same."""

    name: str
    like: str
    alike: float


def unknown_settings() -> Sequence[Unknown]:
    """What the environment and `.env` hold with our prefix, and nobody reads."""
    given = {name for source in (EnvSettingsSource, DotEnvSettingsSource) for name in source(Settings).env_vars}
    names = {name.removeprefix(PREFIX.lower()) for name in given if name.startswith(PREFIX.lower())}
    services = {name.removesuffix(SERVICE_HOST) for name in names if name.endswith(SERVICE_HOST)}
    others = {name for name in names for service in services if OF_A_SERVICE.fullmatch(name.removeprefix(service))}
    return [_unknown(name) for name in sorted(names - others - {*Settings.model_fields})]


def _unknown(name: str) -> Unknown:
    alike, like = max((SequenceMatcher(None, name, one).ratio(), one) for one in Settings.model_fields)
    return Unknown(name=f"{PREFIX}{name.upper()}", like=f"{PREFIX}{like.upper()}", alike=alike)


def read_settings(on_unknown: Callable[[str], None] = lambda name: None, /, **flags: Any) -> Settings:
    """The settings of this start; flags that are None don't count. WrongSettings says all that is wrong.

    `on_unknown` hears of each variable with our prefix that is too unlike every setting to stop for it.
    """
    try:
        unknown = unknown_settings()
    except UnicodeDecodeError:
        raise WrongSettings(".env: it isn't UTF-8. Save it as UTF-8.") from None
    wrong = [f"{one.name}: there is no such setting. Is it {one.like}?" for one in unknown if one.alike >= MISSPELT]
    try:
        found = Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise WrongSettings("\n".join([*wrong, *(_explain(fault) for fault in error.errors())])) from None
    if wrong:
        raise WrongSettings("\n".join(wrong))
    for one in unknown:
        on_unknown(one.name)
    return found


def _explain(fault: Any) -> str:
    message = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return str(message)
    name = str(fault["loc"][0]).lower()
    example = f" Example: {EXAMPLES[name]}" if name in EXAMPLES else ""
    return f"SSAK3_{name.upper()}: {message}.{example}"
