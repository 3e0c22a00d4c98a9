"""课程: lessons for newcomers day by day; one press makes their plans, each of which is approved as any other."""

from flask import Blueprint, abort, flash, render_template

from console.desk import Answer, Desk, back
from models import course
from models.plan import Actor, Refused

PATH = "/console/courses"
READERS = ("author", "approver", "operator", "auditor", "admin")
MAKERS = ("author", "operator", "admin")


def blueprint(desk: Desk) -> Blueprint:
    """All courses with their lessons, and making the plans of one."""
    pages = Blueprint("courses", __name__)

    @desk.page(pages, PATH, READERS)
    def courses() -> Answer:
        with desk.db.work() as work:
            made = {name: course.plans_of(work.session, one) for name, one in course.COURSES.items()}
            return render_template(
                "courses.html", courses=course.COURSES, made=made, may=desk.person.role in MAKERS,
                festivals=course.festivals(work),
            )  # fmt: skip

    @desk.page(pages, f"{PATH}/festivals", MAKERS, ("POST",))
    def greet() -> Answer:
        with desk.db.work() as work:
            made = course.greet(work, Actor(desk.person.name, desk.person.role))
        flash(f"已建立 {len(made)} 条节日推送草稿：逐条提交审批后按日发出" if made else "每个节日都已有推送，没有新建")
        return back(PATH)

    @desk.page(pages, f"{PATH}/<name>/begin", MAKERS, ("POST",))
    def begin(name: str) -> Answer:
        chosen = course.COURSES.get(name) or abort(404)
        try:
            with desk.db.work() as work:
                made = course.begin(work, chosen, Actor(desk.person.name, desk.person.role))
            flash(f"已建立 {len(made)} 节课的推送草稿：逐条提交审批后开始" if made else "每一节课都已有推送，没有新建")
        except Refused as refused:
            flash(f"没有建立：{refused}")
        return back(PATH)

    return pages
