"""What an advisor should do next for a client, and why: the first rule that fits, said in a sentence."""

from dataclasses import dataclass
from datetime import date

QUIET = 30
"""Days without any interaction after which a high-value client is asked how they are (AL-SILENT)."""
SOON = 10
"""Days before a product falls due (AL-DUE)."""
NEW = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What is known of a client. Days are whole days; dates only where the client has agreed to their use."""

    valued: bool
    open_signal: str = ""
    open_minutes: int = 0
    """Minutes the open alert has left; negative when it is overdue."""
    acked_signal: str = ""
    days_known: int
    days_silent: int | None
    due: date | None = None
    birthday_tomorrow: bool = False
    today: date


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do, and the reason a person can check."""

    action: str
    reason: str


NOTHING = Suggestion("暂无需要", "没有未处理的提醒，互动正常")


def suggest(client: Client) -> Suggestion:
    """One suggestion; service and care only, never advice on what to buy or sell."""
    return next(one for one in (_urgent(client), _dated(client), _caring(client), NOTHING) if one is not None)


def _urgent(client: Client) -> Suggestion | None:
    if client.open_signal:
        left = f"还有 {client.open_minutes} 分钟" if client.open_minutes >= 0 else f"已超时 {-client.open_minutes} 分钟"
        return Suggestion("立即联系客户并在提醒上确认", f"有未响应的“{client.open_signal}”，{left}")
    if client.acked_signal:
        return Suggestion("补记处理结果", f"“{client.acked_signal}”已有人跟进，还没有记录结果")
    return None


def _dated(client: Client) -> Suggestion | None:
    if client.due is not None and 0 <= (client.due - client.today).days <= SOON:
        return Suggestion("提醒客户产品到期与查询入口", f"产品 {client.due:%m月%d日} 到期；只说时间，不做续购推介")
    if client.birthday_tomorrow:
        return Suggestion("准备一句生日问候", "客户明天生日；仅问候，不搭售")
    return None


def _caring(client: Client) -> Suggestion | None:
    if client.days_known <= NEW:
        return Suggestion("自我介绍并说明能提供的服务", f"加入 {client.days_known} 天的新客户")
    if client.valued and client.days_silent is not None and client.days_silent >= QUIET:
        return Suggestion("一次性关怀，附退订方式", f"重点客户已 {client.days_silent} 天没有互动")
    return None
