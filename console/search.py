"""One field for everything: pages, plans, contents, questions and members, as far as the role may see them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from console.access import Person
from console.desk import Answer, Desk
from console.nav import menu
from models.content import Content, PushPlan
from models.faq import FaqEntry
from models.member import Member
from models.scope import narrow
from rules import schedule

MOST = 8
"""Hits of a kind; the lists' own search finds the rest."""
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found and where it stands."""

    kind: str
    title: str
    path: str
    about: str = ""


Finder = Callable[[Session, Person, str], Iterator[Hit]]


def blueprint(desk: Desk) -> Blueprint:
    """One page."""
    pages = Blueprint("search", __name__)

    @desk.page(pages, "/console/search")
    def search() -> Answer:
        words = request.args.get("q", "").strip()[:LONGEST]
        with desk.db.read() as session:
            hits = list(found(session, desk.person, words)) if words else []
        return render_template("search.html", words=words, hits=hits)

    return pages


def found(session: Session, person: Person, words: str) -> Iterator[Hit]:
    """What there is for these words, pages first; of lists only those in the person's menu."""
    links = [link for _, links in menu(person.role) for link in links]
    yield from (Hit("页面", link.title, link.path) for link in links if words in link.title)
    for path, find in FINDERS.items():
        if any(link.path == path for link in links):
            yield from find(session, person, words)


def _plans(session: Session, _person: Person, words: str) -> Iterator[Hit]:
    chosen = select(PushPlan).where(PushPlan.name.contains(words, autoescape=True)).order_by(PushPlan.id.desc())
    for one in session.scalars(chosen.limit(MOST)):
        yield Hit("推送", one.name, f"/console/plans/{one.id}", schedule.in_words(one.rule))


def _contents(session: Session, _person: Person, words: str) -> Iterator[Hit]:
    either = or_(Content.id.contains(words, autoescape=True), Content.body.contains(words, autoescape=True))
    for one in session.scalars(select(Content).where(either).order_by(Content.id).limit(MOST)):
        yield Hit("内容", one.id, f"/console/contents/{one.id}", one.body[:60])


def _questions(session: Session, _person: Person, words: str) -> Iterator[Hit]:
    either = or_(FaqEntry.id.contains(words, autoescape=True), FaqEntry.question.contains(words, autoescape=True))
    for one in session.scalars(select(FaqEntry).where(either).order_by(FaqEntry.id).limit(MOST)):
        yield Hit("问答", one.question, f"/console/faq/{one.id}", one.id)


def _members(session: Session, person: Person, words: str) -> Iterator[Hit]:
    """By the whole id: names are encrypted, and no list of people falls out of a few letters."""
    chosen = narrow(select(Member).where(Member.id == words), person, Member.id)
    for one in session.scalars(chosen):
        yield Hit("成员", f"…{one.id[-6:]}", f"/console/members/{one.id}", one.tier)


FINDERS: dict[str, Finder] = {
    "/console/plans": _plans, "/console/contents": _contents, "/console/faq": _questions, "/console/members": _members,
}  # fmt: skip
"""The list a finder belongs to -> the finder."""
