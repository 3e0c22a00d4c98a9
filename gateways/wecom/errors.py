"""What can go wrong with a call, by what the caller may do next.

    WeComError
    ├── Retry      surely not done, or not counted: try again after `after` seconds
    ├── Refused    surely not done and never will be: `errcode` says why
    └── Unknown    may or may not have happened: only the channel's own key may repeat it

Sources: wecom-outbound 1.3 (doc 90313), reliability 2.1 rows 9-13.
"""

import json
import re
from typing import Any

TOKEN_CODES = frozenset({40001, 40014, 42001})
"""The access token is the trouble: fetch a fresh one once and repeat once."""

BARE = frozenset({"getcallbackip"})
"""Answers that carry no errcode when all is well (doc 90930)."""

NOT_TRUSTED = 60020
FROM_IP = re.compile(r"from ip: ([0-9A-Fa-f.:]{3,45})")
SETUP_PAUSE = 60.0
"""Seconds before the next try when somebody must mend the set-up first (secret, trusted IP)."""

RETRY_AFTER: dict[int, float] = {
    -1: 1.0,  # busy; docs allow up to three tries
    6000: 1.0,  # several writers at once
    45009: 60.0,  # rate limit: closed for the window that was hit
    45033: 0.5,  # concurrency limit
    41063: 30.0,  # mass message is still being dispatched
    41096: 1.0,  # another app is delivering a welcome
    NOT_TRUSTED: SETUP_PAUSE,  # our address is not trusted: surely not done, and an administrator can change it
}

EXPLAIN: dict[int, str] = {
    -1: "企业微信系统繁忙，会自动重试",
    6000: "多个程序同时写入同一数据，会自动重试",
    40001: "Secret 不正确或已重置：在管理后台查看该应用的 Secret，更新 WECOM_SECRET",
    40003: "成员 UserID 无效或已离职：检查通讯录",
    40013: "企业 ID 不正确：检查 WECOM_CORP_ID（我的企业 → 企业信息）",
    40014: "access_token 无效：检查 WECOM_SECRET 是否属于该应用、应用是否已停用",
    40056: "AgentId 不正确：检查 WECOM_AGENT_ID（应用详情页）",
    40058: "请求参数不合法：请附错误编号联系支持",
    40091: "Secret 属于另一家企业：核对 WECOM_CORP_ID 与 WECOM_SECRET",
    40096: "客户不存在，或其添加的成员不在应用可见范围内",
    41048: "没有可发送的客户：对象可能都已流失或超过接收上限",
    41050: "欢迎语凭证已过期（20 秒）或无效",
    41051: "客户已开始聊天，不再需要欢迎语",
    41053: "客户尚未同意会话存档，暂不能发送欢迎语",
    41063: "群发仍在分发中，稍后查询",
    41093: "群发已被取消",
    41094: "24 小时内提醒次数已达上限（3 次）",
    41096: "另一个应用正在发送欢迎语，会自动重试",
    42001: "access_token 已过期，会自动刷新",
    43012: "应用未配置回调地址：互动卡片需要先在后台启用“接收消息”",
    45009: "调用频率超限，该接口暂停一个时间窗",
    45033: "并发超限，会降低并发重试",
    48002: "应用没有该接口权限：在“客户联系 → 可调用接口的应用”中加入本应用",
    48007: "客服账号未授权给本应用：在“微信客服 → 可调用接口的应用”中授权",
    60011: "成员或部门不在应用可见范围内：在应用详情页调整可见范围",
    60020: "出口 IP 不在“企业可信IP”中：在应用详情页加入本机出口 IP，约 1 分钟后生效",
    60111: "成员不存在或不在可见范围内",
    60140: "卡片的 response_code 已使用或超过 72 小时",
    81013: "接收人全部无效：检查成员账号与可见范围",
    84061: "成员与客户之间没有好友关系",
    84074: "成员没有客户联系权限：在“客户联系 → 权限配置”中添加",
    90501: "这不是客户群：核对群 ID，内部群不能用于客户触达",
    93000: "群机器人地址无效或机器人已被移除",
    95001: "客服消息条数超限：客户每次发言后最多回复 5 条",
    95002: "超过 48 小时未收到客户消息，不能再发",
    95013: "客服会话已结束",
    95014: "接待人员无效或未激活",
    95016: "会话状态不允许该变更",
    95018: "会话状态不允许发送（已转人工或已结束）",
    95019: "接待人员已停止接待",
    301002: "AgentId 与 Secret 不属于同一个应用：核对 WECOM_AGENT_ID",
}


def explain(errcode: int | None) -> str:
    """Cause and next step for a person."""
    return EXPLAIN.get(errcode or 0, f"企业微信返回错误码 {errcode}：可在开发者中心“错误码查询”中查看")


class WeComError(Exception):
    """A call did not go well. Carries the API path and code, never the request, its receiver or a secret."""

    def __init__(self, path: str, errcode: int | None, hint: str) -> None:
        super().__init__(f"{path} [{errcode}] {hint}" if errcode is not None else f"{path} {hint}")
        self.path = path
        self.errcode = errcode


class Retry(WeComError):
    """Surely not done; `after` seconds from now it may go better."""

    def __init__(self, path: str, errcode: int | None, hint: str, *, after: float) -> None:
        super().__init__(path, errcode, hint)
        self.after = after


class Refused(WeComError):
    """WeCom said no for good."""


class Unknown(WeComError):
    """Nobody can tell whether it happened."""


def decode(path: str, status: int, content: bytes) -> dict[str, Any]:
    """The answer of a successful call. Retry, Refused or Unknown otherwise; decides by errcode only, never by text."""
    if status != 200:
        raise Unknown(path, None, f"HTTP {status}")
    try:
        data = json.loads(content.decode("utf-8", "replace"))  # people send halves of emoji
    except (ValueError, RecursionError):
        raise Unknown(path, None, "应答不是 JSON") from None
    if not isinstance(data, dict):
        raise Unknown(path, None, "应答不是 JSON 对象")
    errcode = data.get("errcode", 0 if path in BARE else None)
    if isinstance(errcode, bool) or not isinstance(errcode, int):
        raise Unknown(path, None, "应答的 errcode 不是整数")
    if errcode == 0:
        return data
    hint = explain(errcode) + (_address(data) if errcode == NOT_TRUSTED else "")
    if errcode in RETRY_AFTER:
        raise Retry(path, errcode, hint, after=RETRY_AFTER[errcode])
    raise Refused(path, errcode, hint)


def _address(data: dict[str, Any]) -> str:
    """Which address WeCom saw: the one an administrator has to add. Only shown, never decided by."""
    found = FROM_IP.search(str(data.get("errmsg", "")))
    return f"。本机出口 IP：{found[1]}" if found else ""
