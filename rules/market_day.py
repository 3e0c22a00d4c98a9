"""Hears "今天休市吗" and says which day is meant; whether it is a trading day is the calendar's business."""

import re
from datetime import date, timedelta

ABOUT = re.compile(r"休市|开市|开盘|闭市|交易日|(?:能|可以|可不可以|能不能)(?:交易|买卖|炒股)|股市.{0,2}开")
ASKING = re.compile(r"[吗嘛么没?？]|是不是|是否|能不能|可不可以|会不会|开不开|休不休|还是")
ELSEWHERE = re.compile(
    r"港股|美股|期货|期权|纳斯达克|外汇|黄金|债|基金|新股|B股|b股|北向|沪股通|深股通|夜盘|逆回购|"
    r"价|涨|跌|高开|低开|几点|时间|多久|多长|为什么|为啥|怎么|如何|什么时候|哪天|几天|规则|安排|盘后|盘前|竞价|后能|前能|转账|提现|挂单|委托"
)
NEAR = {
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
WEEKDAY = re.compile(r"(下|这|本|上)?个?(?:周|星期|礼拜)([一二三四五六日天])")
MONTH_DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})(?:月|[./-])(\d{1,2})[日号]?")
NAMES = "一二三四五六日"
LONGEST = 30
BARE = re.compile(
    r"(?:请问|现在|A股|a股|股市|大盘)*(?:是?不?是?(?:休市|开市|开盘|闭市|交易日))(?:了|呢)?[吗嘛么没不?？。]*"
)
"""The question with its day taken out, when nothing else is said."""


def day_asked(text: str, today: date) -> date | None:
    """The day a text asks to be a trading day; None when it asks something else. `today` in Beijing."""
    said = "".join(text.split())
    if len(said) > LONGEST or not ABOUT.search(said) or ELSEWHERE.search(said):
        return None
    named, rest = _named(said, today)
    alone = BARE.fullmatch(rest) is not None
    if named is None:
        return today if alone and ASKING.search(said) else None
    return named if alone or ASKING.search(said) else None


def _named(said: str, today: date) -> tuple[date | None, str]:
    """The day named, and what is left of the text."""
    for name in sorted(NEAR, key=len, reverse=True):
        if name in said:
            return today + timedelta(days=NEAR[name]), said.replace(name, "")
    if found := WEEKDAY.search(said):
        monday = today - timedelta(days=today.weekday())
        weeks = {"下": 7, "上": -7}.get(found[1] or "", 0)
        day = monday + timedelta(days=weeks + NAMES.index(found[2].replace("天", "日")))
        return day, said.replace(found[0], "")
    if found := MONTH_DAY.search(said):
        that = _date(int(found[1] or today.year), int(found[2]), int(found[3]))
        return that, said.replace(found[0], "") if that is not None else said
    return None, said


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def spoken(day: date) -> str:
    """11月26日（周四）."""
    return f"{day.month}月{day.day}日（周{NAMES[day.weekday()]}）"
