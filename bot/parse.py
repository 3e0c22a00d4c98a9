"""Opened WeCom fields -> our events: one generic reader, and tables of what WeCom calls things."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from models.events import alert, app, broadcast, contacts, internal, kf, live, members, messages, opinion, referral
from models.events.base import Event, load
from models.member import is_customer

Fields = Mapping[str, Any]

CALLBACKS: dict[tuple[str, str], type[Event]] = {
    ("subscribe", ""): app.AppEntered,
    ("unsubscribe", ""): app.AppEntered,
    ("enter_agent", ""): app.AppEntered,
    ("click", ""): app.MenuClicked,
    ("view", ""): app.MenuClicked,
    ("view_miniprogram", ""): app.MenuClicked,
    ("scancode_push", ""): app.MenuClicked,
    ("scancode_waitmsg", ""): app.MenuClicked,
    ("pic_sysphoto", ""): app.MenuClicked,
    ("pic_photo_or_album", ""): app.MenuClicked,
    ("pic_weixin", ""): app.MenuClicked,
    ("location_select", ""): app.MenuClicked,
    ("location", ""): app.LocationReported,
    ("template_card_event", ""): app.CardClicked,
    ("template_card_menu_event", ""): app.CardClicked,
    ("taskcard_click", ""): app.TaskCardClicked,
    ("batch_job_result", ""): app.BatchJobDone,
    ("change_contact", "create_user"): app.EmployeeChanged,
    ("change_contact", "update_user"): app.EmployeeChanged,
    ("change_contact", "delete_user"): app.EmployeeChanged,
    ("change_contact", "create_party"): app.DepartmentChanged,
    ("change_contact", "update_party"): app.DepartmentChanged,
    ("change_contact", "delete_party"): app.DepartmentChanged,
    ("change_contact", "update_tag"): app.EmployeeTagChanged,
    ("msgaudit_notify", ""): app.ArchiveRang,
    ("living_status_change", ""): app.LiveChanged,
    ("close_inactive_agent", ""): app.AppAtRisk,
    ("reopen_inactive_agent", ""): app.AppAtRisk,
    ("inactive_alert", ""): app.AppAtRisk,
    ("low_active_alert", ""): app.AppAtRisk,
    ("low_active", ""): app.AppAtRisk,
    ("active_restored", ""): app.AppAtRisk,
    ("open_approval_change", ""): app.PlatformNotice,
    ("sys_approval_change", ""): app.PlatformNotice,
    ("share_agent_change", ""): app.PlatformNotice,
    ("share_chain_change", ""): app.PlatformNotice,
    ("switch_workbench_mode", ""): app.PlatformNotice,
    ("program_notify", ""): app.PlatformNotice,
    ("upload_media_job_finish", ""): app.PlatformNotice,
    ("change_domain_ip", ""): app.PlatformNotice,
    ("kf_msg_or_event", ""): kf.KfRang,
    ("kf_account_auth_change", ""): kf.KfAccountAuthorised,
    ("change_external_contact", "add_external_contact"): contacts.FriendAdded,
    ("change_external_contact", "add_half_external_contact"): contacts.FriendHalfAdded,
    ("change_external_contact", "edit_external_contact"): contacts.FriendEdited,
    ("change_external_contact", "del_external_contact"): contacts.FriendRemoved,
    ("change_external_contact", "del_follow_user"): contacts.FriendLost,
    ("change_external_contact", "transfer_fail"): contacts.TransferFailed,
    ("change_external_contact", "msg_audit_approved"): contacts.ArchiveApproved,
    ("change_external_chat", "create"): contacts.GroupCreated,
    ("change_external_chat", "dismiss"): contacts.GroupDismissed,
    ("change_external_chat", "update"): contacts.GroupChanged,
}
WHOLE_FAMILIES: dict[str, type[Event]] = {
    "change_external_tag": contacts.TagChanged,
    "customer_acquisition": contacts.AcquisitionNotice,
}
"""Families whose every ChangeType is one of our events."""

INTERNAL: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        internal.PushDue, internal.LiveReminderDue, internal.AlertOverdue, internal.MassCheckDue, internal.PlanHalted,
        internal.PullDue, internal.MassCreated, internal.MassChecked, internal.CardSent, internal.GroupFetched,
        internal.CustomerFetched, internal.WayCreated, internal.MediaUploaded, internal.SendFailed,
        internal.ReferralChecked, internal.TrialWanted,
        internal.GlassBroken, *members.EVENTS, *referral.EVENTS, *live.EVENTS, *broadcast.EVENTS,
        contacts.FriendAdded, contacts.FriendRemoved, contacts.GroupCreated, contacts.GroupDismissed,
        opinion.IncidentOverdue, opinion.IncidentStepDone, opinion.IncidentDismissed,
        alert.SignalSeen, alert.AlertAnswered, alert.AlertClosed, alert.CopiesDue,
        internal.KfMoved, internal.KfStateRead, internal.KfServicersRead, internal.KfTakenOver, internal.ReplyWithheld,
    )
}  # fmt: skip
"""Events we put into the inbox ourselves, by the name kept in the row."""


def event_of(source: str, kind: str, body: str, key: str, received_at: datetime) -> Event:
    """The event in an inbox row. ValueError, KeyError or TypeError for a body that cannot be read."""
    data = json.loads(body)
    reader = READERS.get(source)
    if reader is None:
        return load(INTERNAL[kind], data, key)
    return reader(data, key, received_at)


def callback(data: Fields, key: str, received_at: datetime) -> Event:
    """An XML callback of app, customer contact or KF."""
    at = _seconds(data.get("CreateTime"), received_at)
    if _text(data.get("MsgType")).lower() != "event":
        return _app_message(data, key, at)
    name, change = _text(data.get("Event")).lower(), _text(data.get("ChangeType")).lower()
    kind = CALLBACKS.get((name, change)) or CALLBACKS.get((name, "")) or WHOLE_FAMILIES.get(name)
    if kind is None:
        return messages.Unrecognised(key=key, at=at, source="wecom", name=f"{name}/{change}".strip("/")[:60])
    if kind is contacts.GroupChanged and data.get("UpdateDetail") in ("add_member", "del_member"):
        joined = data["UpdateDetail"] == "add_member"
        return _filled(contacts.GroupMembersChanged, data, key, at, joined=joined)
    if kind is app.CardClicked:
        return _filled(kind, data, key, at, selected=_selected(data))
    return _filled(kind, data, key, at)


def _app_message(data: Fields, key: str, at: datetime) -> Event:
    who, kind = _text(data.get("FromUserName")), _text(data.get("MsgType")).lower()
    if kind == "text":
        text = _text(data.get("Content"))
        return messages.TextReceived(key=key, at=at, member_id=who, channel="app", text=text, customer=False)
    return messages.MediaReceived(key=key, at=at, member_id=who, channel="app", media=kind, customer=False)


def kf_message(item: Fields, key: str, received_at: datetime) -> Event:
    """One item of sync_msg's msg_list. Origin 3 customer, 4 event, 5 servicer (doc 94670)."""
    at = _seconds(item.get("send_time"), received_at)
    if item.get("msgtype") == "event":
        return _kf_event(item.get("event") or {}, key, at)
    member, account = _text(item.get("external_userid")), _text(item.get("open_kfid"))
    if item.get("origin") == 5:
        servicer, words = _text(item.get("servicer_userid")), _text((item.get("text") or {}).get("content"))
        said = words or f"[{_text(item.get('msgtype'))}]"
        return kf.KfServicerSaid(key=key, at=at, open_kfid=account, member_id=member, servicer=servicer, text=said)
    if item.get("msgtype") == "text":
        text = item.get("text") or {}
        return messages.TextReceived(
            key=key, at=at, member_id=member, channel="kf", open_kfid=account,
            text=_text(text.get("content")), menu_id=_text(text.get("menu_id")),
        )  # fmt: skip
    media = _text(item.get("msgtype"))
    return messages.MediaReceived(key=key, at=at, member_id=member, channel="kf", media=media, open_kfid=account)


def _kf_event(event: Fields, key: str, at: datetime) -> Event:
    def text(name: str) -> str:
        return _text(event.get(name))

    account, member, name = text("open_kfid"), text("external_userid"), text("event_type")
    if name == "enter_session":
        return kf.KfEntered(
            key=key, at=at, member_id=member, open_kfid=account, scene=text("scene"),
            scene_param=text("scene_param"), welcome_code=text("welcome_code"),
        )  # fmt: skip
    if name == "msg_send_fail":
        failed, why = text("fail_msgid"), _number(event.get("fail_type"))
        return kf.KfSendFailed(key=key, at=at, open_kfid=account, member_id=member, failed_msgid=failed, fail_type=why)
    if name == "servicer_status_change":
        status = _number(event.get("status"))
        return kf.KfServicerChanged(key=key, at=at, open_kfid=account, servicer=text("servicer_userid"), status=status)
    if name == "session_status_change":
        return kf.KfSessionChanged(
            key=key, at=at, open_kfid=account, member_id=member, change=_number(event.get("change_type")),
            old_servicer=text("old_servicer_userid"), new_servicer=text("new_servicer_userid"),
            msg_code=text("msg_code"),
        )  # fmt: skip
    if name in ("user_recall_msg", "servicer_recall_msg"):
        recalled = f"kf:{text('recall_msgid')}"[:80]
        return messages.MessageRecalled(
            key=key, at=at, channel="kf", recalled=recalled, member_id=member, where=account
        )
    if name == "reject_customer_msg_switch_change":
        rejected = _number(event.get("reject_switch"))
        return kf.KfRejectSwitched(key=key, at=at, open_kfid=account, member_id=member, rejected=rejected)
    return messages.Unrecognised(key=key, at=at, source="kf", name=name[:60])


def archive_message(item: Fields, key: str, received_at: datetime) -> Event:
    """One decrypted record of 会话内容存档 (doc 91774). `msgtime` is in milliseconds."""
    at = _seconds(_number(item.get("msgtime") or item.get("time")) / 1000, received_at)
    who, kind = _text(item.get("from")), _text(item.get("msgtype"))
    customer = is_customer(who)
    if item.get("action") == "recall":
        recalled, room = _text((item.get("revoke") or {}).get("pre_msgid")), _text(item.get("roomid"))
        return messages.MessageRecalled(
            key=key, at=at, channel="group", recalled=f"ar:{recalled}"[:80], member_id=who, where=room
        )
    if kind in ("agree", "disagree"):
        who = _text((item.get(kind) or {}).get("userid")) or who
        return messages.ArchiveConsent(key=key, at=at, member_id=who, agreed=kind == "agree")
    if item.get("action") == "switch" or not who:
        return messages.Unrecognised(key=key, at=at, source="archive", name=_text(item.get("action"))[:60])
    chat = _text(item.get("roomid"))
    if kind == "text":
        text = _text((item.get("text") or {}).get("content"))
        return messages.TextReceived(
            key=key, at=at, member_id=who, channel="group", chat_id=chat, text=text, customer=customer,
            mentioned="@" in text,
        )  # fmt: skip
    return messages.MediaReceived(
        key=key, at=at, member_id=who, channel="group", chat_id=chat, media=kind, customer=customer
    )


def aibot(data: Fields, key: str, received_at: datetime) -> Event:
    """A 智能机器人 callback (docs 100719, 101027). Messages carry no timestamp of their own."""
    at = _seconds(data.get("create_time"), received_at)
    who, kind = _text((data.get("from") or {}).get("userid")), _text(data.get("msgtype"))
    chat, url = _text(data.get("chatid")), _text(data.get("response_url"))
    if kind == "event":
        return _aibot_event(data.get("event") or {}, key, at, who)
    if kind in ("text", "voice", "mixed"):
        return messages.TextReceived(
            key=key, at=at, member_id=who, channel="aibot", text=_spoken(data, kind), customer=False,
            chat_id=chat, response_url=url, mentioned=True,
        )  # fmt: skip
    if kind in ("image", "file", "video"):
        return messages.MediaReceived(
            key=key, at=at, member_id=who, channel="aibot", media=kind, customer=False, chat_id=chat
        )
    return messages.Unrecognised(key=key, at=at, source="aibot", name=kind[:60])


def _aibot_event(event: Fields, key: str, at: datetime, who: str) -> Event:
    name = _text(event.get("eventtype"))
    if name == "enter_chat":
        return messages.AibotEntered(key=key, at=at, member_id=who)
    if name == "feedback_event":
        said = event.get("feedback_event") or {}
        verdict = _number(said.get("type"))
        return messages.AibotFeedback(key=key, at=at, member_id=who, feedback_id=_text(said.get("id")), verdict=verdict)
    return messages.Unrecognised(key=key, at=at, source="aibot", name=name[:60])


def _spoken(data: Fields, kind: str) -> str:
    if kind == "mixed":
        items = (data.get("mixed") or {}).get("msg_item") or []
        return " ".join(_text((one.get("text") or {}).get("content")) for one in items if one.get("msgtype") == "text")
    return _text((data.get(kind) or {}).get("content"))


READERS: dict[str, Callable[[Fields, str, datetime], Event]] = {
    "wecom": callback,
    "kf": kf_message,
    "archive": archive_message,
    "aibot": aibot,
}


def _filled(kind: type[Event], data: Fields, key: str, at: datetime, **more: Any) -> Event:
    """The event with each `wire` field taken from the callback; absent ones keep their default."""
    given: dict[str, Any] = {"key": key, "at": at, **more}
    for one in fields(kind):
        wire = one.metadata.get("wire")
        if wire:
            many = isinstance(one.default, tuple)
            given[one.name] = _many(_descend(data, wire)) if many else _text(_descend(data, wire))
    return kind(**given)


def _descend(data: Any, path: str) -> Any:
    for name in path.split("."):
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _selected(data: Fields) -> tuple[tuple[str, str], ...]:
    """(question, option) pairs. WeCom is seen to spell OptionIds and OpitonIds; both are read."""
    items = _descend(data, "SelectedItems.SelectedItem")
    pairs = []
    for item in items if isinstance(items, list) else [items] if items else []:
        ids = item.get("OptionIds") or item.get("OpitonIds") or {}
        options = ids.get("OptionId") or ids.get("OpitonId") if isinstance(ids, Mapping) else None
        pairs += [(_text(item.get("QuestionKey")), one) for one in _many(options)]
    return tuple(pairs)


def _many(value: Any) -> tuple[str, ...]:
    """One, several or none: a single child arrives as text, several as a list."""
    if value in (None, ""):
        return ()
    return tuple(_text(one) for one in value) if isinstance(value, list) else (_text(value),)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _seconds(value: Any, otherwise: datetime) -> datetime:
    """Unix seconds as a time; the moment of arrival where WeCom gives none or nonsense."""
    seconds = _number(value)
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 4_102_444_800 else otherwise
