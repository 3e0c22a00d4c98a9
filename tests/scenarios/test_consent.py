"""Members decide what they receive, and their word holds from the next send on."""

from models import consent
from models.consent import Consent
from tests.world import World

DIGEST = {"nickname": "您", "week": "48", "topic": "年报", "url": "https://edu.example/48"}
NO_CONSENT = ("withheld", "未同意接收")


def given(world: World, person: str) -> list[tuple[str, bool]]:
    """What somebody chose, in order."""
    rows = world.rows(Consent.member_id == person, of=Consent)
    return [(one.purpose, one.granted) for one in sorted(rows, key=lambda row: row.id)]


def weekly_reaches(world: World, person: str) -> bool:
    """Whether a weekly digest planned for the next minute would go to this person."""
    moment = world.minutes_from_now(1)
    plan = world.plan(f"once {moment:%Y-%m-%dT%H:%M:%S}", "WK-03", "tier:P", fields=DIGEST)
    world.forward(minutes=2)
    return world.outcome(plan)[person] != NO_CONSENT


def due_reminder(world: World) -> dict[str, tuple[str, str]]:
    """What becomes of a product's reminder that it is about to end."""
    moment = world.minutes_from_now(1)
    fields = {"nickname": "您", "product": "示例产品", "date": "12月1日"}
    plan = world.plan(f"once {moment:%Y-%m-%dT%H:%M:%S}", "S-DUE", "tier:P", fields=fields)
    world.forward(minutes=2)
    return world.outcome(plan)


def test_nothing_is_sent_to_a_person_who_never_agreed_and_everything_agreed_to_is(world: World) -> None:
    silent, agreed = world.client("未选择", "P"), world.client("已同意", "P")
    world.member_says("同意1", by=agreed)
    assert not weekly_reaches(world, silent)
    assert weekly_reaches(world, agreed)


def test_withdrawal_works_from_the_next_send_on_and_may_be_taken_back(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("李雷", "P")
    world.member_says("同意12", by=who)
    world.member_says("退订", by=who)
    assert "已为您退订" in world.last_heard(who)
    assert not weekly_reaches(world, who)
    world.member_says("同意1", by=who)
    assert weekly_reaches(world, who)
    world.member_says("退订周报", by=who)
    assert not weekly_reaches(world, who)


def test_withdrawing_one_thing_leaves_the_others(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("李雷", "P")
    world.member_says("同意12", by=who)
    world.member_says("退订直播", by=who)
    assert given(world, who) == [("weekly", True), ("live", True), ("live", False)]
    assert weekly_reaches(world, who)


def test_people_agree_in_many_ways_of_writing(sqlite_world: World) -> None:
    world = sqlite_world
    for said in ("同意13", "同意+13", "同意 1 3", "同意1、3", "同意1，3", "同意 1,3 "):
        who = world.member_says(said)
        assert given(world, who) == [("weekly", True), ("greeting", True)], said
        assert "已记录" in world.last_heard(who)


def test_what_is_no_agreement_counts_as_none(sqlite_world: World) -> None:
    world = sqlite_world
    for said in ("不同意1", "同意", "同意6", "同意0", "我同意1", "同意1吗", "同意您说的", "同意1和别的"):
        who = world.member_says(said)
        assert given(world, who) == [], said


def test_talking_about_unsubscribing_is_not_unsubscribing(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("李雷", "P")
    world.member_says("同意1", by=who)
    world.member_says("退订之后还能再订吗", by=who)
    world.joins(who)
    world.group_hears("你们谁退订了", who)
    assert weekly_reaches(world, who)


def test_an_employee_who_writes_unsubscribe_changes_nothing(sqlite_world: World) -> None:
    sqlite_world.employee_asks("adv01", "退订")
    assert sqlite_world.rows(of=Consent) == []


def test_questions_and_people_stay_available_after_withdrawal(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("退订")
    world.member_says("怎么开户", by=who)
    assert world.last_heard(who) == world.answer_of("OPEN-003")


def test_a_message_told_twice_is_one_choice(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("同意1")
    world.member_says("退订", by=who)
    for _ in range(2):
        world.once_more()
    assert given(world, who) == [("weekly", True), ("all", False)]


def test_a_greeting_goes_to_those_who_agreed_to_greetings(sqlite_world: World) -> None:
    world = sqlite_world
    weekly, greeting = world.client("要周报的", "P"), world.client("要问候的", "P")
    world.member_says("同意1", by=weekly)
    world.member_says("同意3", by=greeting)
    plan = world.plan("once 2026-11-25T10:30", "H-MID", "tier:P")
    world.until("2026-11-25 10:31")
    assert world.outcome(plan)[weekly] == NO_CONSENT
    assert world.outcome(plan)[greeting] == ("tasked", "")


def test_withdrawal_during_the_night_stops_what_the_night_held_back(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("李雷", "P")
    world.member_says("同意1", by=who)
    world.plan("once 2026-11-25T21:30", "WK-03", "tier:P", fields=DIGEST)
    world.until("2026-11-25 22:00")
    world.member_says("退订", by=who)
    world.until("2026-11-26 09:00")
    assert world.people.pending("adv01") == []


def test_a_service_reminder_goes_to_those_who_asked_for_service_reminders(sqlite_world: World) -> None:
    world = sqlite_world
    weekly, service = world.client("要周报的", "P"), world.client("要服务提醒的", "P")
    world.member_says("同意1", by=weekly)
    world.member_says("同意4", by=service)
    found = due_reminder(world)
    assert found[weekly] == NO_CONSENT
    assert found[service] == ("tasked", "")


def test_unsubscribing_leaves_service_reminders_as_its_answer_promises(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("李雷", "P")
    world.member_says("同意4", by=who)
    world.member_says("退订", by=who)
    assert "服务类通知" in world.last_heard(who)
    assert due_reminder(world)[who] == ("tasked", "")


def test_unsubscribing_in_a_group_counts_and_the_owner_gets_the_answer(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("李雷", "P")
    world.member_says("同意12", by=who)
    world.joins(who)
    world.group_hears("退订直播", who)
    assert given(world, who)[-1] == ("live", False)
    assert any("已为您退订直播" in one for one in world.quotes("op01"))


def test_care_can_be_agreed_to_and_withdrawn(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("同意5")
    world.member_says("退订关怀", by=who)
    assert given(world, who) == [("care", True), ("care", False)]


def test_account_data_needs_a_consent_of_its_own(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("同意12345")
    with world.product.db.read() as session:
        assert not consent.allows(session, who, consent.ACCOUNT)
    world.member_says("单独同意", by=who)
    with world.product.db.read() as session:
        assert consent.allows(session, who, consent.ACCOUNT)
    world.member_says("撤回授权", by=who)
    with world.product.db.read() as session:
        assert not consent.allows(session, who, consent.ACCOUNT)


def test_a_choice_names_its_channel_and_the_version_it_was_asked_with(sqlite_world: World) -> None:
    who = sqlite_world.member_says("同意1")
    (row,) = sqlite_world.rows(Consent.member_id == who, of=Consent)
    assert row.channel == "kf"
    assert row.wording.startswith("W-03@")
    assert len(row.wording) == len("W-03@") + 8


def test_whoever_switches_personal_pushes_off_gets_none_chosen_by_profile(sqlite_world: World) -> None:
    world = sqlite_world
    off, on = world.client("不要个性化的", "P"), world.client("随意的", "P")
    for who in (off, on):
        world.member_says("同意1", by=who)
    world.member_says("关闭个性化", by=off)
    moment = world.minutes_from_now(1)
    plan = world.plan(f"once {moment:%Y-%m-%dT%H:%M:%S}", "WK-03", "tier:P", fields=DIGEST)
    world.forward(minutes=2)
    found = world.outcome(plan)
    assert found[off] == ("withheld", "已关闭个性化推送")
    assert found[on][0] != "withheld"
