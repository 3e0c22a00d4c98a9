"""The ways of an invitation: to an advisor, into a group, to 微信客服; and telling inviters what did not count."""

from datetime import timedelta

from models.referral import Invitation, Referral
from models.register import GroupRecord
from tests.world import World


def entered(world: World, *, invites: bool) -> None:
    """The group stands in the register."""
    today = world.hands.now.date()
    with world.product.db.work() as work:
        work.session.add(GroupRecord(
            chat_id=world.group, owner_id="op01", officer="op01", purpose="投教", review_on=today + timedelta(days=90),
            by="甲", at=work.now, invites=invites,
        ))  # fmt: skip


def test_an_invitation_leads_into_the_groups_entered_for_it_and_into_customer_service(sqlite_world: World) -> None:
    world = sqlite_world
    entered(world, invites=True)
    inviter = world.friend("邀请人")
    world.invitation(inviter)
    own = world.rows(of=Invitation)[0]
    way = world.company.join_ways[own.join_config_id]
    assert (way["chat_id_list"], way["state"], way["auto_create_room"]) == ([world.group], own.state, 0)
    assert own.kf_url.endswith(f"&scene_param={own.state}")
    by_group, by_kf = world.people.meet("群里来的"), world.people.meet("先问一问的")
    world.people.join_group(by_group, via=own.join_config_id)
    world.people.open_kf(by_kf, "invite", own.state)
    world.settle()
    world.forward(minutes=1)
    assert {one.invitee_id: one.status for one in world.rows(of=Referral)} == {by_group: "JOINED", by_kf: "INVITED"}
    asked = world.company.calls["kf/add_contact_way"]
    second = world.friend("另一位")
    world.invitation(second)
    assert world.rows(of=Invitation)[1].kf_url.partition("&")[0] == own.kf_url.partition("&")[0]
    assert world.company.calls["kf/add_contact_way"] == asked == 1


def test_a_group_not_entered_for_it_is_no_way_in_and_old_ways_go_back_to_the_quota(sqlite_world: World) -> None:
    world = sqlite_world
    entered(world, invites=False)
    world.invitation(world.friend("邀请人"))
    assert world.company.join_ways == {}
    world.edit(GroupRecord, world.group, invites=True, review_on=world.hands.now.date() + timedelta(days=365))
    world.invitation(world.friend("后来的"))
    assert len(world.company.join_ways) == 1
    world.forward(days=92)
    assert (world.company.join_ways, world.company.ways) == ({}, {})


def test_an_inviter_is_told_why_an_invitation_does_not_count_when_they_can_be_told(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    invitee = world.friend("受邀人", via=world.invitation(inviter))
    world.member_says("怎么开户？", by=invitee)
    world.forward(days=10)
    world.deletes(invitee)
    world.forward(minutes=5)
    before = world.heard(inviter)
    assert not any("不计积分" in one for one in before)  # silent for more than 48 hours: WeCom would refuse it
    world.member_says("在吗", by=inviter)
    world.forward(minutes=2)
    told = [one for one in world.heard(inviter) if "不计积分" in one]
    assert len(told) == 1
    assert "受邀人 30 天内离开" in told[0]
    assert "申诉" in told[0]
    world.member_says("我的积分", by=inviter)
    world.forward(minutes=5)
    assert len([one for one in world.heard(inviter) if "不计积分" in one]) == 1
