"""The API by path: (company, query, body) -> the answer's fields, or ApiError."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.api import (
    app,
    cards,
    contacts,
    groups,
    intercept,
    kf,
    kf_sessions,
    living,
    mass,
    media,
    messages,
    oauth,
    robots,
    tags,
    ways,
)
from simulator.company import Company

Query = Mapping[str, str]
Call = Callable[[Company, Query, dict[str, Any]], dict[str, Any]]

OPEN: dict[str, Call] = {
    "gettoken": lambda company, query, _body: app.token(company, query),
    "aibot/response": robots.response,
    "webhook/send": robots.webhook,
}
"""Paths that need no token."""

PATHS: dict[str, Call] = {
    "agent/get": app.agent,
    "getcallbackip": app.callback_ips,
    "auth/getuserinfo": oauth.visitor,
    "user/get": app.user,
    "user/simplelist": app.users,
    "message/send": messages.send,
    "message/update_template_card": cards.update,
    "message/recall": messages.recall,
    "media/upload": media.upload,
    "kf/sync_msg": kf.sync,
    "kf/send_msg": kf.send,
    "kf/send_msg_on_event": kf.send_on_event,
    "kf/service_state/get": kf_sessions.state,
    "kf/service_state/trans": kf_sessions.transfer,
    "kf/account/list": kf_sessions.accounts,
    "kf/servicer/list": kf_sessions.servicers,
    "kf/add_contact_way": kf_sessions.contact_way,
    "kf/customer/batchget": kf_sessions.customers,
    "externalcontact/send_welcome_msg": contacts.welcome,
    "externalcontact/get": contacts.customer,
    "externalcontact/list": contacts.listing,
    "externalcontact/get_follow_user_list": contacts.follow_users,
    "externalcontact/batch/get_by_user": contacts.by_users,
    "externalcontact/remark": contacts.remark,
    "externalcontact/mark_tag": contacts.mark_tag,
    "externalcontact/get_corp_tag_list": tags.listing,
    "externalcontact/add_corp_tag": tags.add,
    "externalcontact/edit_corp_tag": tags.edit,
    "externalcontact/del_corp_tag": tags.delete,
    "externalcontact/add_contact_way": ways.add,
    "externalcontact/get_contact_way": ways.get,
    "externalcontact/update_contact_way": ways.update,
    "externalcontact/del_contact_way": ways.delete,
    "externalcontact/list_contact_way": ways.listing,
    "externalcontact/groupchat/list": groups.list_groups,
    "externalcontact/groupchat/get": groups.get,
    "externalcontact/groupchat/add_join_way": ways.add_join,
    "externalcontact/groupchat/get_join_way": ways.get_join,
    "externalcontact/groupchat/update_join_way": ways.update_join,
    "externalcontact/groupchat/del_join_way": ways.delete_join,
    "externalcontact/group_welcome_template/add": groups.add_template,
    "externalcontact/group_welcome_template/get": groups.get_template,
    "externalcontact/group_welcome_template/del": groups.delete_template,
    "externalcontact/add_msg_template": mass.create,
    "externalcontact/get_groupmsg_list_v2": mass.recent,
    "externalcontact/get_groupmsg_task": mass.tasks,
    "externalcontact/get_groupmsg_send_result": mass.results,
    "externalcontact/remind_groupmsg_send": mass.remind,
    "externalcontact/cancel_groupmsg_send": mass.cancel,
    "living/create": living.create,
    "living/cancel": living.cancel,
    "living/get_watch_stat": living.watch_stat,
    "externalcontact/add_intercept_rule": intercept.add,
    "externalcontact/get_intercept_rule_list": intercept.listing,
    "externalcontact/get_intercept_rule": intercept.get,
    "externalcontact/update_intercept_rule": intercept.update,
    "externalcontact/del_intercept_rule": intercept.delete,
}
