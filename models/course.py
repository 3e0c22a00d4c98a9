"""Courses: lessons on days after somebody joined, each an ordinary plan with its own approval, made in one step."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import plan
from models.content import Content, PushPlan
from models.plan import Actor, Refused
from models.work import Work


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
