"""Orders over HTTP: the deeds of people, and the levers of a test (faults, time, token, limits)."""

import dataclasses
from collections.abc import Callable
from typing import Any

from simulator.company import Company
from simulator.courier import Courier
from simulator.people import People

Body = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """What an order can reach."""

    company: Company
    people: People
    courier: Courier


DEEDS = frozenset(
    {
        "hire",
        "meet",
        "add_friend",
        "delete_advisor",
        "delete_customer",
        "found_group",
        "join_group",
        "leave_group",
        "remove_from_group",
        "apply_group_welcome",
        "say_in_group",
        "recall_in_group",
        "members_of",
        "pending",
        "tap_send",
        "moments_of",
        "publish_moment",
        "answer_moment",
        "open_kf",
        "say_to_kf",
        "send_to_kf",
        "reject_kf",
        "servicer_says",
        "take_from_pool",
        "end_session",
        "set_receiving",
        "ring_kf",
        "say_to_app",
        "enter_app",
        "say_to_aibot",
        "poll_streams",
        "click",
        "unanswered",
    }
)
"""Methods of People that may be ordered: `{"args": [...], "kwargs": {...}}`."""


def control(company: Company, people: People, courier: Courier, verb: str, body: Body) -> Body:
    """Carry out an order: {"ok": true, "result": …} or {"ok": false, "error": …}."""
    world = World(company, people, courier)
    lever = LEVERS.get(verb)
    try:
        if lever is not None:
            return {"ok": True, "result": lever(world, body)}
        if verb in DEEDS:
            made = getattr(people, verb)(*body.get("args", ()), **body.get("kwargs", {}))
            return {"ok": True, "result": made}
    except (KeyError, TypeError, ValueError) as error:
        return {"ok": False, "error": f"{verb}: {error}"}
    return {"ok": False, "error": f"unknown verb {verb}; known: {sorted(DEEDS | LEVERS.keys())}"}


def _faults(world: World, body: Body) -> None:
    """{path or "*": {mode: rate}}."""
    world.company.faults.tell(body)


def _mischief(world: World, body: Body) -> None:
    """{mode: rate} for callbacks."""
    world.courier.tell(body)


def _invalidate_token(world: World, body: Body) -> None:
    del body
    world.company.invalidate_token()


def _trusted_ip(world: World, body: Body) -> None:
    """{"on": false}: every call answers 60020."""
    world.company.corp.trusted_ip = bool(body["on"])


def _clock(world: World, body: Body) -> float:
    """{"offset": seconds} sets, {"advance": seconds} adds; gives the company's time."""
    company = world.company
    company.offset = float(body["offset"]) if "offset" in body else company.offset + float(body["advance"])
    return company.clock()


def _switches(world: World, body: Body) -> Body:
    """{name: value} of state.Switches; gives all of them. ValueError for an unknown name."""
    known = {one.name for one in dataclasses.fields(world.company.switches)}
    if set(body) - known:
        raise ValueError(f"unknown switches {sorted(set(body) - known)}; known: {sorted(known)}")
    for name, value in body.items():
        setattr(world.company.switches, name, value)
    return dataclasses.asdict(world.company.switches)


def _webhook(world: World, body: Body) -> None:
    """{"key", "name"}: a group robot; without a name it is removed."""
    if body.get("name"):
        world.company.webhook_keys[str(body["key"])] = str(body["name"])
    else:
        world.company.webhook_keys.pop(str(body["key"]), None)


def _drain(world: World, body: Body) -> bool:
    """{"timeout": seconds}: whether all callbacks are delivered or given up."""
    return world.courier.drain(float(body.get("timeout", 10)))


LEVERS: dict[str, Callable[[World, Body], Any]] = {
    "faults": _faults,
    "mischief": _mischief,
    "invalidate_token": _invalidate_token,
    "trusted_ip": _trusted_ip,
    "clock": _clock,
    "switches": _switches,
    "webhook": _webhook,
    "drain": _drain,
}
