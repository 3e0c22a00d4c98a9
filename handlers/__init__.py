"""Every use case, in the order in which it is tried. The only registration there is.

ROUTES carries no annotation on purpose: with one, the type checkers no longer pair a handler with its event.
"""

from handlers import (
    activity,
    alert,
    answer_alert,
    break_glass,
    consent,
    directory,
    escalation,
    faq,
    fraud,
    invite,
    kf,
    live,
    milestone,
    opinion,
    points,
    portrait,
    push,
    referral,
    rfm,
    welcome,
)
from handlers.route import Route
from models.events import alert as alerts
from models.events import app, contacts, internal, members, messages
from models.events import directory as synced
from models.events import kf as kf_events
from models.events import opinion as opinions
from models.events import portrait as portraits
from models.events import referral as referral_events

ROUTES = (
    # Who is who
    Route(contacts.FriendAdded, directory.friend_added),
    Route(contacts.FriendRemoved, directory.friend_removed),
    Route(contacts.FriendLost, directory.friend_lost),
    Route(contacts.GroupCreated, directory.group_created),
    Route(contacts.GroupDismissed, directory.group_dismissed),
    Route(contacts.GroupChanged, directory.group_changed),
    Route(contacts.GroupMembersChanged, directory.members_changed),
    Route(internal.GroupFetched, directory.group_fetched),
    Route(internal.CustomerFetched, directory.customer_fetched),
    Route(app.EmployeeChanged, directory.employee_changed),
    Route(synced.EmployeeFetched, directory.employee_fetched),
    Route(synced.StaffListed, directory.staff_listed),
    Route(synced.ContactsListed, directory.contacts_listed),
    Route(synced.ContactsClosed, directory.contacts_closed),
    Route(synced.GroupsListed, directory.groups_listed),
    # Portraits and tags
    Route(messages.TextReceived, portrait.talked),
    Route(portraits.PortraitsDue, portrait.due),
    Route(portraits.TagsDue, portrait.tags_due),
    Route(portraits.TagsListed, portrait.listed),
    Route(portraits.TagsMarked, portrait.marked),
    Route(contacts.TagChanged, portrait.changed),
    Route(contacts.FriendEdited, portrait.edited),
    # Observers, which always run
    Route(messages.TextReceived, activity.spoke),
    Route(messages.MediaReceived, activity.shared),
    Route(kf_events.KfEntered, activity.entered),
    Route(contacts.FriendAdded, activity.befriended),
    Route(contacts.GroupMembersChanged, activity.moved),
    Route(members.ActivitySeen, activity.seen),
    Route(members.ActivitiesSeen, activity.watched),
    Route(contacts.FriendAdded, referral.attribute),
    Route(contacts.GroupMembersChanged, referral.group_joined),
    Route(internal.GroupFetched, referral.group_read),
    Route(kf_events.KfEntered, referral.kf_entered),
    Route(referral_events.InviteClicked, referral.clicked),
    Route(internal.CustomerFetched, referral.identified),
    Route(messages.TextReceived, milestone.interacted),
    Route(contacts.FriendLost, milestone.left),
    Route(contacts.FriendRemoved, milestone.left),
    Route(contacts.GroupMembersChanged, milestone.group_left),
    Route(internal.ReferralChecked, milestone.check),
    Route(referral_events.MilestoneReached, milestone.reached),
    Route(referral_events.PointsDue, milestone.points_due),
    Route(referral_events.InviterLooked, fraud.look_again),
    Route(members.ActivitySeen, milestone.seen),
    Route(internal.WayCreated, invite.way_created),
    Route(referral_events.InvitationWanted, invite.wanted),
    Route(referral_events.InvitationsAged, invite.clean_up),
    Route(messages.TextReceived, alert.watch),
    Route(messages.TextReceived, opinion.watch),
    Route(contacts.FriendLost, alert.contact_lost),
    # Greetings
    Route(contacts.FriendAdded, welcome.greet),
    Route(kf_events.KfEntered, welcome.greet_in_kf),
    Route(contacts.GroupMembersChanged, welcome.group_joined),
    Route(kf_events.KfSessionChanged, kf.session_changed),
    Route(kf_events.KfServicerSaid, kf.servicer_said),
    Route(internal.SendFailed, kf.hand_over_failed),
    # Repliers: the first that has something to say
    Route(messages.TextReceived, consent.listen, replies=True),
    Route(messages.TextReceived, points.asked, replies=True),
    Route(messages.TextReceived, opinion.first_reply, replies=True),
    Route(messages.TextReceived, faq.answer, replies=True),
    Route(messages.TextReceived, rfm.withdrawn),
    # Tiers
    Route(members.TierReviewDue, rfm.review_due),
    Route(members.ServiceTasksDue, rfm.tasks_due),
    # Doorbells and sessions
    Route(kf_events.KfRang, kf.rang),
    Route(app.ArchiveRang, kf.archive_rang),
    Route(internal.PullDue, kf.pull_due),
    # Advisors
    Route(messages.TextReceived, alert.repeated),
    Route(alerts.SignalSeen, alert.signal_seen),
    Route(app.CardClicked, opinion.clicked),
    Route(opinions.IncidentStepDone, opinion.step_done),
    Route(opinions.IncidentDismissed, opinion.dismissed),
    Route(opinions.IncidentOverdue, opinion.overdue),
    Route(app.CardClicked, answer_alert.clicked),
    Route(alerts.AlertAnswered, answer_alert.answered),
    Route(alerts.AlertClosed, answer_alert.closed),
    Route(internal.CardSent, answer_alert.card_sent),
    Route(internal.SendFailed, escalation.card_failed),
    Route(internal.AlertOverdue, escalation.overdue),
    Route(alerts.CopiesDue, escalation.copies_due),
    Route(internal.GlassBroken, break_glass.tell),
    # The calendar
    Route(internal.PushDue, push.fire),
    Route(internal.LiveReminderDue, live.remind),
    Route(internal.MassCreated, push.tasked),
    Route(internal.MassCheckDue, push.check_due),
    Route(internal.MassChecked, push.checked),
    Route(internal.PlanHalted, push.halted),
    Route(internal.SendFailed, push.failed),
)
