"""Connecting to WeCom in the order in which it can be done, each step with what is looked at and what was found."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.checkup import Check


@dataclass(frozen=True, slots=True)
class Step:
    """`where`: the place in WeCom's administration; `checks`: names of bot.checkup's checks."""

    name: str
    title: str
    where: str
    checks: tuple[str, ...]


STEPS = (
    Step(
        "app", "企业与自建应用", "管理后台 → 我的企业 → 企业信息；应用管理 → 自建 → 创建应用",
        ("settings", "WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET", "token"),
    ),
    Step(
        "callback", "接收消息", "自建应用 → 接收消息 → 设置 API 接收：填入下面的网址、Token 与 EncodingAESKey 后保存",
        ("WECOM_TOKEN", "WECOM_AES_KEY", "clock", "callback", "refused_callbacks"),
    ),
    Step("trusted_ip", "企业可信 IP", "自建应用 → 企业可信IP：须先完成上一步，约 1 分钟后生效", ("trusted_ip",)),
    Step("scope", "可见范围", "自建应用 → 可见范围：加入要使用本产品的员工与部门", ("agent",)),
    Step(
        "contacts", "客户联系", "客户联系 → 可调用接口的应用：加入本应用；客户联系 → 权限配置：加入员工",
        ("customer_contact",),
    ),
    Step("kf", "微信客服（可选）", "微信客服 → 可调用接口的应用：授权客服账号", ("kf",)),
    Step(
        "machine", "运行环境", "本机",
        ("database", "redis", "WECOM_AIBOT_AES_KEY", "pictures", "dead_letters", "unresolved_sends",
         "unrecognised_events"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A step as it stands: done, broken (something has to be mended here) or open (not looked at yet)."""

    step: Step
    state: str
    checks: list[Check]


def found(checks: Iterable[Check], steps: Iterable[Step] = STEPS) -> list[Found]:
    """Every step with its checks; a step nothing was found about is open."""
    by = {one.name: one for one in checks}
    shown = []
    for step in steps:
        seen = [by[name] for name in step.checks if name in by]
        state = "open" if not seen else "done" if all(one.ok for one in seen) else "broken"
        shown.append(Found(step, state, seen))
    return shown
