"""How each action is carried out, one file per channel; CARRIERS is the whole registration."""

from bot.carriers import app, contact, directory, kf, mass, pull, tags
from bot.carriers.base import Carrier

CARRIERS: dict[str, Carrier] = {
    "SendWelcome": contact.welcome,
    "AddWay": contact.add_way,
    "DropWay": contact.drop_way,
    "FetchCustomer": contact.fetch_customer,
    "FetchGroup": contact.fetch_group,
    "SendKfWelcome": kf.welcome,
    "SendKf": kf.send,
    "TransferKf": kf.transfer,
    "ReadKfState": kf.read_state,
    "ReadKfServicers": kf.read_servicers,
    "ListKfAccounts": kf.list_accounts,
    "PullKf": pull.kf,
    "PullArchive": pull.archive,
    "FetchTags": tags.fetch,
    "AddTags": tags.add,
    "MarkTags": tags.mark,
    "DrawOn": tags.draw_on,
    "CompareDirectory": directory.compare,
    "FetchEmployee": directory.fetch_employee,
    "CompareContacts": directory.contacts,
    "CloseContacts": directory.close,
    "CompareGroups": directory.groups,
    "SendApp": app.send_text,
    "SendCard": app.send_card,
    "UpdateCard": app.update_card,
    "ReplyAibot": app.reply_aibot,
    "CreateMass": mass.create,
    "CheckMass": mass.check,
    "RemindMass": mass.remind,
    "CancelMass": mass.cancel,
}
