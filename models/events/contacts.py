"""客户联系 callbacks: contacts, groups, tags, acquisition links (docs 92130, 92277, 97299)."""

from dataclasses import dataclass

from models.events.base import Event, wire


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEvent(Event):
    """About one employee and one customer."""

    employee_id: str = wire("UserID", "")
    member_id: str = wire("ExternalUserID", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendAdded(ContactEvent):
    """A customer and an employee became contacts; the welcome code lives 20 seconds."""

    state: str = wire("State", "")
    welcome_code: str = wire("WelcomeCode", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendHalfAdded(ContactEvent):
    """The customer added a member who needs no verification; the member has not added back."""

    state: str = wire("State", "")
    welcome_code: str = wire("WelcomeCode", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendEdited(ContactEvent):
    """Remark, tags or description changed in the client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendRemoved(ContactEvent):
    """Our employee deleted the customer."""

    source: str = wire("Source", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendLost(ContactEvent):
    """The customer deleted our employee: a churn signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(ContactEvent):
    """A hand-over to a new employee did not happen."""

    reason: str = wire("FailReason", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveApproved(ContactEvent):
    """The customer agreed to message archiving."""

    welcome_code: str = wire("WelcomeCode", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvent(Event):
    """About one customer group."""

    chat_id: str = wire("ChatId", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCreated(GroupEvent):
    """A customer group came into being; details must be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDismissed(GroupEvent):
    """A customer group is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanged(GroupEvent):
    """Owner, name or notice changed, or an update of a kind we do not know; details must be fetched."""

    detail: str = wire("UpdateDetail", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMembersChanged(GroupEvent):
    """People joined or left. The versions chain: a gap means a lost event and a full refetch."""

    joined: bool = False
    scene: str = wire("JoinScene", "")
    quit_scene: str = wire("QuitScene", "")
    member_ids: tuple[str, ...] = wire("MemChangeList.Item", ())
    last_version: str = wire("LastMemVer", "")
    version: str = wire("CurMemVer", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChanged(Event):
    """A corp tag or tag group was created, changed, deleted or re-ordered by a person."""

    change: str = wire("ChangeType", "")
    tag_type: str = wire("TagType", "")
    tag_id: str = wire("Id", "")
    strategy_id: str = wire("StrategyId", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionNotice(Event):
    """获客助手: quota, link and conversation notices."""

    change: str = wire("ChangeType", "")
    link_id: str = wire("LinkId", "")
    state: str = wire("State", "")
    employee_id: str = wire("UserID", "")
    member_id: str = wire("ExternalUserID", "")
    chat_key: str = wire("ChatKey", "")
    expire_at: str = wire("ExpireTime", "")
    expire_count: str = wire("ExpireQuotaNum", "")
