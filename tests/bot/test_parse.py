"""Every callback WeCom is known to send becomes one of our events; what is unknown is kept and reported."""

import json
from typing import Any

import pytest

from bot import parse
from models.events import app, contacts, kf, messages
from models.events.base import Event
from models.ledger import Evidence, Inbound
from tests.world import START, World

EVENTS: list[tuple[str, str, type[Event]]] = [
    *[(name, "", app.AppEntered) for name in ("subscribe", "unsubscribe", "enter_agent")],
    *[
        (name, "", app.MenuClicked)
        for name in (
            "click", "view", "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto",
            "pic_photo_or_album", "pic_weixin", "location_select",
        )
    ],
    ("LOCATION", "", app.LocationReported),
    ("template_card_event", "", app.CardClicked),
    ("template_card_menu_event", "", app.CardClicked),
    ("taskcard_click", "", app.TaskCardClicked),
    ("batch_job_result", "", app.BatchJobDone),
    *[("change_contact", change, app.EmployeeChanged) for change in ("create_user", "update_user", "delete_user")],
    *[("change_contact", change, app.DepartmentChanged) for change in ("create_party", "update_party", "delete_party")],
    ("change_contact", "update_tag", app.EmployeeTagChanged),
    ("msgaudit_notify", "", app.ArchiveRang),
    ("living_status_change", "", app.LiveChanged),
    *[
        (name, "", app.AppAtRisk)
        for name in (
            "close_inactive_agent", "reopen_inactive_agent", "inactive_alert", "low_active_alert", "low_active",
            "active_restored",
        )
    ],
    *[
        (name, "", app.PlatformNotice)
        for name in (
            "open_approval_change", "sys_approval_change", "share_agent_change", "share_chain_change",
            "switch_workbench_mode", "program_notify", "upload_media_job_finish", "change_domain_ip",
        )
    ],
    ("kf_msg_or_event", "", kf.KfRang),
    ("kf_account_auth_change", "", kf.KfAccountAuthorised),
    ("change_external_contact", "add_external_contact", contacts.FriendAdded),
    ("change_external_contact", "add_half_external_contact", contacts.FriendHalfAdded),
    ("change_external_contact", "edit_external_contact", contacts.FriendEdited),
    ("change_external_contact", "del_external_contact", contacts.FriendRemoved),
    ("change_external_contact", "del_follow_user", contacts.FriendLost),
    ("change_external_contact", "transfer_fail", contacts.TransferFailed),
    ("change_external_contact", "msg_audit_approved", contacts.ArchiveApproved),
    ("change_external_chat", "create", contacts.GroupCreated),
    ("change_external_chat", "dismiss", contacts.GroupDismissed),
    *[("change_external_tag", change, contacts.TagChanged) for change in ("create", "update", "delete", "shuffle")],
    *[
        ("customer_acquisition", change, contacts.AcquisitionNotice)
        for change in (
            "balance_low", "balance_exhausted", "balance_increased", "quota_expire_soon", "link_unavailable",
            "delete_link", "open_profile", "friend_request", "customer_start_chat", "message_from_customer",
            "del_follow_user",
        )
    ],
]  # fmt: skip


def read(source: str, data: dict[str, Any]) -> Event:
    return parse.event_of(source, "", json.dumps(data), "key", START)


def callback(event: str, change: str = "", **fields: Any) -> Event:
    return read(
        "wecom", {"MsgType": "event", "Event": event, "ChangeType": change, "CreateTime": "1767226000", **fields}
    )


@pytest.mark.parametrize(("name", "change", "expected"), EVENTS)
def test_each_known_callback_is_one_of_our_events(name: str, change: str, expected: type[Event]) -> None:
    for written in (name, name.upper()):  # compare case-insensitively
        found = callback(written, change)
        assert type(found) is expected
        assert found.at.timestamp() == 1767226000


GROUP_UPDATES = [
    ("add_member", contacts.GroupMembersChanged), ("del_member", contacts.GroupMembersChanged),
    ("change_owner", contacts.GroupChanged), ("change_name", contacts.GroupChanged),
    ("change_notice", contacts.GroupChanged), ("something_new", contacts.GroupChanged),
]  # fmt: skip


@pytest.mark.parametrize(("detail", "expected"), GROUP_UPDATES)
def test_a_group_update_is_told_by_its_detail_and_never_by_which_fields_are_there(
    detail: str, expected: type[Event]
) -> None:
    extra = {"JoinScene": "0", "MemChangeCnt": "1", "LastMemVer": "a", "CurMemVer": "b"}  # seen on a change_name too
    assert type(callback("change_external_chat", "update", ChatId="wr1", UpdateDetail=detail, **extra)) is expected


@pytest.mark.parametrize(("item", "expected"), [("wm1", ("wm1",)), (["wm1", "wm2"], ("wm1", "wm2")), ("", ())])
def test_one_joiner_or_several_or_none_read_alike(item: object, expected: tuple[str, ...]) -> None:
    found = callback("change_external_chat", "update", UpdateDetail="add_member", MemChangeList={"Item": item})
    assert isinstance(found, contacts.GroupMembersChanged)
    assert (found.member_ids, found.joined) == (expected, True)


@pytest.mark.parametrize("spelt", ["OptionIds", "OpitonIds"])
def test_both_spellings_of_chosen_options_are_read(spelt: str) -> None:
    one = spelt.removesuffix("s")
    chosen = {"SelectedItem": {"QuestionKey": "result", spelt: {one: ["called", "later"]}}}
    found = callback("template_card_event", TaskId="t", EventKey="ack", ResponseCode="R", SelectedItems=chosen)
    assert isinstance(found, app.CardClicked)
    assert found.selected == (("result", "called"), ("result", "later"))


KF_EVENTS = [
    ("enter_session", kf.KfEntered), ("msg_send_fail", kf.KfSendFailed),
    ("servicer_status_change", kf.KfServicerChanged), ("session_status_change", kf.KfSessionChanged),
    ("user_recall_msg", messages.MessageRecalled), ("servicer_recall_msg", messages.MessageRecalled),
    ("reject_customer_msg_switch_change", kf.KfRejectSwitched), ("born_tomorrow", messages.Unrecognised),
]  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), KF_EVENTS)
def test_each_event_of_a_kf_account_is_read_from_inside_its_event(name: str, expected: type[Event]) -> None:
    item = {"msgid": "m", "origin": 4, "msgtype": "event", "send_time": 1767226000, "event": {"event_type": name}}
    assert type(read("kf", item)) is expected


KF_KINDS = (
    "image", "voice", "video", "file", "location", "link", "business_card", "miniprogram", "channels",
    "channels_shop_product", "channels_shop_order", "merged_msg", "meeting", "schedule", "note",
)  # fmt: skip


@pytest.mark.parametrize("kind", KF_KINDS)
def test_pictures_and_cards_are_activity_and_never_a_question(kind: str) -> None:
    found = read("kf", {"msgid": "m", "origin": 3, "msgtype": kind, "external_userid": "wm1", kind: {}})
    assert isinstance(found, messages.MediaReceived)
    assert found.media == kind


def test_a_servicers_words_are_not_the_customers() -> None:
    item = {"msgid": "m", "origin": 5, "msgtype": "text", "external_userid": "wm1", "servicer_userid": "adv01"}
    assert isinstance(read("kf", {**item, "text": {"content": "您好"}}), kf.KfServicerSaid)


ARCHIVE = [
    ({"action": "send", "from": "wm1", "msgtype": "text", "text": {"content": "在吗"}}, messages.TextReceived),
    ({"action": "send", "from": "wm1", "msgtype": "image"}, messages.MediaReceived),
    ({"action": "recall", "from": "wm1", "msgtype": "revoke", "revoke": {"pre_msgid": "m0"}}, messages.MessageRecalled),
    ({"action": "send", "from": "wm1", "msgtype": "agree", "agree": {"userid": "wm1"}}, messages.ArchiveConsent),
    ({"action": "send", "from": "wm1", "msgtype": "disagree", "disagree": {"userid": "wm1"}}, messages.ArchiveConsent),
    ({"action": "switch", "user": "adv01"}, messages.Unrecognised),
]


@pytest.mark.parametrize(("record", "expected"), ARCHIVE)
def test_each_record_of_the_archive_is_read(record: dict[str, Any], expected: type[Event]) -> None:
    assert type(read("archive", {"msgid": "m", "msgtime": 1767226000123, **record})) is expected


ROBOT = [
    ({"msgtype": "text", "text": {"content": "@小助手 开户"}}, messages.TextReceived),
    ({"msgtype": "voice", "voice": {"content": "开户"}}, messages.TextReceived),
    (
        {"msgtype": "mixed", "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "开户"}}]}},
        messages.TextReceived,
    ),
    ({"msgtype": "image", "image": {"url": "u"}}, messages.MediaReceived),
    ({"msgtype": "event", "event": {"eventtype": "enter_chat"}}, messages.AibotEntered),
    (
        {"msgtype": "event", "event": {"eventtype": "feedback_event", "feedback_event": {"id": "f"}}},
        messages.AibotFeedback,
    ),
    ({"msgtype": "hologram"}, messages.Unrecognised),
]


@pytest.mark.parametrize(("data", "expected"), ROBOT)
def test_each_callback_of_the_robot_is_read(data: dict[str, Any], expected: type[Event]) -> None:
    assert type(read("aibot", {"msgid": "m", "from": {"userid": "adv01"}, **data})) is expected


CONFUSED = [
    {"MsgType": ["event"], "Event": {"a": "b"}}, {"MsgType": "event", "Event": ["x", "y"]},
    {"MsgType": "event", "Event": "kf_msg_or_event", "OpenKfId": {"x": "1"}, "Token": ["a"]},
    {"MsgType": "text", "FromUserName": {"x": "1"}, "Content": ["a"], "CreateTime": "10000000000000000000"},
    {"MsgType": "event", "Event": "change_external_chat", "ChangeType": "update", "UpdateDetail": ["add_member"]},
    {"MsgType": "event", "Event": "template_card_event", "SelectedItems": "none"}, {}, {"MsgType": None},
]  # fmt: skip


@pytest.mark.parametrize("data", CONFUSED)
def test_lists_and_groups_where_text_belongs_break_nothing(data: dict[str, Any]) -> None:
    assert read("wecom", data).key == "key"


def test_an_unknown_callback_is_kept_whole_and_reported(sqlite_world: World) -> None:
    world = sqlite_world
    world.people._event({"Event": "moon_landing", "ChangeType": "begun", "Detail": "42"})
    world.settle()
    kept = world.rows(Inbound.kind == "moon_landing/begun", of=Inbound)
    assert [(row.state, json.loads(row.body)["Detail"]) for row in kept] == [("done", "42")]
    assert len(world.rows(Evidence.kind == "unrecognised", of=Evidence)) == 1
