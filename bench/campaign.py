"""A pretend referral campaign: honest people with their untidy lives, and six kinds of fraud, all drawn by seed.

It knows nothing of the screen that will look at it. Every crew draws its own habits (how many devices, which networks,
how fast, how talkative, how long they stay), and honest people share networks, devices and lunch hours too.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from rules.fraud import Join

DAYS = 60
DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
KINDS = ("self", "farm", "quit", "ring", "burst", "staff")
FRAUD = 0.05


@dataclass(slots=True)
class Campaign:
    """What happened, and the truth about it: referral id -> kind of fraud; absent for honest ones."""

    joins: list[Join] = field(default_factory=list)
    truth: dict[int, str] = field(default_factory=dict)
    marks: dict[str, frozenset[str]] = field(default_factory=dict)
    office_nets: frozenset[str] = frozenset()

    @property
    def now(self) -> float:
        """When the last hold ends."""
        return (DAYS + 31) * DAY


class Maker:
    """Draws one campaign."""

    def __init__(self, size: int, seed: int) -> None:
        self.rng = random.Random(seed)
        self.size = size
        self._ids = count(1)
        self._names = count(1)
        self.made = Campaign(office_nets=frozenset(f"office{n}" for n in range(12)))
        rng = self.rng
        self.advisors = [f"adv{n}" for n in range(max(4, size // 500))]
        self.carrier = [f"cgnat{n}" for n in range(max(8, size // 250))]
        self.workplaces = [f"work{n}" for n in range(max(8, size // 150))]
        self.blocks = [f"block{n}" for n in range(max(20, size // 33))]
        self.habits = {
            "idle": rng.uniform(0.22, 0.36), "quit": rng.uniform(0.03, 0.07), "household": rng.uniform(0.02, 0.05),
            "colleagues": rng.uniform(0.08, 0.16), "event": rng.uniform(0.2, 0.4), "device": rng.uniform(0.7, 0.9),
        }  # fmt: skip

    def run(self) -> Campaign:
        """Honest people first, then crews of each kind until their share is reached."""
        while len(self.made.joins) < self.size * (1 - FRAUD):
            self._honest()
        crews: dict[str, Callable[[], Iterator[Join]]] = {
            "self": self._self, "farm": self._farm, "quit": self._quitters, "ring": self._ring, "burst": self._burst,
            "staff": self._staff,
        }  # fmt: skip
        share = self.size * FRAUD / len(KINDS)
        for kind in KINDS:
            have = 0
            while have < share:
                some = list(crews[kind]())
                have += len(some)
                self.made.joins += some
                self.made.truth |= {one.id: kind for one in some}
        self.rng.shuffle(self.made.joins)
        return self.made

    def _name(self) -> str:
        return f"p{next(self._names)}"

    def _moment(self) -> float:
        """Mostly by day."""
        hour = min(23.9, max(0.0, self.rng.gauss(15, 4.5)))
        return self.rng.randrange(DAYS) * DAY + hour * HOUR

    def _talk(self, idle: float, mean: float = 4.0) -> int:
        return 0 if self.rng.random() < idle else 1 + int(self.rng.expovariate(1 / mean))

    def _left(self, at: float, first_day: float, month: float) -> float | None:
        drawn = self.rng.random()
        if drawn < first_day:
            return at + self.rng.uniform(0.02, 1) * DAY
        return at + self.rng.uniform(1, 30) * DAY if drawn < first_day + month else None

    def _inviter(self, net: str = "") -> tuple[str, str, str]:
        """Somebody long with us: name, own device, own number; four in five were seen on their own network."""
        joins = self.made.joins
        again = bool(joins) and not self.made.truth and self.rng.random() < 0.25  # an invitee who invites in turn
        who = self.rng.choice(joins).invitee if again else self._name()
        device, phone = f"d:{who}", f"t:{who}"
        known = {device} if self.rng.random() < self.habits["device"] else set()
        known |= {phone} if self.rng.random() < 0.7 else set()
        known |= {net} if net and self.rng.random() < 0.8 else set()
        self.made.marks[who] = frozenset(known)
        return who, device, phone

    def _net(self) -> str:
        drawn = self.rng.random()
        if drawn < 0.55:
            return f"home{self.rng.randrange(self.size)}"
        return self.rng.choice(self.carrier if drawn < 0.85 else self.workplaces)

    def _join(self, inviter: str, at: float, employee: str, **more: object) -> Join:
        who = self._name()
        rng = self.rng
        given: dict[str, object] = {
            "id": next(self._ids), "invitee": who, "inviter": inviter, "at": at, "employee": employee,
            "device": f"d:{who}" if rng.random() < self.habits["device"] else "",
            "phone": f"t:{who}" if rng.random() < 0.7 else "",
            "block": rng.choice(self.blocks) if rng.random() < 0.7 else "",
            "net": self._net() if rng.random() < 0.9 else "",
        }  # fmt: skip
        return Join(**{**given, **more})  # type: ignore[arg-type]  # fields drawn by name

    def _honest(self) -> None:
        """One inviter and whom they bring: few for most, dozens for some; friends, family, colleagues, classmates."""
        rng, habits = self.rng, self.habits
        home = f"home{rng.randrange(self.size)}"
        inviter, device, _ = self._inviter(home)
        number = min(45, int(rng.paretovariate(1.25)) + int(rng.random() < 0.4))
        employee = rng.choice(self.advisors)
        place = rng.choice(self.workplaces) if rng.random() < habits["colleagues"] else ""
        event = self._moment() if rng.random() < habits["event"] else None
        unlucky = rng.random() < 0.03
        block = rng.choice(self.blocks)
        for _ in range(number):
            at = self._moment() if event is None or rng.random() < 0.3 else event + rng.expovariate(1 / (40 * MINUTE))
            more: dict[str, object] = {}
            if place and rng.random() < 0.6:
                more["net"] = place
            elif rng.random() < 0.08:
                more["net"] = home
            if rng.random() < 0.005:
                more["device"] = device  # the family's tablet
            elif rng.random() < habits["household"] and self.made.joins:
                more["device"] = rng.choice(self.made.joins[-50:]).device
            if rng.random() < 0.01:
                more["net"] = rng.choice(sorted(self.made.office_nets))  # signed up at a branch
            if rng.random() < 0.06:
                more["block"] = block
            more["left_at"] = self._left(at, 0.35 if unlucky else habits["quit"], 0.12)
            more["interactions"] = self._talk(habits["idle"])
            more["repeats"] = int(rng.random() < 0.015)
            self.made.joins.append(self._join(inviter, at, employee, **more))

    def _self(self) -> Iterator[Join]:
        """One person, one to five more accounts of their own."""
        rng = self.rng
        net = self._net()
        inviter, device, phone = self._inviter(net)
        at, employee = self._moment(), rng.choice(self.advisors)
        same_device, same_phone = rng.uniform(0.35, 0.95), rng.uniform(0.1, 0.5)
        same_net, idle = rng.uniform(0.6, 1), rng.uniform(0.5, 0.95)
        for _ in range(rng.randint(1, 5)):
            at += rng.expovariate(1 / rng.choice((5 * MINUTE, 2 * HOUR, 2 * DAY)))
            more: dict[str, object] = {"interactions": self._talk(idle, 1.0)}
            more |= {"device": device} if rng.random() < same_device else {}
            more |= {"phone": phone} if rng.random() < same_phone else {}
            more |= {"net": net} if rng.random() < same_net else {}
            more["same_person"] = rng.random() < 0.15
            more["left_at"] = self._left(at, 0.05, 0.15)
            yield self._join(inviter, at, employee, **more)

    def _farm(self) -> Iterator[Join]:
        """A room of phones, each worn by several accounts, behind a few addresses or many bought ones."""
        rng = self.rng
        inviter, _, _ = self._inviter()
        size = rng.randint(6, 90)
        devices = [f"farm:{inviter}:{n}" for n in range(max(1, int(size * rng.uniform(0.08, 0.45))))]
        nets = [f"proxy:{inviter}:{n}" for n in range(rng.randint(1, max(2, size // 3)))]
        at, pace, employee = self._moment(), rng.uniform(0.5, 90) * MINUTE, rng.choice(self.advisors)
        seen, idle, regular = rng.uniform(0.6, 1), rng.uniform(0.2, 1), rng.random() < 0.4
        for _ in range(size):
            at += pace * rng.uniform(0.8, 1.2) if regular else rng.expovariate(1 / pace)
            device = rng.choice(devices) if rng.random() < seen else ""
            yield self._join(
                inviter, at, employee, device=device, net=rng.choice(nets), interactions=self._talk(idle, 1.5),
                left_at=self._left(at, 0.02, 0.1),
            )  # fmt: skip

    def _quitters(self) -> Iterator[Join]:
        """Hired for an hour or a week: real people with real phones who do not stay."""
        rng = self.rng
        inviter, _, _ = self._inviter()
        at, pace = self._moment(), rng.choice((10 * MINUTE, 2 * HOUR, DAY))
        quits, mean, idle = rng.uniform(0.6, 0.97), rng.uniform(0.2, 14) * DAY, rng.uniform(0.4, 0.95)
        employee = rng.choice(self.advisors)
        for _ in range(rng.randint(4, 40)):
            at += rng.expovariate(1 / pace)
            left = at + rng.expovariate(1 / mean) if rng.random() < quits else None
            yield self._join(inviter, at, employee, left_at=left, interactions=self._talk(idle, 1.0))

    def _ring(self) -> Iterator[Join]:
        """A handful of people who take turns inviting one another's spare accounts on shared phones."""
        rng = self.rng
        people = [self._inviter()[0] for _ in range(rng.randint(3, 9))]
        phones = [f"ring:{people[0]}:{n}" for n in range(rng.randint(2, len(people) + 2))]
        shared, idle, employee = rng.uniform(0.5, 0.95), rng.uniform(0.3, 0.9), rng.choice(self.advisors)
        for who in people:
            if rng.random() < shared:
                self.made.marks[who] = frozenset({*self.made.marks[who], rng.choice(phones)})
        chain = list(people)
        for _ in range(rng.randint(6, 40)):
            inviter = rng.choice(chain)
            more = {"device": rng.choice(phones)} if rng.random() < shared else {}
            at = self._moment()
            made = self._join(
                inviter, at, employee, interactions=self._talk(idle, 2.0), left_at=self._left(at, 0.03, 0.1),
                repeats=int(rng.random() < 0.3), **more,
            )  # fmt: skip
            self.made.marks[made.invitee] = frozenset({made.device} - {""})
            chain.append(made.invitee)
            yield made

    def _burst(self) -> Iterator[Join]:
        """A bought batch: everybody at once, or within an afternoon, from all over the country."""
        rng = self.rng
        inviter, _, _ = self._inviter()
        size, span = rng.randint(8, 60), rng.choice((10 * MINUTE, HOUR, 6 * HOUR, DAY))
        begin, idle = self._moment(), rng.uniform(0.55, 1)
        nets = [f"pool:{inviter}:{n}" for n in range(rng.randint(1, size))]
        pooled, employee = rng.uniform(0.1, 0.8), rng.choice(self.advisors)
        for _ in range(size):
            at = begin + rng.random() * span
            more = {"net": rng.choice(nets)} if rng.random() < pooled else {}
            yield self._join(
                inviter, at, employee, interactions=self._talk(idle, 1.0), left_at=self._left(at, 0.05, 0.2), **more
            )

    def _staff(self) -> Iterator[Join]:
        """An employee pads the figures with accounts of the office, through a member or two who lend their code."""
        rng = self.rng
        employee, office = rng.choice(self.advisors), rng.choice(sorted(self.made.office_nets))
        helpers = [self._inviter()[0] for _ in range(rng.randint(1, 3))]
        listed, inside, idle = rng.uniform(0.3, 0.8), rng.uniform(0.4, 0.95), rng.uniform(0.6, 1)
        at, pace = self._moment(), rng.choice((10 * MINUTE, 3 * HOUR, DAY))
        for _ in range(rng.randint(6, 40)):
            at += rng.expovariate(1 / pace)
            more = {"net": office} if rng.random() < inside else {}
            yield self._join(
                rng.choice(helpers), at, employee, staff=rng.random() < listed, interactions=self._talk(idle, 1.0),
                left_at=self._left(at, 0.02, 0.1), **more,
            )  # fmt: skip
