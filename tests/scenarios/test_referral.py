"""老带新: who invited whom, what it earns, and what it must never earn."""

from dataclasses import replace
from datetime import date, timedelta

from models.points import PointsEntry
from models.referral import Invitation, Referral
from rules.referral import make_state
from scheduler import referrals
from tests.world import World

QUESTION = "怎么开户？"


def states(world: World) -> list[str]:
    return [one.status for one in world.rows(of=Referral)]


def invited(world: World, *, talks: bool = True) -> tuple[str, str]:
    """An inviter, and an invitee who came by the inviter's code."""
    inviter = world.friend("邀请人")
    invitee = world.friend("受邀人", via=world.invitation(inviter))
    if talks:
        world.member_says(QUESTION, by=invitee)
    return inviter, invitee


def close_programme(world: World) -> None:
    world.product.db.rules = replace(world.product.db.rules, referral_open=False)


def test_my_invitation_is_a_code_of_my_own_that_leads_to_my_advisor(sqlite_world: World) -> None:
    world = sqlite_world
    mine, other = world.friend("甲", "adv02"), world.friend("乙")
    code = world.invitation(mine)
    assert world.invitation(other) != code
    way = world.company.ways[code]
    assert way["user"] == ["adv02"]
    assert len(way["state"]) <= 30
    world.member_says("我的邀请", by=mine)
    assert way["qr_code"] in world.last_heard(mine)
    assert "与开户、入金、交易、购买产品无关" in world.last_heard(mine)
    assert len(world.company.ways) == 2


def test_an_invitee_who_stays_and_talks_is_credited_to_both_after_seven_days(world: World) -> None:
    inviter, invitee = invited(world)
    world.forward(days=6, hours=23)
    assert world.points(inviter) == []
    world.forward(hours=2)
    assert (world.points(inviter), world.points(invitee)) == ([20], [20])
    assert states(world) == ["STAY7"]


def test_points_are_held_for_thirty_days_and_gone_after_a_year(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, _ = invited(world)
    world.forward(days=8)
    balances = []
    for days in (0, 28, 2, 330, 10):
        world.forward(days=days)
        world.member_says("我的积分", by=inviter)
        balances.append(world.last_heard(inviter).split(" ")[1])
    assert balances == ["0", "0", "20", "20", "0"]
    assert "不可提现" in world.last_heard(inviter)


def test_talking_first_after_the_seven_days_earns_it_at_once(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, invitee = invited(world, talks=False)
    world.forward(days=9)
    assert world.points(inviter) == []
    world.member_says(QUESTION, by=invitee)
    assert world.points(inviter) == [20]


def test_credit_is_given_once_whatever_is_repeated(sqlite_world: World) -> None:
    world = sqlite_world
    with world.holding_mail() as letters:
        inviter = world.friend("邀请人")
    world.deliver(*letters * 2)
    code = world.invitation(inviter)
    with world.holding_mail() as letters:
        invitee = world.friend("受邀人", via=code)
    world.deliver(*letters * 3)
    world.member_says(QUESTION, by=invitee)
    world.once_more()
    for _ in range(3):
        world.forward(days=7)
        world.ticker.tick()
        world.member_says(QUESTION, by=invitee)
    assert (world.points(inviter), world.points(invitee)) == ([20], [20])


def test_the_order_of_greeting_and_question_does_not_matter(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    code = world.invitation(inviter)
    with world.holding_mail() as letters:
        invitee = world.friend("受邀人", via=code)
    world.forward(seconds=60)
    world.member_says(QUESTION, by=invitee)
    world.deliver(*letters)
    world.forward(days=8)
    world.member_says(QUESTION, by=invitee)
    assert world.points(inviter) == [20]


def test_the_check_and_the_first_word_at_the_same_moment_credit_once(world: World) -> None:
    inviter, invitee = invited(world, talks=False)
    world.hands.now += timedelta(days=8)
    world.people.say_to_kf(invitee, QUESTION)
    world.worker.engine.step()
    world.express()  # the question has been read, and waits
    with world.product.db.work() as work:
        referrals.referrals(work)
    world.overlapping()
    assert (world.points(inviter), world.points(invitee)) == ([20], [20])


def test_nothing_is_earned_by_somebody_who_never_says_a_word(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, invitee = invited(world, talks=False)
    world.member_says("👍", by=invitee)
    world.member_says("666", by=invitee)
    world.forward(days=20)
    assert world.points(inviter) == []
    assert states(world) == ["JOINED"]


def test_nothing_is_earned_by_somebody_who_left_even_when_they_come_back(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, invitee = invited(world)
    world.forward(days=1)
    world.deletes(invitee)
    assert states(world) == ["LEFT"]
    world.forward(days=5)
    world.adds(invitee, via=world.invitation(inviter))
    world.member_says(QUESTION, by=invitee)
    world.forward(days=30)
    assert world.points(inviter) == []


def test_points_are_taken_back_when_the_invitee_leaves_within_thirty_days(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, invitee = invited(world)
    world.forward(days=20)
    world.deletes(invitee)
    assert (world.points(inviter), world.points(invitee)) == ([20, -20], [20, -20])
    world.forward(days=40)
    world.member_says("我的积分", by=inviter)
    assert "0 分" in world.last_heard(inviter)


def test_an_invitee_who_stayed_a_month_may_go_without_costing_anybody_points(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, invitee = invited(world)
    world.forward(days=31)
    world.deletes(invitee)
    assert world.points(inviter) == [20]


def test_being_handed_to_a_colleague_is_not_leaving(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, invitee = invited(world)
    world.forward(days=8)
    world.hands_over(invitee, "adv01", "adv02")
    assert states(world) == ["STAY7"]
    assert world.points(inviter) == [20]


def test_nobody_invites_themselves(sqlite_world: World) -> None:
    world = sqlite_world
    passer_by = world.member_says("我的邀请")  # knows only 微信客服: no contact of anybody yet
    code = world.invitation(passer_by)
    world.adds(passer_by, via=code)
    world.member_says(QUESTION, by=passer_by)
    world.forward(days=8)
    assert states(world) == []
    assert world.points(passer_by) == []


def test_a_contact_of_old_is_nobodys_referral(sqlite_world: World) -> None:
    world = sqlite_world
    code = world.invitation(world.friend("邀请人"))
    old, elsewhere = world.friend("老客户"), world.friend("苏顾问的客户", "adv02")
    world.forward(days=1)
    world.deletes(old)
    world.adds(old, via=code)
    world.adds(elsewhere, via=code)
    world.people.delete_customer("adv01", old)
    world.settle()
    world.forward(days=1)
    world.adds(old, via=code)
    assert states(world) == []


def test_the_first_inviter_keeps_the_invitee(sqlite_world: World) -> None:
    world = sqlite_world
    first, second = world.friend("先邀请的"), world.friend("后邀请的", "adv02")
    codes = world.invitation(first), world.invitation(second)
    invitee = world.people.meet("受邀人")
    with world.holding_mail() as letters:
        world.people.add_friend(invitee, via=codes[0])
        world.hands.now += timedelta(seconds=30)
        world.people.add_friend(invitee, via=codes[1])
    world.deliver(*reversed(letters))  # the later scan is heard of first
    assert [one.inviter_id for one in world.rows(of=Referral)] == [first]
    world.adds(invitee, via=codes[1])
    assert [one.inviter_id for one in world.rows(of=Referral)] == [first]


def test_forged_altered_and_foreign_states_count_for_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    world.invitation(world.friend("邀请人"))
    genuine = world.rows(of=Invitation)[0].state
    tomorrow = date(2026, 11, 26)
    forged = [
        make_state(b"guessed", 1, 1, tomorrow),
        genuine[:-1] + ("a" if genuine[-1] != "a" else "b"),
        genuine[:5] + ("a" if genuine[5] != "a" else "b") + genuine[6:],
        genuine.upper(),
        genuine[:-1],
        "r1",
        "ref_7Q2K",
        make_state(world.product.db.rules.referral_secrets[0], 999, 1, tomorrow),
    ]
    for number, state in enumerate(forged):
        world.friend(f"受邀人{number}", state=state)
    assert states(world) == []
    world.friend("真的受邀人", state=genuine)
    assert states(world) == ["JOINED"]


def test_an_expired_code_earns_nothing_and_the_inviter_gets_a_new_one(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    old = world.invitation(inviter)
    world.forward(days=91)
    world.friend("来晚的人", via=old)
    assert states(world) == []
    new = world.invitation(inviter)
    assert new != old
    world.friend("受邀人", via=new)
    assert states(world) == ["JOINED"]


def test_a_code_wecom_failed_to_make_is_made_when_the_member_asks_again(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    away = world.company.employees.pop("adv01")
    assert world.invitation(inviter) == ""
    world.company.employees["adv01"] = away
    world.forward(minutes=11)
    assert world.invitation(inviter) != ""


def test_while_the_programme_is_closed_nobody_invites_and_nobody_earns(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, _ = invited(world)
    code = world.invitation(inviter)
    close_programme(world)
    world.member_says("我的邀请", by=inviter)
    assert world.last_heard(inviter) == "邀请活动目前未开放。"
    world.friend("又一位", via=code)
    world.forward(days=8)
    assert states(world) == ["JOINED"]
    assert world.rows(of=PointsEntry) == []


def test_in_a_group_nobody_is_shown_points_or_codes(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("群友")
    before = len(world.company.books.all())
    for said in ("我的积分", "我的邀请"):
        world.group_hears(said, who)
    assert len(world.company.books.all()) == before
    assert world.company.ways == {}


def test_no_more_than_five_invitees_of_a_day_are_credited(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    code = world.invitation(inviter)
    for number in range(6):
        world.member_says(QUESTION, by=world.friend(f"受邀人{number}", via=code))
    world.forward(days=8)
    assert world.points(inviter) == [20] * 5


def test_somebody_who_joined_today_cannot_invite_yet(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("我的邀请", by=world.friend("刚来的"))
    assert world.company.ways == {}
