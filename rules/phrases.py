"""The fixed words of the bot besides the FAQ base and approved content: reviewed here, with typed gaps.

A text whose content id `ui:<name>` is listed here must be one of these sentences with gaps of the right kind, or the
guard keeps it back. `{{name}}` are placeholders of the deployment (hotline, hours), `{name}` gaps filled per message.
"""

import re
from functools import cache

GAPS: dict[str, str] = {
    "what": r"(?:周报|直播|问候|服务提醒|提醒|关怀)",
    "day": r"\d{1,2}月\d{1,2}日（周[一二三四五六日]）",
    "next": r"\d{1,2}月\d{1,2}日（周[一二三四五六日]）",
    "opens": r"\d{1,2}月\d{1,2}日（周[一二三四五六日]）\d{1,2}:\d{2}",
    "count": r"\d{1,6}",
    "streams": r"\d\d月\d\d日 \d\d:\d\d [^\n]{1,120}(?:\n\d\d月\d\d日 \d\d:\d\d [^\n]{1,120})*",
}
PHRASES: dict[str, tuple[str, ...]] = {
    "clarify": ("您想了解的是哪一项？",),
    "live": ("近期直播：\n{streams}", "近期没有已排定的直播。"),
    "handoff": ("已为您转接人工，请稍候。请描述问题类型与时间，勿提供密码、验证码或证件照片。",),
    "queue": (
        (
            "人工客服正在接待其他客户，已为您排队，当前您前面有 {count} 位。"
            "会按次序接入，请先描述问题类型与时间，勿提供密码、验证码或证件照片。"
        ),
    ),
    "absent": (
        (
            "当前没有人工客服在线，已为您登记排队。人工服务时间为{{service_hours}}，有客服上线后会按次序联系您。"
            "紧急事项请拨打{{hotline}}。"
        ),
    ),
    "closed": (
        (
            "已为您登记转人工。现在不在人工服务时间（{{service_hours}}），下一个服务时间从 {opens} 开始，"
            "届时会按次序联系您。在此之前，您仍可直接提问由我解答；紧急事项请拨打{{hotline}}。"
        ),
        (
            "已为您登记转人工。现在不在人工服务时间（{{service_hours}}），客服上线后会按次序联系您。"
            "在此之前，您仍可直接提问由我解答；紧急事项请拨打{{hotline}}。"
        ),
    ),
    "still_waiting": ("您已在人工排队中，当前您前面有 {count} 位，请稍候。",),
    "no_seat": ("这里是内部助手，没有人工坐席。请直接联系您的主管或运营同事。",),
    "aibot_none": ("我只回答已发布的业务问题，暂时没有找到合适的答案。请换个说法，或联系运营同事补充问答。",),
    "aibot_late": ("这次没能及时给出答案，请稍后再问一次，或联系运营同事。",),
    "suit_above": (
        (
            "该产品的风险等级高于您的风险承受能力，我们不会主动推介。"
            "如您仍要了解，可转人工，由持证人员按规定为您办理书面风险警示。"
        ),
    ),
    "suit_left": ("好的。如有其他问题，可以继续提问。",),
    "suit_lowest": (
        "您的风险承受能力为最低类别，按规定不能购买风险等级高于R1的产品。如有其他问题，可继续提问或回复“人工”。",
    ),
    "suit_unknown": (
        (
            "购买产品前需要有效的风险测评，目前没有查到您的有效结果。请在{{app}}“风险测评”如实填写后再办理；"
            "测评须由您本人完成，我们不会代填或提示答案。"
        ),
    ),
    "rate": ("本次人工服务已结束，请为本次服务评价。",),
    "rated": ("感谢您的评价。", "感谢您的评价，很抱歉没有帮到您，已转给主管跟进。需要时可回复“人工”。"),
    "trading_day": ("{day}是A股交易日，交易时间为9:30—11:30、13:00—15:00。",),
    "trading_day_over": ("{day}是A股交易日，当日常规交易已于15:00结束。",),
    "closed_day": ("{day}A股休市，下一个交易日是{next}。", "{day}A股休市，下一个交易日请以交易所公告为准。"),
    "hotline12386": (
        (
            "12386是中国证监会服务热线，受理证券期货市场投资者的咨询、建议、投诉与举报，可直接拨打。"
            "需要我们协助时，请拨打{{hotline}}或回复“人工”。"
        ),
    ),
    "crisis": (
        (
            "听到您这样说，我们很担心您。请先让自己待在安全的地方，联系一位信任的家人或朋友陪着您。\n"
            "全国统一心理援助热线：12356；如有紧急危险，请立即拨打 110 或 120。\n"
            "我们的同事会尽快与您联系，您愿意的话，可以在这里说说现在的情况。"
        ),
    ),
    "optout": ("已为您退订，立即生效。服务类通知与您主动咨询的回复不受影响。",),
    "optout_one": ("已为您退订{what}，立即生效；其他选择不变。",),
    "account_on": ("已记录您的单独同意，仅用于适当性校验与服务提醒，可随时回复“撤回授权”。",),
    "account_off": ("已记录，不读取您的账户信息，立即生效；问答与人工服务不受影响。",),
    "personal_off": ("已关闭个性化推送，立即生效。需要时回复“开启个性化”。",),
    "personal_on": ("已开启个性化推送，可随时回复“关闭个性化”。",),
    "optin": ("已记录您的选择，可随时回复“退订”取消。",),
}
OFFERING = frozenset({"clarify", "rate"})
"""Phrases that choices follow."""
GAP = re.compile(r"(?<!\\\{)\\\{(\w+)\\\}(?!\\\})")


def say(name: str, variant: int = 0, **gaps: object) -> str:
    """A phrase with its gaps filled; placeholders of the deployment stay for the rulebook to fill."""
    text = PHRASES[name][variant]
    for gap, value in gaps.items():
        text = text.replace(f"{{{gap}}}", str(value))
    return text


def fits(name: str, text: str, filled: tuple[str, ...]) -> bool:
    """Whether a text is the phrase; `filled` are its variants with the deployment's placeholders filled."""
    return any(_pattern(name, one).fullmatch(text) is not None for one in filled)


@cache
def _pattern(name: str, variant: str) -> re.Pattern[str]:
    del name
    return re.compile(GAP.sub(lambda found: f"(?:{GAPS[found[1]]})", re.escape(variant)))
