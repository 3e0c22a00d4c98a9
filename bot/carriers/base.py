"""What every carrier gets and gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from bot.inbox import Arrival
from gateways.archive import Archive
from gateways.wecom.api import WeCom
from models.actions import Action
from models.work import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """What a carrier works with: WeCom, the message archive, and the database for what it pulls in."""

    wecom: WeCom
    archive: Archive
    db: Database


@dataclass(frozen=True, slots=True)
class Done:
    """Carried out. `provider_id` is the platform's own id; `arrivals` are the outcome as events."""

    provider_id: str = ""
    arrivals: tuple[Arrival, ...] = field(default=())


class Unresolved(Exception):
    """It may have happened and nobody can tell: a person has to look. The text says where."""


Carrier = Callable[[Any, Row[Any], Desk], Done]
"""(action, its row, desk) -> Done. Raises Retry, Refused, Unknown (gateways.wecom.errors) or Unresolved."""

__all__ = ["Action", "Carrier", "Desk", "Done", "Unresolved"]
