"""Is everything set up, and if not, which setting or place is at fault and what to do about it: in order of mending."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.codecs import aibot_codec_of, codec_of
from bot.inbox import dead_letters
from bot.outbox import unresolved
from config.settings import Settings
from gateways import ocr
from gateways.wecom.api import WeCom
from gateways.wecom.errors import Refused, WeComError
from gateways.wecom.transport import HttpTransport, Lost, NotSent, Request
from models import schema
from models.ledger import Evidence
from models.work import Database, utc_now

SKEW = 120
"""Seconds our clock may be off: callbacks older than 300 s are refused."""
PATIENCE = 5.0
"""Seconds our own pages may take to answer."""
KEY_TROUBLE = ("padding", "length", "receiver", "base64")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `hint`: what to do about it."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


def examine(settings: Settings, db: Database, wecom: WeCom) -> list[Check]:
    """All checks that can be made with these settings, in the order in which faults should be mended."""
    checks = [Check("settings", ok=True, detail="全部有效"), *wecom_settings(settings)]
    database = _database(db)
    checks += [database, *_redis(settings)]
    if all(one.ok for one in checks if one.name.startswith("WECOM_")):
        checks += [_clock(settings), *api(wecom), _callback(settings), _refusals(settings)]
    return checks + ([*_leftovers(db), _pictures()] if database.ok else [])


def wecom_settings(settings: Settings) -> Iterator[Check]:
    """Each setting of WeCom's that is missing or cannot be used."""
    missing = settings.missing_wecom()
    for name in missing:
        yield Check(name, ok=False, detail="未设置", hint=WHERE[name])
    if "WECOM_TOKEN" not in missing and "WECOM_AES_KEY" not in missing:
        yield _codec("WECOM_AES_KEY", lambda: codec_of(settings))
        yield _codec("WECOM_AIBOT_AES_KEY", lambda: aibot_codec_of(settings))


WHERE = {
    "WECOM_CORP_ID": "管理后台 → 我的企业 → 企业信息 → 企业 ID",
    "WECOM_AGENT_ID": "管理后台 → 应用管理 → 自建应用 → AgentId",
    "WECOM_SECRET": "管理后台 → 应用管理 → 自建应用 → Secret（只在企业微信客户端内可见）",
    "WECOM_TOKEN": "自建应用 → 接收消息 → 设置 API 接收，复制 Token",
    "WECOM_AES_KEY": "自建应用 → 接收消息 → 设置 API 接收，复制 EncodingAESKey（43 位）",
}
"""Where an administrator finds each."""


def _codec(name: str, make: Callable[[], object]) -> Check:
    try:
        made = make()
    except ValueError as error:
        return Check(name, ok=False, detail=str(error), hint=WHERE["WECOM_AES_KEY"])
    return Check(name, ok=True, detail="格式正确" if made else "未设置，智能机器人回调关闭")


def _database(db: Database) -> Check:
    engine = db.engine
    where = engine.url.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        at_head = schema.at_head(engine)
    except (SQLAlchemyError, OSError) as error:
        return no_database(str(engine.url), error)
    if not at_head:
        return Check("database", ok=False, detail=f"{where} 结构不是最新", hint="运行 run.py migrate")
    return Check("database", ok=True, detail=f"{where} 可用，结构最新")


def no_database(url: str, error: Exception) -> Check:
    """Nothing else can be looked at."""
    where = make_url(url).render_as_string(hide_password=True)
    hint = "检查 DATABASE_URL、数据库服务、账号与网络"
    return Check("database", ok=False, detail=f"{where} 无法连接（{type(error).__name__}）", hint=hint)


def _redis(settings: Settings) -> Iterator[Check]:
    if not settings.REDIS_URL:
        return
    import redis  # noqa: PLC0415 only where it is used

    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        hint = "检查 REDIS_URL 与 Redis 服务；不可用时产品仍能运行，但多进程间的限频与唤醒会变慢"
        yield Check("redis", ok=False, detail=f"无法连接（{type(error).__name__}）", hint=hint)
    else:
        yield Check("redis", ok=True, detail="可用")
    finally:
        client.close()


def _clock(settings: Settings) -> Check:
    """Against the Date header of the API host: a wrong clock refuses every callback as stale."""
    request = Request("GET", f"{settings.WECOM_API_BASE}/cgi-bin/gettoken", {})
    try:
        stamp = HttpTransport().send(request).headers.get("Date") or ""
        skew = abs((parsedate_to_datetime(stamp).astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except (NotSent, Lost, ValueError, TypeError):
        return Check("clock", ok=True, detail="无法取得外部时间，未核对")
    hint = "用 NTP 校准系统时间（timedatectl set-ntp true）" if skew > SKEW else ""
    return Check("clock", ok=skew <= SKEW, detail=f"与企业微信服务器相差 {skew:.0f} 秒", hint=hint)


def api(wecom: WeCom) -> Iterator[Check]:
    """What WeCom says of this app: token, trusted address, range, permissions."""
    with _explained("token") as told:
        wecom.session.tokens.get()
    yield told.check("可以取得 access_token")
    if not told.ok:
        return
    with _explained("trusted_ip") as told:
        wecom.app.callback_ips()
    yield told.check("出口 IP 被接受")
    with _explained("agent") as told:
        found = wecom.app.agent()
        people = (found.get("allow_userinfos") or {}).get("user") or []
        parties = (found.get("allow_partys") or {}).get("partyid") or []
        told.detail = f"应用“{found.get('name', '')}”可见成员 {len(people)} 人、部门 {len(parties)} 个"
        if found.get("close"):
            raise Refused("agent/get", 301002, "应用已停用：在管理后台启用该应用")
    yield told.check(told.detail)
    with _explained("customer_contact") as told:
        told.detail = f"{len(wecom.contacts.follow_users())} 位员工有客户联系权限"
    yield told.check(told.detail)
    with _explained("kf") as told:
        told.detail = f"微信客服账号 {len(wecom.kf.accounts())} 个"
    yield Check("kf", ok=True, detail=told.detail, hint=told.hint and f"不使用微信客服可忽略；{told.hint}")


@dataclass(slots=True)
class _Told:
    name: str
    ok: bool = True
    detail: str = ""
    hint: str = ""

    def check(self, fine: str) -> Check:
        """The check, with `fine` as its detail when all went well."""
        return Check(self.name, self.ok, fine if self.ok else self.detail, self.hint)


def _pictures() -> Check:
    """Optional: without it a person reads what stands in pictures."""
    if ocr.available():
        return Check("pictures", ok=True, detail="图片文字识别可用（tesseract chi_sim）")
    return Check("pictures", ok=True, detail="没有图片文字识别：审批人须逐字核对图片，或安装 tesseract-ocr-chi-sim")


@contextmanager
def _explained(name: str) -> Iterator[_Told]:
    """Turns what WeCom answered into cause and remedy."""
    told = _Told(name)
    try:
        yield told
    except WeComError as error:
        told.ok = False
        told.detail = f"{error.path} 返回 {error.errcode}" if error.errcode is not None else f"{error.path} 没有应答"
        told.hint = str(error).split("] ", 1)[-1].removeprefix(f"{error.path} ")


def _callback(settings: Settings) -> Check:
    """Ask ourselves, through BOT_PUBLIC_URL, what WeCom asks when an administrator saves the callback."""
    url = f"{settings.BOT_PUBLIC_URL}/wecom/callback"
    now = int(utc_now().timestamp())
    query = codec_of(settings).echo_query(b"doctor", now)
    hint = "先启动 run.py serve；再检查域名解析、TLS 证书、反向代理是否原样转发 /wecom/callback"
    try:
        answer = HttpTransport(timeout=PATIENCE).send(Request("GET", url, query))
    except (NotSent, Lost) as error:
        return Check("callback", ok=False, detail=f"{url} 无法访问（{type(error).__name__}）", hint=hint)
    if answer.status == 200 and answer.content == b"doctor":  # noqa: PLR2004 HTTP OK
        return Check("callback", ok=True, detail=f"{url} 应答正确")
    hint = "运行中的服务与当前设置的 Token、EncodingAESKey 或企业 ID 不一致：统一设置后重启 serve"
    return Check("callback", ok=False, detail=f"{url} 返回 HTTP {answer.status}，回显不符", hint=hint)


def _refusals(settings: Settings) -> Check:
    """What the running door has refused tells a wrong Token from a wrong AES key."""
    try:
        asked = Request("GET", f"{settings.BOT_PUBLIC_URL}/metrics", {})
        page = HttpTransport(timeout=PATIENCE).send(asked).content.decode()
    except (NotSent, Lost, ValueError):
        return Check("refused_callbacks", ok=True, detail="服务未运行，未核对")
    counts = {
        reason: _figure(page, f'bot_callbacks_total{{outcome="{reason}"}}')
        for reason in (*KEY_TROUBLE, "signature", "accepted")
    }
    if any(counts[reason] for reason in KEY_TROUBLE) and not counts["accepted"]:
        hint = f"回调签名正确但无法解密：EncodingAESKey 或企业 ID 与后台不一致。{WHERE['WECOM_AES_KEY']}"
        return Check("refused_callbacks", ok=False, detail="收到的回调全部解密失败", hint=hint)
    if counts["signature"] and not counts["accepted"]:
        return Check(
            "refused_callbacks",
            ok=False,
            detail="收到的回调签名全部不符",
            hint=f"Token 与后台不一致。{WHERE['WECOM_TOKEN']}",
        )
    return Check("refused_callbacks", ok=True, detail=f"已接收 {counts['accepted']:.0f} 个回调")


def _figure(page: str, name: str) -> float:
    rows = (line.removeprefix(name) for line in page.splitlines() if line.startswith(name))
    return float(next(rows, "0"))


def _leftovers(db: Database) -> Iterator[Check]:
    with db.read() as session:
        dead, stuck = len(dead_letters(session)), len(unresolved(session))
        strange = session.scalar(select(func.count()).where(Evidence.kind == "unrecognised")) or 0
    hint = "run.py inbox dead 查看原因；修复后 run.py inbox redrive" if dead else ""
    yield Check("dead_letters", ok=not dead, detail=f"{dead} 条", hint=hint)
    hint = "run.py outbox problems 查看；失败的可 run.py outbox redrive，结果不明的请人工核对" if stuck else ""
    yield Check("unresolved_sends", ok=not stuck, detail=f"{stuck} 条", hint=hint)
    hint = "企业微信推送了本版本不认识的事件（已留存）：升级产品或联系支持" if strange else ""
    yield Check("unrecognised_events", ok=True, detail=f"{strange} 条", hint=hint)
