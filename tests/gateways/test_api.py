"""Each family of calls against the simulator, in process and over HTTP: what we ask happens, what it says arrives."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from gateways.wecom.errors import Refused, Retry
from gateways.wecom.tickets import signature
from gateways.wecom.types import KfState
from tests.gateways.offices import Near, Office, do, received

NAMES = count(1)
TEXT = {"msgtype": "text", "text": {"content": "您好"}}
KF = "wkAAAAkf000001"


@pytest.fixture
def advisor(office: Office) -> str:
    """An employee no other test knows."""
    userid = f"Adv{next(NAMES)}"
    do(office, "hire", userid, "林顾问")
    return userid


@pytest.fixture
def customer(office: Office) -> str:
    return str(do(office, "meet", "赵阿姨"))


@pytest.fixture
def group(office: Office, advisor: str, customer: str) -> str:
    """Of the advisor, with the customer in it."""
    chat_id = str(do(office, "found_group", "投教一群", advisor))
    do(office, "join_group", customer, chat_id, "ref-1")
    return chat_id


def refusal(call: Callable[[], object]) -> int | None:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.errcode


def test_a_message_reaches_employees_and_names_those_it_could_not(office: Office, advisor: str) -> None:
    sent = office.wecom.messages.send([advisor, "NoBody"], TEXT)
    assert sent.msgid
    assert sent.invalid == ("nobody",)
    assert received(office, advisor) == ["您好"]


def test_an_identical_message_is_not_delivered_twice(office: Office, advisor: str) -> None:
    for _ in range(3):
        office.wecom.messages.send([advisor], TEXT)
    office.wecom.messages.send([advisor], {**TEXT, "text": {"content": "您好！"}})
    assert received(office, advisor) == ["您好", "您好！"]


def test_a_page_is_signed_as_the_documentation_signs_it(office: Office) -> None:
    """The test vector of doc 96909 (wecom-outbound 5.3)."""
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    page = "http://mp.weixin.qq.com?params=value"
    assert (
        signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, f"{page}#top") == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
    )
    corp, app = office.wecom.tickets.sign(page, "nonce")
    assert (corp.nonce, len(corp.signature)) == ("nonce", 40)
    assert corp.signature != app.signature


def test_a_message_to_nobody_at_all_is_refused(office: Office) -> None:
    assert refusal(lambda: office.wecom.messages.send(["NoBody"], TEXT)) == 81013


def test_a_card_is_greyed_once(office: Office, advisor: str) -> None:
    card = {
        "card_type": "button_interaction", "main_title": {"title": "预警"}, "task_id": f"task-{advisor}",
        "button_list": [{"text": "收到", "key": "ack"}],
    }  # fmt: skip
    sent = office.wecom.messages.send([advisor], {"msgtype": "template_card", "template_card": card})
    grey = {"replace_name": "已收到"}
    office.wecom.messages.update_card(sent.response_code, [advisor], **grey)
    assert received(office, advisor) == ["预警", "已收到"]
    assert refusal(lambda: office.wecom.messages.update_card(sent.response_code, [advisor], **grey)) == 60140


def test_a_message_can_be_recalled(office: Office, advisor: str) -> None:
    sent = office.wecom.messages.send([advisor], TEXT)
    office.wecom.messages.recall(sent.msgid)
    assert refusal(lambda: office.wecom.messages.recall("unknown")) == 40058


def test_an_upload_can_be_sent(office: Office, advisor: str) -> None:
    media = office.wecom.media.upload("file", "开户指南.pdf", b"%PDF-1.7 ...")
    assert media.created_at > 0
    office.wecom.messages.send([advisor], {"msgtype": "file", "file": {"media_id": media.media_id}})
    assert received(office, advisor) == ["[file] 开户指南.pdf"]


def test_kf_messages_are_read_page_by_page_and_answered_under_our_own_msgid(office: Office, customer: str) -> None:
    office.order("switches", {"kf_page": 2})
    do(office, "say_to_kf", customer, "怎么开户")
    cursor, heard, more = "", list[dict[str, object]](), True
    while more:
        page = office.wecom.kf.sync(KF, cursor, str(do(office, "ring_kf")))
        heard += page.messages
        cursor, more = page.next_cursor, page.has_more
    office.order("switches", {"kf_page": 1000})
    assert [one["text"] for one in heard if one.get("external_userid") == customer] == [{"content": "怎么开户"}]
    msgid = f"own-{customer[-8:]}"
    assert office.wecom.kf.send(customer, KF, msgid, TEXT) == msgid
    assert refusal(lambda: office.wecom.kf.send(customer, KF, msgid, TEXT)) == 40058
    assert received(office, customer) == ["您好"]


def test_kf_greets_on_an_event_once(office: Office, customer: str) -> None:
    code = str(do(office, "open_kf", customer))
    assert office.wecom.kf.send_on_event(code, f"hi-{customer[-8:]}", TEXT) == f"hi-{customer[-8:]}"
    assert refusal(lambda: office.wecom.kf.send_on_event(code, f"hj-{customer[-8:]}", TEXT)) == 40058
    assert received(office, customer) == ["您好"]


def test_a_kf_session_is_handed_to_an_advisor(office: Office, customer: str, advisor: str) -> None:
    do(office, "say_to_kf", customer, "转人工")
    assert office.wecom.kf.state(KF, customer) == KfState(0, "")
    assert office.wecom.kf.transfer(KF, customer, 3, advisor)
    assert office.wecom.kf.state(KF, customer) == KfState(3, advisor)
    assert refusal(lambda: office.wecom.kf.send(customer, KF, f"late-{customer[-8:]}", TEXT)) == 95018


def test_kf_knows_its_accounts_servicers_customers_and_address(office: Office, customer: str, advisor: str) -> None:
    assert [one["open_kfid"] for one in office.wecom.kf.accounts()] == [KF]
    assert {"userid": advisor, "status": 0} in office.wecom.kf.servicers(KF)
    assert [one["nickname"] for one in office.wecom.kf.customers([customer, "nobody"])] == ["赵阿姨"]
    assert office.wecom.kf.add_contact_way(KF, "live_7").endswith("enc_scene=live_7")


def test_a_new_contact_is_welcomed_once(office: Office, customer: str, advisor: str) -> None:
    code = str(do(office, "add_friend", customer, advisor))
    link = {"msgtype": "link", "link": {"title": "开户流程", "url": "https://h5.example.com/open"}}
    office.wecom.contacts.welcome(code, "欢迎", [link])
    assert received(office, customer)[0].startswith("欢迎")
    assert refusal(lambda: office.wecom.contacts.welcome(code, "欢迎")) == 41051


def test_a_customer_is_seen_with_followers_their_states_and_tags(office: Office, customer: str, advisor: str) -> None:
    do(office, "add_friend", customer, advisor, "r-abc")
    (tag_id, _name), *_rest = office.wecom.tags.add(f"活跃度 {customer[-8:]}", ["高", "低"]).tags
    office.wecom.tags.mark(advisor, customer, add=[tag_id])
    office.wecom.contacts.remark(advisor, customer, "爱看直播的赵阿姨" * 5)
    found = office.wecom.contacts.customer(customer)
    assert (found.name, found.unionid[:3]) == ("赵阿姨", "oU-")
    assert [(one.userid, one.state, one.tags) for one in found.followers] == [(advisor, "r-abc", (tag_id,))]
    office.wecom.tags.mark(advisor, customer, remove=[tag_id])
    assert office.wecom.contacts.customer(customer).followers[0].tags == ()
    assert refusal(lambda: office.wecom.tags.mark("nobody", customer, add=[tag_id])) == 84061


def test_tags_are_listed_by_group(office: Office, customer: str) -> None:
    made = office.wecom.tags.add(f"分层 {customer[-8:]}", ["A", "B"])
    office.wecom.tags.add(f"分层 {customer[-8:]}", ["C"])
    found = next(one for one in office.wecom.tags.list() if one.id == made.id)
    assert (found.name, [name for _id, name in found.tags]) == (f"分层 {customer[-8:]}", ["A", "B", "C"])


def test_all_customers_of_an_employee_come_over_several_pages(office: Office, advisor: str) -> None:
    friends = [str(do(office, "meet", f"客户{number}")) for number in range(105)]
    for one in friends:
        do(office, "add_friend", one, advisor)
    first, cursor = office.wecom.contacts.page_by_users([advisor])
    second, end = office.wecom.contacts.page_by_users([advisor], cursor)
    assert [row["external_contact"]["external_userid"] for row in (*first, *second)] == friends
    assert (len(first), end) == (100, "")
    assert advisor in office.wecom.contacts.follow_users()


def test_a_contact_way_brings_its_state_and_can_be_taken_back(office: Office, customer: str, advisor: str) -> None:
    way = office.wecom.contacts.add_way([advisor], "r-k3y", "老带新")
    assert way.qr_code.endswith(way.config_id)
    assert office.wecom.contacts.get_way(way.config_id)["state"] == "r-k3y"
    assert way.config_id in office.wecom.contacts.list_ways(0, int(time.time()) + 10**9)
    do(office, "add_friend", customer, via=way.config_id)
    assert office.wecom.contacts.customer(customer).followers[0].state == "r-k3y"
    office.wecom.contacts.delete_way(way.config_id)
    assert refusal(lambda: office.wecom.contacts.get_way(way.config_id)) == 41044


def test_a_group_is_seen_with_its_members_and_how_they_came(
    office: Office, group: str, advisor: str, customer: str
) -> None:
    assert office.wecom.groups.list([advisor]) == (group,)
    info = office.wecom.groups.get(group)
    assert (info.chat_id, info.name, info.owner) == (group, "投教一群", advisor)
    assert len(info.version) == 32
    assert [(one.id, one.type, one.name, one.state) for one in info.members] == [
        (advisor, 1, "林顾问", ""),
        (customer, 2, "赵阿姨", "ref-1"),
    ]
    assert refusal(lambda: office.wecom.groups.get("unknown")) == 90501


def test_a_join_way_leads_into_a_group_with_its_state(office: Office, group: str) -> None:
    config_id = office.wecom.groups.add_join_way([group], "g-k3y", "直播间")
    assert office.wecom.groups.get_join_way(config_id)["qr_code"].endswith(config_id)
    newcomer = str(do(office, "meet", "钱先生"))
    do(office, "join_group", newcomer, via=config_id)
    assert [one.state for one in office.wecom.groups.get(group).members if one.id == newcomer] == ["g-k3y"]


def test_a_mass_message_waits_for_its_owners_tap(office: Office, group: str, advisor: str) -> None:
    office.order("switches", {"dispatching": 0})
    body = {"chat_type": "group", "sender": advisor, "chat_id_list": [group, "foreign"], "text": {"content": "投教"}}
    made = office.wecom.mass.create(body)
    assert made.failed == ("foreign",)
    assert [(one.userid, one.status) for one in office.wecom.mass.tasks(made.msgid)] == [(advisor, 0)]
    assert office.wecom.mass.results(made.msgid, advisor) == ()
    do(office, "tap_send", advisor, made.msgid)
    assert [(one.userid, one.status) for one in office.wecom.mass.tasks(made.msgid)] == [(advisor, 2)]
    assert [(one.target, one.status) for one in office.wecom.mass.results(made.msgid, advisor)] == [(group, 1)]
    assert received(office, group) == ["投教"]
    now = float(office.order("clock", {"advance": 0}))
    window = (datetime.fromtimestamp(now - 60, UTC), datetime.fromtimestamp(now + 60, UTC))
    assert [one.text for one in office.wecom.mass.recent("group", *window) if one.msgid == made.msgid] == ["投教"]


def test_a_mass_message_can_be_reminded_of_three_times_and_cancelled(office: Office, group: str, advisor: str) -> None:
    office.order("switches", {"dispatching": 60})
    body = {"chat_type": "group", "sender": advisor, "chat_id_list": [group], "text": {"content": "投教"}}
    msgid = office.wecom.mass.create(body).msgid
    with pytest.raises(Retry) as early:
        office.wecom.mass.tasks(msgid)
    assert (early.value.errcode, early.value.after) == (41063, 30)
    office.order("switches", {"dispatching": 0})
    for _ in range(3):
        office.wecom.mass.remind(msgid)
    assert refusal(lambda: office.wecom.mass.remind(msgid)) == 41094
    office.wecom.mass.cancel(msgid)
    assert refusal(lambda: office.wecom.mass.cancel(msgid)) == 41093


def test_a_group_robot_speaks_until_it_is_removed(office: Office, advisor: str) -> None:
    office.order("webhook", {"key": f"key-{advisor}", "name": f"内部群 {advisor}"})
    office.wecom.robots.send(f"key-{advisor}", TEXT)
    assert received(office, f"内部群 {advisor}") == ["您好"]
    office.order("webhook", {"key": f"key-{advisor}"})
    assert refusal(lambda: office.wecom.robots.send(f"key-{advisor}", TEXT)) == 93000


def test_a_robots_question_is_answered_by_its_url(near: Near) -> None:
    do(near, "hire", "adv", "林顾问")
    do(near, "say_to_aibot", "adv", "佣金怎么算")
    (code,) = near.company.response_urls
    url = f"{near.company.corp.base}/cgi-bin/aibot/response?response_code={code}"
    near.wecom.robots.reply(url, {"msgtype": "markdown", "markdown": {"content": "见费率表"}})
    assert received(near, "adv") == ["见费率表"]


def test_the_app_knows_itself_and_where_callbacks_come_from(office: Office, advisor: str) -> None:
    assert office.wecom.app.callback_ips() == ("127.0.0.*",)
    assert advisor in [one["userid"] for one in office.wecom.app.agent()["allow_userinfos"]["user"]]


def test_methods_wechatpy_brings_along_go_the_same_bounded_way(office: Office, advisor: str) -> None:
    assert office.wecom.session.user.get(advisor)["name"] == "林顾问"
    assert refusal(lambda: office.wecom.session.user.get("nobody")) == 60111
