"""What the referral programme, its clock and its pages put into the inbox."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteClicked(Event):
    """Somebody WeCom named (OAuth) followed an invitation's link."""

    member_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationWanted(Event):
    """A member asked for an invitation on their page."""

    member_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationsAged(Event):
    """Time to give contact ways of expired invitations back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneReached(Event):
    """A member learned something (LIVE, QUIZ, LEARNED, WELCOME7) or passed a compliance mark (TESTED, OPENED)."""

    member_id: str
    milestone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsDue(Event):
    """A hold is over or points are too old."""

    member_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InviterLooked(Event):
    """The nightly second look of the fraud screen at one inviter's open referrals."""

    inviter_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteBroken(Event):
    """A referral was rejected or taken back, and its inviter can be told now."""

    referral_id: int


EVENTS: tuple[type[Event], ...] = (
    InviteClicked, InvitationWanted, InvitationsAged, MilestoneReached, PointsDue, InviterLooked,
    InviteBroken,
)  # fmt: skip
"""All of them, for the table of internal events."""
