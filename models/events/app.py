"""Callbacks of the self-built app other than messages (docs 90240, 90970, 94145)."""

from dataclasses import dataclass

from models.events.base import Event, wire


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeEvent(Event):
    """About one employee using the app."""

    employee_id: str = wire("FromUserName", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppEntered(EmployeeEvent):
    """An employee opened the app (enter_agent), subscribed or unsubscribed."""

    change: str = wire("Event", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuClicked(EmployeeEvent):
    """A menu entry: click, view, view_miniprogram, scan, picture or location chooser."""

    change: str = wire("Event", "")
    menu_key: str = wire("EventKey", "")
    scan_result: str = wire("ScanCodeInfo.ScanResult", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationReported(EmployeeEvent):
    """An employee's position; received, never stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardClicked(EmployeeEvent):
    """A button of a template card. The response code is good once, for 72 hours (doc 94945)."""

    task_id: str = wire("TaskId", "")
    button: str = wire("EventKey", "")
    card_type: str = wire("CardType", "")
    response_code: str = wire("ResponseCode", "")
    selected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCardClicked(EmployeeEvent):
    """The legacy task card."""

    task_id: str = wire("TaskId", "")
    button: str = wire("EventKey", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchJobDone(Event):
    """An asynchronous contact job or export ended."""

    job_id: str = wire("BatchJob.JobId", "")
    job_type: str = wire("BatchJob.JobType", "")
    errcode: str = wire("BatchJob.ErrCode", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeChanged(Event):
    """通讯录: an employee was created, changed or deleted."""

    change: str = wire("ChangeType", "")
    employee_id: str = wire("UserID", "")
    new_id: str = wire("NewUserID", "")
    status: str = wire("Status", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentChanged(Event):
    """通讯录: a department was created, changed or deleted."""

    change: str = wire("ChangeType", "")
    department_id: str = wire("Id", "")
    parent_id: str = wire("ParentId", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeTagChanged(Event):
    """通讯录: members of an employee tag changed."""

    tag_id: str = wire("TagId", "")
    added: str = wire("AddUserItems", "")
    removed: str = wire("DelUserItems", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRang(Event):
    """New messages lie in the archive: a doorbell, at most every 15 seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChanged(EmployeeEvent):
    """A live stream made by the API: 0 booked, 1 live, 2 ended, 4 cancelled."""

    living_id: str = wire("LivingId", "")
    status: str = wire("Status", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAtRisk(Event):
    """WeCom is about to disable, disabled or re-enabled the app: must page an operator."""

    change: str = wire("Event", "")
    effect_at: str = wire("EffectTime", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformNotice(Event):
    """Approval, shared app, workbench mode, zone program, media job, domain address: noted for operators."""

    change: str = wire("Event", "")
    ref: str = wire("JobId", "")
