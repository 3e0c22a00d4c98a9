"""What members, owner and advisors of the demo do: a week that has passed, and the minutes being watched."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from commands.stage import Stage
from commands.tally import fetch
from config import data

OWNER = "op01"
INVITERS, INVITEES = 4, 6
QUESTION = "怎么开户"
COMPLAINT = "我要投诉你们，转账一直没人管"
HUMAN = "转人工"
GREETINGS = ("你好", "在吗")
THINKING = 3.0
"""Seconds before an advisor or the owner taps."""


@dataclass(slots=True)
class Cast:
    """Who plays, and chance for what they do."""

    stage: Stage
    rng: random.Random
    customers: list[str] = field(default_factory=list)
    advisors: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    talk: list[str] = field(default_factory=list)
    taps: dict[str, float] = field(default_factory=dict)

    @classmethod
    def gather(cls, stage: Stage, seed: int) -> "Cast":
        """Read who there is from the simulator, and what people ask from the shipped base."""
        known = fetch(stage.company_url, "/chat/people")
        staff = [one["id"] for one in known["people"] if one["kind"] == "employee"]
        return cls(
            stage=stage,
            rng=random.Random(seed),  # noqa: S311 a scripted play
            customers=[one["id"] for one in known["people"] if one["kind"] == "customer"],
            advisors=[one for one in staff if one != OWNER],
            groups=[one["id"] for one in known["groups"]],
            questions=[phrase for entry in data.faq()["entries"] for phrase in entry["paraphrases"]],
            talk=data.chatter(),
        )

    def pick(self, some: Sequence[str]) -> str:
        """One of them."""
        return self.rng.choice(some)


def last_week(cast: Cast) -> None:
    """A week ago: friends are made, rules accepted, invitations asked for and used, consents given."""
    stage = cast.stage
    inviters = cast.customers[:INVITERS]
    for at, inviter in enumerate(inviters):
        stage.deed("add_friend", inviter, cast.advisors[at % len(cast.advisors)])
        stage.deed("open_kf", inviter)
    settle(stage)
    for inviter in inviters:
        stage.deed("say_to_kf", inviter, "同意活动规则")
    settle(stage)
    for inviter in inviters:
        stage.deed("say_to_kf", inviter, "我的邀请")
        stage.deed("say_to_kf", inviter, "同意12")
    ways = _eventually(lambda: _ways(stage), INVITERS)
    for number in range(INVITEES):
        newcomer = stage.deed("meet", f"新朋友{number + 1}")
        stage.deed("add_friend", newcomer, via=ways[number % len(ways)])
        settle(stage)
        stage.deed("open_kf", newcomer)
        stage.deed("say_to_kf", newcomer, cast.pick(cast.questions))
    settle(stage)


def _ways(stage: Stage) -> list[str]:
    return [one["config_id"] for one in fetch(stage.company_url, "/chat/people")["ways"] if one["kind"] == "contact"]


def _eventually(look: Callable[[], list[str]], wanted: int, patience: float = 20.0) -> list[str]:
    ends = time.monotonic() + patience
    while len(found := look()) < wanted and time.monotonic() < ends:
        time.sleep(0.1)
    return found


def settle(stage: Stage) -> None:
    """Until every callback is delivered and the product has nothing left to do."""
    stage.order("drain", {"timeout": 30})
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        figures = fetch_text(stage.url, "/metrics")
        if all(f'bot_rows_waiting{{state="{state}",table="{table}"}} 0.0' in figures for table, state in BUSY):
            return
        time.sleep(0.1)


BUSY = (("inbound", "due"), ("inbound", "leased"), ("outbound", "sending"))


def fetch_text(base: str, path: str) -> str:
    """A page as text."""
    import urllib3

    return urllib3.request("GET", f"{base}{path}", timeout=10.0, retries=False).data.decode()


def play(cast: Cast, seconds: float | None, pace: float, stop: threading.Event) -> None:
    """The present: certain scenes first, then whatever chance brings, `pace` deeds a second, until time is up."""
    scenes = opening(cast)
    began = time.monotonic()
    while not stop.is_set() and (seconds is None or time.monotonic() - began < seconds):
        scene = scenes.pop(0) if scenes else chance(cast)
        scene()
        tap(cast)
        stop.wait(1 / pace)


Scene = Callable[[], Any]


def opening(cast: Cast) -> list[Scene]:
    """What a watcher must see within the first seconds."""
    stage, (first, second, third, fourth) = cast.stage, cast.customers[INVITERS : INVITERS + 4]
    return [
        lambda: stage.deed("open_kf", first),
        lambda: stage.deed("say_to_kf", first, QUESTION),
        lambda: stage.deed("add_friend", second, cast.advisors[0]),
        lambda: stage.deed("say_to_kf", second, COMPLAINT),
        lambda: stage.deed("join_group", third, cast.groups[-1]),
        lambda: stage.deed("say_to_kf", third, "开户"),
        lambda: stage.deed("say_to_kf", fourth, HUMAN),
        lambda: stage.deed("say_to_app", cast.advisors[0], QUESTION),
        lambda: stage.deed("say_to_aibot", cast.advisors[1], "银证转账怎么弄"),
    ]


def chance(cast: Cast) -> Scene:
    """Mostly chatter; now and then a question, a newcomer, a complaint."""
    stage, customer = cast.stage, cast.pick(cast.customers)
    group = cast.pick(cast.groups)
    scenes: list[tuple[int, Scene]] = [
        (50, lambda: _in_group(cast, group, cast.pick(cast.talk))),
        (12, lambda: _in_group(cast, group, cast.pick(cast.questions))),
        (6, lambda: _in_group(cast, group, f"@社群助手 {cast.pick(cast.questions)}")),
        (18, lambda: stage.deed("say_to_kf", customer, cast.pick(cast.questions))),
        (4, lambda: stage.deed("say_to_kf", customer, cast.pick(cast.talk))),
        (3, lambda: stage.deed("open_kf", customer)),
        (3, lambda: _newcomer(cast, group)),
        (2, lambda: stage.deed("say_to_kf", customer, cast.pick((HUMAN, "我的积分", "同意1", COMPLAINT)))),
        (2, lambda: stage.deed("say_to_app", cast.pick(cast.advisors), cast.pick(cast.questions))),
    ]
    return cast.rng.choices([scene for _, scene in scenes], [weight for weight, _ in scenes])[0]


def _in_group(cast: Cast, group: str, text: str) -> None:
    """Somebody who is in the group says it."""
    members = cast.stage.deed("members_of", group)
    cast.stage.deed("say_in_group", cast.pick(members), group, text)


def _newcomer(cast: Cast, group: str) -> None:
    stage = cast.stage
    newcomer = stage.deed("meet", f"路人{cast.rng.randrange(10_000)}")
    stage.deed("add_friend", newcomer, cast.pick(cast.advisors))
    stage.deed("join_group", newcomer, group)
    cast.customers.append(newcomer)


def tap(cast: Cast) -> None:
    """The owner sends what waits for him; advisors say "I have it" after a moment's thought."""
    stage, now = cast.stage, time.monotonic()
    for msgid in stage.deed("pending", OWNER):
        if now - cast.taps.setdefault(msgid, now) > THINKING:
            stage.deed("tap_send", OWNER, msgid)
    for advisor in cast.advisors:
        for task_id in stage.deed("unanswered", advisor, "ack"):
            if now - cast.taps.setdefault(task_id, now) > THINKING:
                cast.taps[task_id] = now
                stage.deed("click", advisor, task_id, "ack")
