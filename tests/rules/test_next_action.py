"""What is suggested for a client: the most urgent thing first, always with its reason."""

from dataclasses import replace
from datetime import date

import pytest

from rules.next_action import Client, suggest

CALL = "立即联系客户并在提醒上确认"
TODAY = date(2026, 11, 25)
QUIET = Client(valued=False, days_known=90, days_silent=3, today=TODAY)


@pytest.mark.parametrize(
    ("changed", "action", "reason"),
    [
        ({}, "暂无需要", "没有未处理的提醒，互动正常"),
        ({"open_signal": "销户", "open_minutes": 12}, CALL, "有未响应的“销户”，还有 12 分钟"),
        ({"open_signal": "投诉", "open_minutes": -5}, CALL, "有未响应的“投诉”，已超时 5 分钟"),
        ({"acked_signal": "投诉"}, "补记处理结果", "“投诉”已有人跟进，还没有记录结果"),
        ({"due": date(2026, 12, 1)}, "提醒客户产品到期与查询入口", "产品 12月01日 到期；只说时间，不做续购推介"),
        ({"due": date(2026, 12, 30)}, "暂无需要", "没有未处理的提醒，互动正常"),
        ({"birthday_tomorrow": True}, "准备一句生日问候", "客户明天生日；仅问候，不搭售"),
        ({"days_known": 2}, "自我介绍并说明能提供的服务", "加入 2 天的新客户"),
        ({"valued": True, "days_silent": 31}, "一次性关怀，附退订方式", "重点客户已 31 天没有互动"),
        ({"days_silent": 31}, "暂无需要", "没有未处理的提醒，互动正常"),
    ],
)  # fmt: skip
def test_the_most_urgent_thing_is_suggested_with_its_reason(
    changed: dict[str, object], action: str, reason: str
) -> None:
    found = suggest(replace(QUIET, **changed))  # type: ignore[arg-type]  # a table of fields
    assert (found.action, found.reason) == (action, reason)
