"""提醒 and 请假与代班 at the console: own clients only, clocks, outcomes, precision, settings."""

from models.alert import Alert, AlertPolicy
from models.duty import Absence
from models.workbench import ClientDate
from tests.console.visitor import Visitor, visit
from tests.world import World

COMPLAINT = "我要投诉你们，转账一直没人管"


def advisor(world: World, userid: str) -> Visitor:
    return visit(world, "advisor", userid)


def test_an_advisor_sees_their_own_clients_alerts_and_those_of_whom_they_stand_in_for(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    own, other = advisor(world, "adv01"), advisor(world, "adv02")
    assert "投诉/强烈不满" in own.get("/console/alerts").text
    assert own.get("/console/alerts/1").status_code == 200
    assert "投诉/强烈不满" not in other.get("/console/alerts").text
    assert other.get("/console/alerts/1").status_code == 404
    assert other.post("/console/alerts/1/close", outcome="solved").status_code == 404
    with world.product.db.work() as work:
        work.session.add(Absence(employee_id="adv01", since=world.hands.now, stand_in="adv02"))
    page = other.get("/console/alerts/1").text
    assert "立即联系客户并在提醒上确认" in page
    assert "我要投诉你们" in page


def test_an_answer_and_an_outcome_at_the_console(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    own = advisor(world, "adv01")
    own.post("/console/alerts/1/answer", "/console/alerts/1", button="ack")
    world.settle()
    assert world.button_of("adv01") == "林顾问已跟进"
    own.post("/console/alerts/1/close", "/console/alerts/1", outcome="solved", note="已回电")
    world.settle()
    page = own.get("/console/alerts/1").text
    assert "已解决" in page
    assert "已回电" in page
    own.post("/console/alerts/1/date", "/console/alerts/1", kind="birthday", on="1980-11-26")
    own.post("/console/alerts/1/date", "/console/alerts/1", kind="birthday", on="昨天")
    assert [one.kind for one in world.rows(of=ClientDate)] == ["birthday"]
    precision = own.get("/console/alerts/precision").text
    assert '<td class="number">100%</td>' in precision


def test_operators_set_when_cards_become_a_digest_within_wecoms_limit(sqlite_world: World) -> None:
    world = sqlite_world
    person = visit(world, "operator")
    given = {"per_minute": 10, "digest_from": 3, "snooze_minutes": 15, "snoozes": 1}
    person.post("/console/alerts/policy", "/console/alerts/precision", **{**given, "per_minute": 31})
    assert world.rows(of=AlertPolicy) == []
    person.post("/console/alerts/policy", "/console/alerts/precision", **given)
    assert [(one.per_minute, one.snoozes) for one in world.rows(of=AlertPolicy)] == [(10, 1)]


def test_leave_is_noted_and_ended(sqlite_world: World) -> None:
    world = sqlite_world
    person = visit(world, "operator")
    person.post("/console/alerts/leave", "/console/alerts/leave", employee="adv01", stand_in="adv01")
    assert world.rows(of=Absence) == []
    person.post(
        "/console/alerts/leave", "/console/alerts/leave", employee="adv01", stand_in="adv02", until="2026-12-01"
    )
    assert "提醒转给 adv02" in person.get("/console/alerts/leave").text
    world.member_says(COMPLAINT, by=world.client("李雷"))
    assert [one.holder_id for one in world.rows(of=Alert)] == ["adv02"]
    person.post("/console/alerts/leave", "/console/alerts/leave", employee="adv01", back="1")
    assert world.rows(of=Absence) == []


def test_an_incident_is_worked_off_at_the_console_and_unlawful_wording_is_refused(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("李雷")
    world.group_hears("你们系统崩了，一上午交易不了", who)
    person, path = visit(world, "operator"), "/console/opinion/1"
    assert "系统" in person.get("/console/opinion").text
    person.post(f"{path}/step", path, step="facts", note="")
    assert "请写明内容" in person.post(f"{path}/step", path, step="facts", note=" ").text
    person.post(f"{path}/step", path, step="facts", note="10:00 至 10:05 行情延迟")
    world.settle()
    refused = person.post(f"{path}/step", path, step="wording", note="我们承诺保本保息，请放心买入")
    assert "没有保存" in refused.text
    person.post(f"{path}/step", path, step="wording", note="系统已恢复，给您造成不便深表歉意")
    world.settle()
    assert "正式答复" in person.get(path).text
    person.post(f"{path}/dismiss", path)
    world.settle()
    assert "误报" in person.get(path).text
