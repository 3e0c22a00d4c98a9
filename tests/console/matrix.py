"""Who may open what: one line a route. A route that is not here fails the build (test_matrix.py says how to add it).

    Row("GET", "/console/members/<member_id>", "operator advisor", args={"member_id": CLIENT}, own=True)

`roles`: names separated by spaces, EVERYONE logged in, or OPEN to the world. `args` fill the rule's placeholders;
CLIENT stands for a client of 林顾问 (adv01). `own=True`: an advisor who does not look after CLIENT gets 403 or 404.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

OPEN, EVERYONE = "open", "everyone"
CLIENT = "{client}"
PLANS = "author approver operator auditor admin"


@dataclass(frozen=True, slots=True)
class Row:
    """What the route table promises; POST routes answer 400 without their CSRF token."""

    methods: str
    rule: str
    roles: str
    args: Mapping[str, str] = field(default_factory=dict)
    own: bool = False


FAQ = "author approver operator auditor admin"
TALK = {"open_kfid": "wkSIM", "member_id": CLIENT}

MATRIX = (
    Row("GET", "/healthz", OPEN),
    Row("GET", "/readyz", OPEN),
    Row("GET", "/metrics", OPEN),
    Row("GET", "/", OPEN),
    Row("GET", "/console/static/<path:filename>", OPEN, {"filename": "console.css"}),
    Row("GET", "/console/login", OPEN),
    Row("POST", "/console/login", OPEN),
    Row("GET POST", "/console/login/code", OPEN),
    Row("GET", "/console/login/wecom", OPEN),
    Row("GET", "/console/login/wecom/back", OPEN),
    Row("POST", "/console/logout", OPEN),
    # Members' pages, which WeCom's authorisation guards (tests of the members' pages)
    Row("GET", "/m/", OPEN),
    Row("GET POST", "/m/board", OPEN),
    Row("GET", "/m/enter", OPEN),
    Row("GET POST", "/m/invite", OPEN),
    Row("GET", "/m/join/<code>", OPEN, {"code": "x"}),
    Row("GET POST", "/m/live/<int:live_id>", OPEN, {"live_id": "1"}),
    Row("GET", "/m/go/<code>", OPEN, {"code": "x"}),
    Row("GET", "/m/poster.png", OPEN),
    Row("GET POST", "/m/rewards", OPEN),
    Row("GET", "/m/rules", OPEN),
    Row("GET", "/r/<code>", OPEN, {"code": "x"}),
    Row("GET", "/console/search", EVERYONE),
    Row("GET", "/console/reports", "approver operator auditor admin"),
    Row("GET", "/console/reports/<name>", "approver operator auditor admin", {"name": "growth"}),
    Row("GET", "/console/referral", PLANS),
    Row("POST", "/console/referral/propose", "author operator"),
    Row("POST", "/console/referral/approve", "approver"),
    Row("GET", "/console/referral/switch", PLANS),
    Row("POST", "/console/referral/switch/ask", "author operator approver admin"),
    Row("POST", "/console/referral/switch/agree", "approver admin"),
    Row("POST", "/console/referral/switch/close", "approver admin"),
    Row("GET", "/console/referral/cases", "approver auditor admin"),
    Row("POST", "/console/referral/cases/decide", "approver admin"),
    Row("GET", "/console/rewards", "operator approver auditor admin"),
    Row("POST", "/console/rewards/add", "operator admin"),
    Row("POST", "/console/rewards/toggle", "operator admin"),
    Row("GET", "/console/rewards/redemptions", "operator approver auditor admin"),
    Row("POST", "/console/rewards/redemptions/decide", "operator approver admin"),
    Row("GET", "/console/account", EVERYONE),
    Row("POST", "/console/account/totp", EVERYONE),
    Row("POST", "/console/account/totp/confirm", EVERYONE),
    Row("POST", "/console/account/totp/off", EVERYONE),
    Row("POST", "/console/account/sessions/end", EVERYONE),
    Row("POST", "/console/break-glass", "advisor"),
    Row("GET", "/console/evidence", "auditor privacy admin"),
    Row("GET", "/console/evidence/days", "auditor privacy admin"),
    Row("GET", "/console/evidence/<int:seq>", "auditor privacy admin", {"seq": "1"}),
    Row("POST", "/console/evidence/verify", "auditor privacy admin"),
    Row("POST", "/console/evidence/export", "auditor privacy admin"),
    Row("GET", "/console/accounts", "admin auditor"),
    Row("POST", "/console/accounts/add", "admin"),
    Row("POST", "/console/accounts/change", "admin"),
    Row("POST", "/console/accounts/reset", "admin"),
    Row("POST", "/console/accounts/leave", "admin"),
    Row("POST", "/console/accounts/tokens", "admin"),
    Row("POST", "/console/accounts/tokens/revoke", "admin"),
    Row("GET", "/console/", EVERYONE),
    Row("GET", "/console/password", EVERYONE),
    Row("POST", "/console/password", EVERYONE),
    Row("GET", "/console/conversation", "operator advisor auditor admin"),
    Row("GET", "/console/conversation/<open_kfid>/<member_id>", "operator advisor auditor admin", TALK, own=True),
    Row("POST", "/console/conversation/<open_kfid>/<member_id>/take", "operator advisor admin", TALK, own=True),
    Row("POST", "/console/conversation/<open_kfid>/<member_id>/back", "operator advisor admin", TALK, own=True),
    Row("POST", "/console/conversation/<open_kfid>/<member_id>/draft", "operator advisor admin", TALK, own=True),
    Row("GET", "/console/letters", "operator auditor admin"),
    Row("GET", "/console/letters/sends", "operator auditor admin"),
    Row("POST", "/console/letters/redrive", "operator admin"),
    Row("POST", "/console/letters/sends/redrive", "operator admin"),
    Row("GET", "/console/calendar", PLANS),
    Row("GET", "/console/contents", PLANS),
    Row("GET POST", "/console/contents/new", "author operator admin"),
    Row("GET", "/console/contents/<content_id>", PLANS, {"content_id": "H-MID"}),
    Row("GET POST", "/console/contents/<content_id>/edit", "author operator admin", {"content_id": "H-MID"}),
    Row("POST", "/console/contents/<content_id>/approve", "approver admin", {"content_id": "H-MID"}),
    Row("POST", "/console/contents/lint", "author operator admin"),
    Row("GET", "/console/live", PLANS),
    Row("GET POST", "/console/live/new", "author operator admin"),
    Row("GET", "/console/live/<int:live_id>", PLANS, {"live_id": "1"}),
    Row("POST", "/console/live/<int:live_id>/check", "approver admin", {"live_id": "1"}),
    Row("POST", "/console/live/<int:live_id>/stop", "author operator admin approver", {"live_id": "1"}),
    Row("GET", "/console/system", "admin auditor"),
    Row("GET", "/console/system/checks", "admin auditor"),
    Row("GET", "/console/sidebar", "operator advisor admin"),
    Row("GET", "/console/sidebar/signature", "operator advisor admin"),
    Row("GET", "/console/sidebar/<member_id>", "operator advisor admin", {"member_id": CLIENT}, own=True),
    Row("POST", "/console/sidebar/<member_id>/sent", "operator advisor admin", {"member_id": CLIENT}, own=True),
    Row("POST", "/console/sidebar/<member_id>/follow", "operator advisor admin", {"member_id": CLIENT}, own=True),
    Row(
        "POST",
        "/console/sidebar/<member_id>/follow/<int:follow_id>/done",
        "operator advisor admin",
        {"member_id": CLIENT, "follow_id": "1"},
        own=True,
    ),
    Row("GET", "/console/drafts", "operator advisor auditor admin"),
    Row("GET", "/console/drafts/<int:draft_id>", "operator advisor auditor admin", {"draft_id": "1"}),
    Row("POST", "/console/drafts/<int:draft_id>", "operator advisor admin", {"draft_id": "1"}),
    Row("GET", "/console/media/<digest>", PLANS, {"digest": "none"}),
    Row("GET", "/console/plans", PLANS),
    Row("GET POST", "/console/plans/new", "author operator admin"),
    Row("GET POST", "/console/plans/<int:plan_id>/correct", "author operator admin", {"plan_id": "1"}),
    Row("GET POST", "/console/plans/<int:plan_id>/edit", "author operator admin", {"plan_id": "1"}),
    Row("GET", "/console/plans/<int:plan_id>", PLANS, {"plan_id": "1"}),
    Row("GET", "/console/plans/<int:plan_id>/results", PLANS, {"plan_id": "1"}),
    Row("GET", "/console/plans/<int:plan_id>/rehearsal", PLANS, {"plan_id": "1"}),
    Row("POST", "/console/plans/preview", "author operator admin"),
    Row("POST", "/console/plans/moments/<int:occurrence_id>", "author operator admin", {"occurrence_id": "1"}),
    Row(
        "POST",
        "/console/plans/<int:plan_id>/<any(submit, approve, reject, emergency, review, pause, resume):step>",
        "author approver operator admin",
        {"plan_id": "1", "step": "submit"},
    ),
    Row("GET", "/console/faq", FAQ),
    Row("GET", "/console/faq/file.<any(yaml, csv, xlsx):kind>", FAQ, {"kind": "csv"}),
    Row("GET", "/console/faq/<entry_id>", FAQ, {"entry_id": "OPEN-001"}),
    Row("POST", "/console/faq/save", "author admin"),
    Row("POST", "/console/faq/<entry_id>/withdraw", "author admin", {"entry_id": "NONE-001"}),
    Row(
        "POST",
        "/console/faq/versions/<int:version_id>/<any(approve, reject):step>",
        "approver admin",
        {"version_id": "1", "step": "reject"},
    ),
    Row("GET POST", "/console/faq/import", "author admin"),
    Row("GET", "/console/faq/releases", FAQ),
    Row("POST", "/console/faq/releases/prepare", "approver admin"),
    Row("GET", "/console/faq/releases/<int:release_id>", FAQ, {"release_id": "1"}),
    Row("POST", "/console/faq/releases/<int:release_id>/publish", "approver admin", {"release_id": "1"}),
    Row("GET", "/console/faq/learning", FAQ),
    Row("POST", "/console/faq/learning/<any(phrasing, draft, dismiss):step>", "author admin", {"step": "dismiss"}),
    Row("GET", "/console/members", "operator advisor auditor privacy admin"),
    Row("GET", "/console/members/sync", "operator auditor admin"),
    Row(
        "GET", "/console/members/<member_id>", "operator advisor auditor privacy admin", {"member_id": CLIENT}, own=True
    ),
    Row("POST", "/console/members/tasks/<int:task_id>/done", "operator advisor admin", {"task_id": "1"}),
    Row("GET", "/console/tiers", "operator approver auditor admin"),
    Row("GET", "/console/tiers/tasks", "operator advisor auditor admin"),
    Row("POST", "/console/tiers/propose", "operator admin"),
    Row(
        "POST",
        "/console/tiers/<int:version_id>/<any(approve, refuse):step>",
        "approver admin",
        {"version_id": "1", "step": "refuse"},
    ),
    Row("GET", "/console/alerts", "operator advisor auditor admin"),
    Row("GET", "/console/alerts/<int:alert_id>", "operator advisor auditor admin", {"alert_id": "1"}),
    Row("GET", "/console/alerts/precision", "operator advisor auditor admin"),
    Row("GET", "/console/alerts/leave", "operator advisor auditor admin"),
    Row("POST", "/console/alerts/<int:alert_id>/answer", "operator advisor admin", {"alert_id": "1"}),
    Row("POST", "/console/alerts/<int:alert_id>/close", "operator advisor admin", {"alert_id": "1"}),
    Row("POST", "/console/alerts/<int:alert_id>/date", "operator advisor admin", {"alert_id": "1"}),
    Row("POST", "/console/alerts/policy", "operator admin"),
    Row("POST", "/console/alerts/leave", "operator admin"),
    Row("GET", "/console/opinion", "approver operator auditor admin"),
    Row("GET", "/console/opinion/<int:incident_id>", "approver operator auditor admin", {"incident_id": "1"}),
    Row("POST", "/console/opinion/<int:incident_id>/step", "approver operator admin", {"incident_id": "1"}),
    Row("POST", "/console/opinion/<int:incident_id>/dismiss", "approver operator admin", {"incident_id": "1"}),
    Row("GET", "/console/api", "admin auditor operator"),
    Row("GET", "/api/openapi.json", OPEN),
    Row("GET", "/api/v1/members/<member_id>", OPEN, {"member_id": CLIENT}),  # by token: tests/console/test_api.py
    Row("GET", "/api/v1/evidence", OPEN),
    Row("POST", "/api/v1/trading-summaries", OPEN),
    Row("POST", "/api/v1/suitability", OPEN),
    Row("POST", "/api/v1/milestones", OPEN),
    Row("PUT", "/api/v1/contents/<content_id>", OPEN, {"content_id": "H-MID"}),
    Row("GET", "/console/compliance", "approver operator auditor privacy admin"),
    Row(
        "GET",
        "/console/compliance/<any(offences, intercepts, groups, licences, assessments):tab>",
        "approver operator auditor privacy admin",
        {"tab": "groups"},
    ),
    Row(
        "POST",
        "/console/compliance/<any(groups, licences, assessments):tab>",
        "approver privacy admin",
        {"tab": "groups"},
    ),
)
