"""The form of a push plan: what is chosen becomes the rule and the audience operators could have written."""

import json
from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from models.content import PushPlan
from rules import audience, schedule

WHEN = {"once": "一次", "weekly": "每周", "monthly": "每月", "custom": "其他（自己写规则）"}
ON_CLOSED = {"fire": "照发", "skip": "不发", "shift": "顺延到下一交易日", "shift_back": "提前到上一交易日"}
WEEKDAYS = {str(number): f"周{name}" for number, name in enumerate("一二三四五六日", 1)}
WHOM = {
    "groups": "全部客户群", "chosen": "选定的客户群", "tier": "按层级选成员", "tag": "按标签选成员",
    "joined": "新加入的成员",
    "moments": "顾问的朋友圈", "staff": "同事（应用消息）", "robots": "内部群（群机器人）",
    "custom": "其他（自己写条件）",
}  # fmt: skip
MOST_HELD_OUT = 50
"""Per cent; more than half is no control group."""
Form = MultiDict[str, str]


def values(form: Form) -> dict[str, str]:
    """What a posted form says, as models.plan takes it; `blanks` as it was typed."""
    lines = (line.partition("=") for line in form.get("blanks", "").splitlines())
    filled = {name.strip(): words.strip() for name, _, words in lines if name.strip()}
    wanted = {name: form.get(name, "").strip() for name in ("name", "content_id", "variant_id", "misfire")}
    holdout = form.get("holdout", "0")
    return {
        **wanted, "rule": rule(form), "segment": segment(form), "blanks": form.get("blanks", ""),
        "holdout": holdout if holdout.isdecimal() and int(holdout) <= MOST_HELD_OUT else "0",
        "fields": json.dumps(filled, ensure_ascii=False),
    }  # fmt: skip


def values_of(row: PushPlan | None) -> dict[str, str]:
    """What the form shows of a plan, or of one that is yet to be made."""
    if row is None:
        return {"rule": "", "segment": "groups:all", "misfire": "ask", "holdout": "0", "blanks": ""}
    blanks = "\n".join(f"{name}={words}" for name, words in json.loads(row.fields).items())
    return {
        "name": row.name, "rule": row.rule, "content_id": row.content_id, "variant_id": row.variant_id,
        "segment": row.segment,
        "misfire": row.misfire, "holdout": str(row.holdout), "blanks": blanks,
    }  # fmt: skip


def rule(form: Form) -> str:
    """The rule that was chosen, or typed."""
    kind, at, closed = form.get("when", "custom"), form.get("time", ""), form.get("on_closed", "fire")
    made = {
        "once": f"once {form.get('date', '')}T{at}", "weekly": f"weekly {form.get('weekday', '')} {at}",
        "monthly": f"monthly {form.get('day', '')} {at}",
    }.get(kind)  # fmt: skip
    if made is None:
        return form.get("rule", "").strip()
    return made if closed == "fire" else f"{made} {closed}"


def segment(form: Form) -> str:
    """The audience that was chosen, or typed."""
    made = {
        **{kind: f"{kind}:all" for kind in ("groups", *audience.OPEN)},
        "chosen": f"groups:{','.join(form.getlist('chats'))}",
        "tier": f"tier:{','.join(form.getlist('tiers'))}", "joined": f"joined:{form.get('days', '')}d",
        "tag": f"tag:{','.join(form.getlist('tags'))}",
    }  # fmt: skip
    return made.get(form.get("whom", "custom"), form.get("segment", "").strip())


def when(text: str) -> dict[str, str]:
    """A rule as the form's fields; one the choices cannot say stays as it is written."""
    shown = {"when": "custom", "rule": text, "date": "", "time": "", "weekday": "5", "day": "15", "on_closed": "fire"}
    if not text:
        return shown | {"when": "weekly", "time": "16:00"}
    try:
        parsed = schedule.parse(text)
    except ValueError:
        return shown
    words = parsed.words
    fields: Mapping[str, dict[str, str]] = {
        "once": {"date": words[0][:10], "time": words[0][11:16]},
        "weekly": {"weekday": words[0], "time": words[-1]},
        "monthly": {"day": words[0], "time": words[-1]},
    }
    if parsed.kind not in fields:
        return shown
    return shown | {"when": parsed.kind, "on_closed": parsed.on_closed} | fields[parsed.kind]


def whom(text: str) -> dict[str, object]:
    """An audience as the form's fields; one the choices cannot say stays as it is written."""
    shown: dict[str, object] = {"whom": "custom", "segment": text, "chats": (), "tiers": (), "tags": (), "days": "7"}
    try:
        conditions = audience.parse(text)
    except ValueError:
        return shown
    kind, words = conditions[0].kind, conditions[0].words
    if kind in audience.OPEN and words == ("all",):
        return shown | {"whom": kind}
    if len(conditions) > 1 or kind not in ("groups", "tier", "tag", "joined"):
        return shown
    if kind == "groups":
        return shown | ({"whom": "groups"} if words == ("all",) else {"whom": "chosen", "chats": words})
    named = {"tier": {"tiers": words}, "tag": {"tags": words}}
    return shown | {"whom": kind, **named.get(kind, {"days": words[0]})}
