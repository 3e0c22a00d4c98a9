"""The console's menu: one table, filtered by role. A line is added with the page behind it, never before."""

from dataclasses import dataclass

from models.operator import ROLES

ROLE_TITLES = {
    "author": "内容编辑", "approver": "审批人", "operator": "运营", "advisor": "投资顾问", "auditor": "审计",
    "privacy": "个人信息保护", "admin": "管理员",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the menu. `roles`: who sees it."""

    path: str
    title: str
    roles: tuple[str, ...] = ROLES


WRITERS = ("author", "approver", "operator", "auditor", "admin")
SECTIONS: tuple[tuple[str, tuple[Link, ...]], ...] = (
    (
        "今日",
        (
            Link("/console/", "工作台"),
            Link("/console/alerts", "提醒", ("operator", "advisor", "auditor", "admin")),
            Link("/console/sidebar", "客户侧边栏", ("operator", "advisor", "admin")),
            Link("/console/lessons", "内部课程"),
        ),
    ),
    (
        "沟通",
        (
            Link("/console/drafts", "群内草稿", ("operator", "advisor", "auditor", "admin")),
            Link("/console/conversation", "会话", ("operator", "advisor", "auditor", "admin")),
            Link("/console/faq", "问答", WRITERS),
        ),
    ),
    (
        "运营",
        (
            Link("/console/calendar", "日历", WRITERS),
            Link("/console/plans", "推送", WRITERS),
            Link("/console/courses", "课程", WRITERS),
            Link("/console/engagements", "活动", WRITERS),
            Link("/console/contents", "内容", WRITERS),
            Link("/console/live", "直播", WRITERS),
            Link("/console/reports", "报表", ("approver", "operator", "auditor", "admin")),
            Link("/console/costs", "成本", ("approver", "operator", "auditor", "admin")),
        ),
    ),
    (
        "会员",
        (
            Link("/console/members", "成员", ("operator", "advisor", "auditor", "privacy", "admin")),
            Link("/console/tiers", "分层", ("operator", "approver", "auditor", "admin")),
            Link("/console/tiers/tasks", "本月任务", ("operator", "advisor", "auditor", "admin")),
            Link("/console/members/sync", "通讯录同步", ("operator", "auditor", "admin")),
            Link("/console/referral", "裂变", WRITERS),
            Link("/console/rewards", "兑换", ("operator", "approver", "auditor", "admin")),
            Link("/console/referral/cases", "反作弊复核", ("approver", "auditor", "admin")),
        ),
    ),
    (
        "合规",
        (
            Link("/console/compliance", "合规", ("approver", "operator", "auditor", "privacy", "admin")),
            Link("/console/evidence", "存证", ("auditor", "privacy", "admin")),
            Link("/console/opinion", "舆情", ("approver", "operator", "auditor", "admin")),
        ),
    ),
    (
        "系统",
        (
            Link("/console/system", "系统", ("admin", "auditor")),
            Link("/console/letters", "失败与积压", ("operator", "auditor", "admin")),
            Link("/console/api", "接口", ("admin", "auditor", "operator")),
            Link("/console/accounts", "账号", ("admin", "auditor")),
        ),
    ),
)  # fmt: skip


def menu(role: str) -> list[tuple[str, list[Link]]]:
    """What somebody in this role sees, without empty sections."""
    found = [(title, [one for one in links if role in one.roles]) for title, links in SECTIONS]
    return [(title, links) for title, links in found if links]


def current(path: str) -> str:
    """The line of the menu a page belongs to: the longest that leads towards it; empty for none."""
    paths = [one.path for _, links in SECTIONS for one in links]
    here = [one for one in paths if path == one or (one != "/console/" and path.startswith(f"{one}/"))]
    return max(here, key=len, default="")
