"""What people do and see in a world: the words scenarios are written in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from commands.product import Product
from handlers.faq import spoken
from models.faq import FaqEntry
from models.member import Member
from rules.talk import LISTEN
from simulator.company import Company
from simulator.courier import Courier
from simulator.people import People
from tests.desk_verbs import DeskVerbs, Hands

ACCEPTED = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A callback under way."""

    path: str
    query: dict[str, str]
    body: bytes


class Verbs(DeskVerbs):
    """Everything a test may say; `World` owns the parts and the time."""

    product: Product
    company: Company
    courier: Courier
    people: People
    hands: Hands
    group: str
    mail: list[Letter] | None = None
    """Callbacks held back while it is a list."""

    def settle(self) -> None:
        """Until everything delivered is handled and everything due is sent."""
        raise NotImplementedError

    def forward(self, **span: float) -> None:
        """Let time pass, stopping at every moment at which something of ours is due."""
        raise NotImplementedError

    def hand_in(self, letter: Letter) -> tuple[int, bytes]:
        """A callback reaches the product's door."""
        raise NotImplementedError

    # --- customers ---

    def friend(self, name: str, advisor: str = "adv01", via: str = "", state: str = "") -> str:
        """A newcomer who adds an advisor, by hand or by somebody's invitation."""
        who = self.people.meet(name)
        self.adds(who, advisor, via, state)
        return who

    def adds(self, who: str, advisor: str = "adv01", via: str = "", state: str = "") -> None:
        """Somebody adds an advisor."""
        self.people.add_friend(who, "" if via else advisor, state, via=via)
        self.settle()

    def deletes(self, who: str, advisor: str = "adv01") -> None:
        """The customer deletes the advisor."""
        self.people.delete_advisor(who, advisor)
        self.settle()

    def in_group(self, name: str) -> str:
        """A newcomer in the group."""
        who = self.people.meet(name)
        self.joins(who)
        return who

    def joins(self, *people: str) -> None:
        """They come into the group, one after the other."""
        for who in people:
            self.people.join_group(who, self.group)
        self.settle()

    def member_says(self, text: str, by: str = "", menu: str = "") -> str:
        """In 微信客服 (a passer-by when nobody is named); who it was."""
        who = by or self.people.meet("路人")
        self.people.say_to_kf(who, text, menu)
        self.pause()
        return who

    def pause(self) -> None:
        """Nobody says more for a moment: what may have been half a sentence was one."""
        self.settle()
        self.hands.now += LISTEN
        self.settle()

    def group_hears(self, text: str, by: str) -> None:
        """Somebody talks in the group; the archive is read fifteen seconds later."""
        self.people.say_in_group(by, self.group, text)
        self.forward(seconds=16)

    def client(self, name: str, tier: str = "") -> str:
        """A contact of 林顾问 whom the product knows, perhaps of a certain tier."""
        who = self.friend(name)
        self.edit(Member, who, tier=tier)
        return who

    # --- staff ---

    def servicer_says(self, servicer: str, who: str, text: str) -> None:
        """A person answers in the 微信客服 client."""
        self.people.servicer_says(servicer, who, text)
        self.settle()

    def ends_session(self, servicer: str, who: str) -> None:
        """A person closes the conversation."""
        assert self.people.end_session(servicer, who)
        self.settle()

    def employee_asks(self, who: str, text: str) -> None:
        """In the app."""
        self.people.say_to_app(who, text)
        self.settle()

    def clicks(self, advisor: str, button: str, card: int = -1) -> None:
        """The advisor taps a button, on the newest card unless told otherwise."""
        self.people.click(advisor, self.cards(advisor)[card].task_id, button)
        self.settle()

    def owner_taps(self, owner: str = "op01") -> int:
        """Whoever has to sends every mass message that waits; how many targets were reached."""
        reached = sum(self.people.tap_send(owner, msgid) for msgid in self.people.pending(owner))
        self.settle()
        return reached

    def hands_over(self, who: str, old: str, new: str) -> None:
        """The company gives a customer to another employee."""
        about = {"UserID": old, "ExternalUserID": who, "Source": "DELETE_BY_TRANSFER"}
        self._told(Event="change_external_contact", ChangeType="del_external_contact", **about)
        self.adds(who, new)

    def new_owner(self, employee: str) -> None:
        """The group is handed to another employee."""
        self.company.groups[self.group].owner = employee
        self._told(Event="change_external_chat", ChatId=self.group, ChangeType="update", UpdateDetail="change_owner")

    def dismiss_group(self) -> None:
        """The group is gone."""
        self._told(Event="change_external_chat", ChatId=self.group, ChangeType="dismiss")
        del self.company.groups[self.group]
        self.settle()

    def _told(self, **fields: object) -> None:
        head = {"ToUserName": self.company.corp.corp_id, "FromUserName": "sys", "MsgType": "event"}
        self.courier.xml({**head, "CreateTime": int(self.company.clock()), **fields})
        self.settle()

    # --- WeCom's post ---

    @contextmanager
    def holding_mail(self) -> Iterator[list[Letter]]:
        """Callbacks of this block stay under way; hand them in with `deliver`, in any order, or not at all."""
        held: list[Letter] = []
        self.mail = held
        yield held
        self.mail = None

    def deliver(self, *letters: Letter) -> None:
        """These callbacks arrive now, in this order."""
        for letter in letters:
            assert self.hand_in(letter)[0] == ACCEPTED
        self.settle()

    def post(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """A callback on its way from the courier."""
        letter = Letter(path, query, body)
        if self.mail is None:
            return self.hand_in(letter)
        self.mail.append(letter)
        return ACCEPTED, b""

    def once_more(self) -> None:
        """WeCom delivers the last callback again, signed anew."""
        parcel = self.courier.acked[-1]
        self.deliver(Letter(parcel.path, *self.courier.envelope(parcel.path, parcel.plain)))

    # --- what people see ---

    def heard(self, person: str) -> list[str]:
        """Every text that reached a person or group, oldest first."""
        return [one.text for one in self.company.books.of(person)]

    def bot_said(self, person: str) -> list[str]:
        """What the bot itself wrote to a customer in 微信客服."""
        return [one.text for one in self.company.books.of(person) if one.kind.startswith("kf") and one.path != "client"]

    def last_heard(self, person: str) -> str:
        """The newest of them, or nothing."""
        return self.heard(person)[-1] if self.heard(person) else ""

    def choices(self, person: str) -> list[tuple[str, str]]:
        """(id, label) of what the newest message lets a customer tap."""
        body: Any = self.company.books.of(person)[-1].body
        return [(one["click"]["id"], one["click"]["content"]) for one in body.get("msgmenu", {}).get("list", [])]

    def cards(self, employee: str) -> list[Any]:
        """Template cards an employee has, newest last."""
        return self.people.cards_of(employee)

    def button_of(self, employee: str, card: int = -1) -> str:
        """What the greyed button of an employee's card says; nothing while it can be tapped."""
        return str(self.cards(employee)[card].replaced.get(employee, ""))

    def quotes(self, employee: str) -> list[str]:
        """What those cards quote."""
        return [str(one.card.get("quote_area", {}).get("quote_text", "")) for one in self.cards(employee)]

    def answer_of(self, entry: str) -> str:
        """The approved answer of a FAQ entry as people read it."""
        with self.product.db.work() as work:
            found = work.session.get(FaqEntry, entry)
            assert found is not None
            return spoken(found, work)
