"""The chat page in a real browser: somebody taps and types, the simulator hears it, and the other way round."""

import json
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from simulator.server import PAGES
from tests.browser import chromium
from tests.simulator.screens import PATIENCE, Acks, Screens
from tests.simulator.serving import Served, serving

KF = "wkAAAAkf000001"
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
MENU = {
    "head_content": "开户可以在手机上完成。您还想了解：",
    "list": [
        {"type": "click", "click": {"id": "faq:OPEN-001", "content": "开户需要什么材料"}},
        {"type": "click", "click": {"id": "faq:human", "content": "转人工"}},
    ],
}
CARD: dict[str, Any] = {
    "card_type": "button_interaction",
    "source": {"desc": "社群助手", "desc_color": 2},
    "main_title": {"title": "高净值客户提醒", "desc": "请在 2 小时内响应"},
    "horizontal_content_list": [{"keyname": "客户", "value": "赵阿姨"}],
    "button_selection": {
        "question_key": "next", "title": "方式", "selected_id": "chat",
        "option_list": [{"id": "call", "text": "电话"}, {"id": "chat", "text": "企微"}],
    },
    "button_list": [{"text": "我来跟进", "style": 1, "key": "ack"}, {"text": "误报", "style": 2, "key": "no"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def product() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Acks) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def served(product: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("chat"), callback=product, size=8) as found:
        found.log_in()
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def screens(browser: Browser, served: Served) -> Iterator[Screens]:
    expect.set_options(timeout=PATIENCE)
    made = Screens(browser, served)
    yield made
    made.close()


@pytest.fixture
def screen(screens: Screens) -> Iterator[Screens]:
    yield screens
    complaints = list(screens.complaints)
    screens.clear()
    assert complaints == []


@pytest.fixture
def member(served: Served) -> str:
    return str(served.deed("meet", "赵阿姨"))


@pytest.fixture
def group(served: Served, member: str) -> str:
    chat = str(served.deed("found_group", "投教一群", "op01"))
    served.deed("join_group", member, chat)
    return chat


def test_a_member_asks_in_wechat_service_and_taps_a_choice_of_the_answer(
    served: Served, screen: Screens, member: str
) -> None:
    page = screen(member)
    page.get_by_role("button", name="投教客服").click()
    page.get_by_label("输入消息").fill("怎么开户")
    page.get_by_label("输入消息").press("Enter")
    expect(page.locator(".row.mine .bubble")).to_have_text("怎么开户")
    expect(page.get_by_label("输入消息")).to_have_value("")
    body = {"touser": member, "open_kfid": KF, "msgtype": "msgmenu", "msgmenu": MENU}
    assert served.api("kf/send_msg", body)["errcode"] == 0
    expect(page.locator(".choice")).to_have_text(["开户需要什么材料", "转人工"])
    page.get_by_role("button", name="转人工").click()
    expect(page.locator(".row.mine .bubble")).to_have_text(["怎么开户", "转人工"])
    items = served.api("kf/sync_msg", {"open_kfid": KF})["msg_list"]
    said = [one["text"] for one in items if one.get("external_userid") == member]
    assert said == [{"content": "怎么开户"}, {"content": "转人工", "menu_id": "faq:human"}]
    entered = [one["event"]["event_type"] for one in items if one.get("event", {}).get("external_userid") == member]
    assert entered == ["enter_session"]


def test_an_advisor_answers_a_card_and_sees_it_grey(served: Served, screen: Screens) -> None:
    page = screen("adv01", "app")
    body = {"touser": "adv01|adv02", "msgtype": "template_card", "agentid": 1000002}
    odd = {**CARD, "task_id": "odd", "main_title": {"title": "走样的卡片"}, "jump_list": "abc"}
    for card in (odd, {**CARD, "task_id": "lead_1"}):
        assert served.api("message/send", {**body, "template_card": card})["errcode"] == 0
    expect(page.locator(".bubble", has_text="走样的卡片")).to_be_visible()
    shown = page.get_by_role("article", name="高净值客户提醒")
    expect(shown).to_contain_text("赵阿姨")
    shown.get_by_label("方式").select_option("电话")
    with page.expect_response("**/control/click") as tapped:
        shown.get_by_role("button", name="我来跟进").click()
    assert json.loads(tapped.value.request.post_data or "")["args"] == ["adv01", "lead_1", "ack", {"next": ["call"]}]
    button = {"replace_name": "林顾问已跟进"}
    code = tapped.value.json()["result"]
    update = {"userids": ["adv01", "adv02"], "agentid": 1000002, "response_code": code, "button": button}
    assert served.api("message/update_template_card", update)["errcode"] == 0
    expect(shown.get_by_role("button", name="林顾问已跟进")).to_be_disabled()
    expect(shown.get_by_role("button", name="我来跟进")).to_have_count(0)


def test_an_advisor_publishes_a_moment_and_their_customer_sees_it(served: Served, screen: Screens, member: str) -> None:
    words = f"投教日历：年报怎么读 {member}"
    served.deed("add_friend", member, "adv02", "")
    senders = {"sender_list": {"user_list": ["adv02"]}}
    body = {"text": {"content": words}, "visible_range": senders}
    assert served.api("externalcontact/add_moment_task", body)["errcode"] == 0
    task = screen("adv02", "mass").locator(".task", has_text=words)
    expect(task).to_contain_text("发表到客户朋友圈")
    task.get_by_role("button", name="发表").click()
    expect(task).to_contain_text("已发送")
    expect(screen(member, "adv02").locator(".bubble")).to_have_text([words])


def test_the_owner_taps_send_and_the_group_sees_the_message(
    served: Served, screen: Screens, member: str, group: str
) -> None:
    words = f"投教周报：分散投资三步走 {group}"
    body = {"chat_type": "group", "sender": "op01", "chat_id_list": [group], "text": {"content": words}}
    assert served.api("externalcontact/add_msg_template", body)["errcode"] == 0
    owner, reader = screen("op01", "mass"), screen(member, group)
    task = owner.locator(".task", has_text=words)
    expect(task).to_contain_text("待发送")
    expect(reader.get_by_role("heading", name="投教一群")).to_be_visible()
    expect(reader.locator(".bubble")).to_have_count(0)
    task.get_by_role("button", name="发送").click()
    expect(task).to_contain_text("已发送 · 送达 1/1")
    expect(reader.locator(".bubble")).to_have_text([words])
    expect(reader.locator(".sender")).to_have_text("运营小王")


def test_hostile_names_and_words_stay_words(served: Served, screen: Screens, group: str) -> None:
    villain = served.deed("meet", HOSTILE)
    served.deed("join_group", villain, group)
    served.deed("say_in_group", villain, group, f"{HOSTILE}<script>document.title='owned'</script> javascript:alert(1)")
    page = screen("op01", group)
    expect(page.locator(".sender")).to_have_text(HOSTILE)
    expect(page.locator(".bubble")).to_contain_text("<script>")
    expect(page.locator(".bubble a")).to_have_count(0)
    page.get_by_role("button", name="会话设置").click()
    page.get_by_role("menuitem", name="群成员").click()
    expect(page.get_by_role("dialog").get_by_text(HOSTILE)).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#me").click()
    page.get_by_label("搜索姓名或编号").fill("onerror")
    page.locator("#people").get_by_role("button", name=HOSTILE).click()
    expect(page.locator("#me")).to_contain_text(HOSTILE)
    expect(page.locator("img, script:not([src])")).to_have_count(0)
    assert page.title() == f"{HOSTILE} · 企业微信模拟器"


def test_half_typed_words_survive_what_arrives_meanwhile(
    served: Served, screen: Screens, member: str, group: str
) -> None:
    page = screen(member, group)
    field = page.get_by_label("输入消息")
    field.fill("我想问一下")
    served.deed("say_in_group", "op01", group, "大家好")
    expect(page.locator(".bubble")).to_have_text(["大家好"])
    expect(field).to_have_value("我想问一下")
    expect(field).to_be_focused()
    field.press("End")
    field.press("Shift+Enter")
    field.press_sequentially("开户")
    page.get_by_role("button", name="投教客服").click()
    expect(field).to_have_value("")
    expect(page.locator(".draft")).to_be_visible()
    page.get_by_role("button", name="投教一群").click()
    expect(field).to_have_value("我想问一下\n开户")
    page.reload()
    expect(field).to_have_value("我想问一下\n开户")


def test_what_cannot_be_sent_is_explained_kept_and_sent_again(screen: Screens, member: str, group: str) -> None:
    page = screen(member, group)
    field = page.get_by_label("输入消息")
    page.route("**/control/**", lambda route: route.abort())
    field.fill("收到")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("连不上模拟器")
    expect(field).to_have_value("收到")
    page.unroute("**/control/**")
    page.get_by_role("button", name="重试").click()
    expect(page.locator(".row.mine .bubble")).to_have_text(["收到"])
    expect(field).to_have_value("")
    assert [one for one in screen.complaints if "ERR_FAILED" not in one] == []
    screen.complaints.clear()


def test_a_refused_order_says_what_to_do(served: Served, screen: Screens, member: str) -> None:
    page = screen(member)
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="扫一扫").click()
    page.get_by_label("二维码内容").fill(f"{served.base}/qr/cfg-gone")
    page.get_by_role("button", name="识别").click()
    expect(page.get_by_role("alert")).to_contain_text("二维码已被删除，请换一个")


def test_a_waiting_customer_is_taken_answered_and_let_go(served: Served, screen: Screens, member: str) -> None:
    served.deed("say_to_kf", member, "转人工")
    waiting = {"open_kfid": KF, "external_userid": member, "service_state": 2}
    assert served.api("kf/service_state/trans", waiting)["errcode"] == 0
    advisor, customer = screen("adv02", member), screen(member, KF)
    expect(customer.locator("#talk-about")).to_have_text("正在排队，等待人工接待")
    advisor.get_by_role("button", name="接入会话").click()
    field = advisor.get_by_label("输入消息")
    field.fill("您好，我是苏顾问")
    field.press("Enter")
    expect(customer.locator(".row:not(.mine) .bubble")).to_have_text(["您好，我是苏顾问"])
    expect(customer.locator("#talk-about")).to_have_text("苏顾问 正在为你服务")
    advisor.get_by_role("button", name="结束会话").click()
    expect(advisor.locator(".row.system").last).to_have_text("会话已结束")


def test_a_member_joins_a_group_and_comes_to_an_advisor_by_invitation(
    served: Served, screen: Screens, member: str
) -> None:
    served.deed("found_group", f"新手学堂 {member}", "op01")
    way: dict[str, object] = {"type": 1, "scene": 2, "user": ["adv03"], "state": "inv_1", "remark": "老带新"}
    code = served.api("externalcontact/add_contact_way", way)["qr_code"]
    page = screen(path=code.removeprefix(served.base))
    expect(page.locator("#side-hint")).to_have_text("选择谁来扫这个二维码")
    page.get_by_label("搜索姓名或编号").fill(member)
    page.get_by_label("搜索姓名或编号").press("Enter")
    expect(page.get_by_role("heading", name="陆顾问")).to_be_visible()
    assert page.url.endswith(f"#as={member}&talk=adv03")
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="加入群聊").click()
    page.get_by_role("button", name=f"加入：新手学堂 {member}").click()
    expect(page.get_by_role("heading", name=f"新手学堂 {member}（2）")).to_be_visible()


def test_every_file_of_the_page_is_guarded(served: Served) -> None:
    for path in [*PAGES, f"/qr/{quote('cfg-1')}"]:
        answer = served.pool.request("GET", f"{served.base}{path}")
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
