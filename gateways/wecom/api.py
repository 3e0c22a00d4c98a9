"""What the product asks of WeCom, and nothing more: families of calls over one bounded session."""

from collections.abc import Callable
from dataclasses import dataclass

from gateways.store import Store
from gateways.wecom.contacts import Contacts
from gateways.wecom.extras import App, MediaFiles, Robots
from gateways.wecom.groups import Groups
from gateways.wecom.intercepts import Intercepts
from gateways.wecom.kf import Kf
from gateways.wecom.living import Living
from gateways.wecom.mass import Mass
from gateways.wecom.messages import Messages
from gateways.wecom.moments import Moments
from gateways.wecom.session import Credentials, Session
from gateways.wecom.tags import Tags
from gateways.wecom.tickets import Tickets
from gateways.wecom.transport import Transport

__all__ = ["Credentials", "WeCom", "connect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeCom:
    """One self-built app's API."""

    session: Session
    messages: Messages
    kf: Kf
    contacts: Contacts
    groups: Groups
    tags: Tags
    intercepts: Intercepts
    living: Living
    mass: Mass
    moments: Moments
    media: MediaFiles
    robots: Robots
    app: App
    tickets: Tickets


def connect(
    credentials: Credentials, transport: Transport, store: Store, clock: Callable[[], float], timeout: float = 8.0
) -> WeCom:
    """Families over one session; no network yet."""
    session = Session(credentials, transport, store, clock, timeout)
    return WeCom(
        session=session, messages=Messages(session), kf=Kf(session), contacts=Contacts(session), groups=Groups(session),
        tags=Tags(session), intercepts=Intercepts(session), living=Living(session),
        mass=Mass(session), moments=Moments(session), media=MediaFiles(session), robots=Robots(session),
        app=App(session), tickets=Tickets(session, store, clock),
    )  # fmt: skip
