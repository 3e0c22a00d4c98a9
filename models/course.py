"""Courses and greetings: lessons on days after somebody joined, and festivals; ordinary plans made in one step."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import plan
from models.content import Content, PushPlan
from models.plan import Actor, Refused
from models.work import Work
from rules.occasions import UNSURE, Occasion, greetings


@dataclass(frozen=True, slots=True)
class Lesson:
    """`day`: Beijing days after the one somebody was first seen on; `at`: time of that day."""

    day: int
    at: str
    content_id: str


@dataclass(frozen=True, slots=True)
class Course:
    """A set of lessons under a name."""

    title: str
    lessons: tuple[Lesson, ...]


COURSES = {
    "newbie": Course(
        "新成员七日投教",
        (
            Lesson(1, "09:00", "N-D0"), Lesson(1, "19:30", "N-D1"), Lesson(3, "19:30", "N-D3"),
            Lesson(5, "19:30", "N-D5"), Lesson(7, "19:30", "N-D7"),
        ),
    ),
}  # fmt: skip
"""calendar.yaml NEWBIE_DAYS. The first lesson waits for the next morning: whoever joins late gets it too."""


YEAR, GREETED = 365, "10:00"
"""How far ahead greetings are planned, in days, and their time of day."""


def name_of(course: Course, lesson: Lesson) -> str:
    """What a lesson's plan is called."""
    return f"{course.title} · 第 {lesson.day} 天 {lesson.content_id}"


def rule_of(lesson: Lesson) -> str:
    """Every day at the lesson's time; the audience says for whom it is the day."""
    hour, minute = (int(part) for part in lesson.at.split(":"))
    return f"cron {minute} {hour} * * *"


def plans_of(session: Session, course: Course) -> dict[str, PushPlan]:
    """Content -> the newest plan of a lesson that has not ended."""
    names = [name_of(course, one) for one in course.lessons]
    chosen = select(PushPlan).where(PushPlan.name.in_(names), PushPlan.status != "ended").order_by(PushPlan.id)
    return {one.content_id: one for one in session.scalars(chosen)}


def festival_name(occasion: Occasion, content_id: str, day: date) -> str:
    """What the plan of a greeting is called."""
    return f"{occasion.name.removesuffix(UNSURE)} {day.year} · {content_id}"[:80]


def festivals(work: Work) -> list[tuple[Occasion, str, date, PushPlan | None]]:
    """(occasion, content, day, its plan) of the greetings of the coming year."""
    today = work.now.astimezone(work.rules.zone).date()
    found = list(greetings(work.rules.occasions, today + timedelta(days=1), YEAR))
    names = [festival_name(*one) for one in found]
    chosen = select(PushPlan).where(PushPlan.name.in_(names), PushPlan.status != "ended").order_by(PushPlan.id)
    made = {one.name: one for one in work.session.scalars(chosen)}
    return [(*one, made.get(name)) for one, name in zip(found, names, strict=True)]


def greet(work: Work, by: Actor) -> list[PushPlan]:
    """Drafts of the coming year's greetings that have no plan yet, whose content is there."""
    made = []
    for occasion, content_id, day, plan_ in festivals(work):
        if plan_ is None and work.session.get(Content, content_id) is not None:
            values = {
                "name": festival_name(occasion, content_id, day), "rule": f"once {day}T{GREETED}", "misfire": "drop",
                "content_id": content_id, "segment": "groups:all", "fields": "{}", "holdout": "0", "variant_id": "",
            }  # fmt: skip
            made.append(plan.draft(work, values, by))
    return made


def begin(work: Work, course: Course, by: Actor) -> list[PushPlan]:
    """Drafts of the lessons that have no plan yet. Refused when the content of one is not there."""
    known = plans_of(work.session, course)
    made = []
    for lesson in course.lessons:
        content = work.session.get(Content, lesson.content_id)
        if content is None:
            raise Refused(f"内容 {lesson.content_id} 不存在：先在“内容”里写好")
        if lesson.content_id not in known:
            values = {
                "name": name_of(course, lesson), "rule": rule_of(lesson), "content_id": lesson.content_id,
                "segment": f"day:{lesson.day}", "misfire": "drop", "fields": "{}", "holdout": "0", "variant_id": "",
            }  # fmt: skip
            made.append(plan.draft(work, values, by))
    return made
