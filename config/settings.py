"""Typed settings: read once from the environment and `.env`, every fault named at once, secrets never shown."""

import base64
import binascii
import hashlib
import os
import socket
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails

OUR_PREFIXES = ("BOT_", "WECOM_")
KEY_BYTES = SECRET_LETTERS = 32


IN_CHINESE = {
    "int_parsing": "须为整数",
    "float_parsing": "须为数字",
    "greater_than": "数值过小",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
    "string_pattern_mismatch": "取值不在允许范围内，请对照文档中的可选值",
}
"""What pydantic finds, for people."""


class SettingsError(Exception):
    """The settings cannot be used; the text lists every fault and what to do about it."""


def data_keys(text: str) -> tuple[bytes, ...]:
    """The AES-256 keys in a comma-separated list of base64: the first encrypts, all decrypt (rotation)."""
    keys = []
    for part in text.split(","):
        try:
            key = base64.b64decode(part.strip(), validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError("每个密钥须为 32 字节的 base64（openssl rand -base64 32）")
        keys.append(key)
    return tuple(keys)


def _keys(value: SecretStr) -> SecretStr:
    data_keys(value.get_secret_value())
    return value


def _optional_keys(value: SecretStr) -> SecretStr:
    return _keys(value) if value.get_secret_value() else value


def _long(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SECRET_LETTERS:
        raise ValueError("至少 32 个字符（openssl rand -hex 32）")
    return value


def robots_in(text: str) -> dict[str, str]:
    """Name -> key of each robot in `name=key,name=key`. ValueError when it cannot be read."""
    found: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, key = (one.strip() for one in part.partition("="))
        if not key or not name or name in found or not key.replace("-", "").isalnum():
            raise ValueError("应形如 晨会群=机器人key，多个用逗号分开；名称不能重复，key 取自 Webhook 地址的 key= 之后")
        found[name] = key
    return found


def _robots(value: SecretStr) -> SecretStr:
    robots_in(value.get_secret_value())
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("没有这个时区，应形如 Asia/Shanghai")
    return value


def _http(value: str) -> str:
    """An address we may call or show; never one that carries a password or is a cloud's metadata service."""
    if not value.startswith(("http://", "https://")):
        raise ValueError("须以 http:// 或 https:// 开头")
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or "@" in parts.netloc or "\\" in value:
        raise ValueError("须为完整网址，且不含账号密码")
    if _metadata(host):
        raise ValueError("不能指向云主机元数据等链路本地地址")
    return value.rstrip("/")


def _http_or_none(value: str) -> str:
    return _http(value) if value else value


def _metadata(host: str) -> bool:
    """169.254/16, fe80::/10 and 100.100.100.200, in whatever notation a resolver would take."""
    try:
        address = ip_address(host) if ":" in host else ip_address(socket.inet_aton(host))
    except (ValueError, OSError):
        return False
    return address.is_link_local or str(address) == "100.100.100.200"


def _database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("须以 sqlite:/// 或 postgresql+psycopg:// 开头")
    return value


Url = Annotated[str, AfterValidator(_http)]
MaybeUrl = Annotated[str, AfterValidator(_http_or_none)]


class Settings(BaseModel):
    """What a deployment decides. Field names are the environment names of the contract."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    WECOM_CORP_ID: str = ""
    WECOM_AGENT_ID: int = 0
    WECOM_SECRET: SecretStr = SecretStr("")
    WECOM_TOKEN: SecretStr = SecretStr("")
    WECOM_AES_KEY: SecretStr = SecretStr("")
    WECOM_AIBOT_TOKEN: SecretStr = SecretStr("")
    WECOM_AIBOT_AES_KEY: SecretStr = SecretStr("")
    WECOM_ROBOTS: Annotated[SecretStr, AfterValidator(_robots)] = SecretStr("")
    """`name=key` of the robots in internal groups, separated by commas."""
    WECOM_API_BASE: Url = "https://qyapi.weixin.qq.com"

    DATABASE_URL: Annotated[str, AfterValidator(_database)] = "sqlite:///var/bot.db"
    REDIS_URL: str = ""

    BOT_DATA_KEY: Annotated[SecretStr, AfterValidator(_keys)]
    BOT_SECRET_KEY: Annotated[SecretStr, AfterValidator(_long)]
    BOT_EVIDENCE_KEY: Annotated[SecretStr, AfterValidator(_optional_keys)] = SecretStr("")
    BOT_PUBLIC_URL: Url = "http://127.0.0.1:8000"
    BOT_PROXIES: int = Field(default=0, ge=0, le=3)
    """Proxies of ours in front; that many entries of X-Forwarded-For are believed, none without."""
    BOT_TIMEZONE: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    BOT_ARCHIVE_URL: MaybeUrl = ""
    BOT_VAR: Path = Path("var")
    BOT_API_TIMEOUT: float = Field(default=8.0, gt=0, le=30)
    BOT_LEASE_SECONDS: float = Field(default=30.0, ge=2, le=600)
    BOT_ENCODER: Annotated[str, Field(pattern="^(on|off)$")] = "off"
    BOT_BROKER_NAME: str = "本公司"
    BOT_APP_NAME: str = "官方APP"
    BOT_HOTLINE: str = "官方客服电话"
    BOT_SERVICE_HOURS: str = "交易日 8:30—17:30"
    BOT_COMPLAINT_SLA: str = "2 小时"
    BOT_APPEAL_SLA: str = "3 个工作日"
    BOT_REFERRAL_MODE: Annotated[str, Field(pattern="^(disabled|education_only)$")] = "disabled"
    BOT_LLM_URL: MaybeUrl = ""
    BOT_LLM_KEY: SecretStr = SecretStr("")
    BOT_LLM_MODEL: str = ""
    BOT_LLM_MONTHLY_TOKENS: int = Field(default=1_000_000, ge=0)
    """What the model may take in a month; drafts fall back to templates and people after it."""

    @model_validator(mode="after")
    def _lease_outlasts_a_call(self) -> Self:
        if self.BOT_LEASE_SECONDS <= 3 * self.BOT_API_TIMEOUT:
            raise ValueError("BOT_LEASE_SECONDS: 须大于 BOT_API_TIMEOUT 的 3 倍，否则一次发送可能超出租约")
        return self

    @property
    def keys(self) -> tuple[bytes, ...]:
        """Field-encryption keys, newest first."""
        return data_keys(self.BOT_DATA_KEY.get_secret_value())

    @property
    def robots(self) -> dict[str, str]:
        """Robots in internal groups: name -> key."""
        return robots_in(self.WECOM_ROBOTS.get_secret_value())

    @property
    def evidence_seeds(self) -> tuple[bytes, ...]:
        """Seeds that sign the evidence, newest first; made from BOT_SECRET_KEY where none is given."""
        given = self.BOT_EVIDENCE_KEY.get_secret_value()
        made = hashlib.sha256(b"evidence-signature" + self.BOT_SECRET_KEY.get_secret_value().encode()).digest()
        return data_keys(given) if given else (made,)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone people read."""
        return ZoneInfo(self.BOT_TIMEZONE)

    @property
    def on_sqlite(self) -> bool:
        """True when one process must own the database."""
        return self.DATABASE_URL.startswith("sqlite")

    def missing_wecom(self) -> list[str]:
        """The names of the self-built app that are still empty; `serve` refuses to start with any."""
        names = ("WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET", "WECOM_TOKEN", "WECOM_AES_KEY")
        return [name for name in names if not _plain(getattr(self, name))]


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def load(env: Mapping[str, str]) -> Settings:
    """Settings from names and values. SettingsError lists every unknown name and every bad value at once."""
    known = Settings.model_fields
    faults = [
        f"{name}: 未知的设置，请检查拼写或删除"
        for name in sorted(env)
        if name.startswith(OUR_PREFIXES) and name not in known
    ]
    given: dict[str, Any] = {name: env[name] for name in known if env.get(name, "") != ""}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        faults += [_fault(one) for one in error.errors()]
        raise SettingsError("\n".join(faults)) from None
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _fault(one: ErrorDetails) -> str:
    """Name and fault, never the value. A fault of several settings together names them itself."""
    name = f"{one['loc'][0]}: " if one["loc"] else ""
    if one["type"] == "missing":
        return f"{name}未设置；生产环境必须给出，`make run` 会自动生成"
    return name + IN_CHINESE.get(one["type"], one["msg"].removeprefix("Value error, "))


def environment(dotenv: Path = Path(".env")) -> dict[str, str]:
    """The process environment over `.env`: the one place that reads it."""
    from_file = {name: value or "" for name, value in dotenv_values(dotenv).items()} if dotenv.exists() else {}
    return {**from_file, **os.environ}  # noqa: TID251 this is config.settings


def secrets_in(var: Path) -> dict[str, str]:
    """BOT_DATA_KEY and BOT_SECRET_KEY kept in `var/keys.env` (0600), made on first use: for one machine only."""
    path = var / "keys.env"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        lines = [f"BOT_{name}_KEY={base64.b64encode(os.urandom(32)).decode()}\n" for name in ("DATA", "SECRET")]
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(lines)
    return {name: value or "" for name, value in dotenv_values(path).items()}


def var_of(env: Mapping[str, str]) -> Path:
    """The folder for this machine's own files."""
    return Path(env.get("BOT_VAR") or "var")
