"""The FAQ base as a product: files in, two people's yes, a measured release that every process goes by at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from commands.product import build_product
from handlers import faq_base, faq_learning, faq_release
from handlers.faq_base import Refused
from models.evidence import subject_of
from models.faq import FaqDecision, FaqEntry
from models.faq_base import ACTIVE, DRAFT, PUBLISHED, SUPERSEDED, FaqArtefact, FaqCase, FaqRelease, FaqVersion
from models.ledger import Evidence
from models.operator import Operator
from rules.faq_body import Body, Row
from rules.match import Entry
from rules.model import NotTrained
from tests.world import World

AUTHOR = "王编"
NEW = Body(
    id="TEST-001", category="试验", question="火星上能开营业部吗？", phrasings=("火星营业部", "去火星怎么找你们"),
    answer="目前没有火星营业部，请使用{{app}}。",
)  # fmt: skip


MARS = "目前没有火星营业部，请使用示例证券APP。"
FEW = ("OPEN-001", "OPEN-019", "TRADE-012", "TRADE-016", "TRADE-011", "FUND-001")


@pytest.fixture(autouse=True)
def few(request: pytest.FixtureRequest) -> None:
    """A base of six entries: what is published is built quickly."""
    world: World = request.getfixturevalue("world" if "world" in request.fixturenames else "sqlite_world")
    with world.product.db.work() as work:
        work.session.execute(delete(FaqVersion).where(FaqVersion.entry_id.not_in(FEW)))
        work.session.execute(delete(FaqCase))
    publish(world)


def person(name: str, role: str = "approver") -> Operator:
    return Operator(name=name, role=role, password="-", must_change=False, failures=0)


def put(world: World, body: Body, by: str = AUTHOR, *, checker: str = "") -> FaqVersion:
    """Written and approved."""
    with world.product.db.work() as work:
        made = faq_base.save(body, by, work)
        return faq_base.approve(made.id, person("李审"), work, checker)


def publish(world: World, reason: str = "", by: str = "李审", **days: int) -> FaqRelease:
    at = world.product.db.clock() + timedelta(**days) if days else None
    number = faq_release.prepare(world.product.db, by, (), at)
    with world.product.db.work() as work:
        return faq_release.publish(number, person(by), reason, work)


def told(world: World) -> str:
    return world.last_heard(world.member_says("火星营业部"))


def shipped(world: World, entry: str) -> Body:
    with world.product.db.read() as session:
        return next(one for one in faq_base.bodies(session, drafts=False) if one.id == entry)


def test_a_published_entry_is_answered_at_once_by_every_process(world: World) -> None:
    put(world, NEW)
    assert told(world) != MARS
    release = publish(world)
    assert told(world) == MARS
    assert release.state == ACTIVE
    kept = world.rows(FaqArtefact.hash == release.artefact, of=FaqArtefact)
    assert len(kept) == 1
    deeds = world.rows(Evidence.kind == "faq_published", of=Evidence)
    assert [one.ref for one in deeds][-1] == f"faq_release:{release.id}"


def test_a_second_process_goes_by_the_same_base_without_a_restart(world: World) -> None:
    other = build_product(world.product.settings, clock=world.hands)
    put(world, NEW)
    release = publish(world)
    assert other.db.rules.base_id != release.id
    other.db.renew()
    assert other.db.rules.base_id == release.id
    assert other.db.rules.matcher.decide("火星营业部", "private").entry_id == "TEST-001"
    with world.product.db.work() as work:
        work.session.get_one(FaqArtefact, release.artefact).body += b"!"
        work.session.get_one(FaqRelease, release.id).id += 1
    before = other.db.rules.matcher
    other.db.renew()  # damaged: the base in hand goes on answering
    assert other.db.rules.matcher is before
    other.close()


def test_nobody_approves_what_they_wrote_and_authors_approve_nothing(sqlite_world: World) -> None:
    with sqlite_world.product.db.work() as work:
        made = faq_base.save(NEW, "李审", work)
        with pytest.raises(Refused, match="自己编写"):
            faq_base.approve(made.id, person("李审"), work)
        with pytest.raises(Refused, match="无审批权限"):
            faq_base.approve(made.id, person("赵编", "author"), work)
        with pytest.raises(Refused, match="原因"):
            faq_base.reject(made.id, person("钱审"), " ", work)
        faq_base.reject(made.id, person("钱审"), "答案没有来源", work)
        with pytest.raises(Refused, match="不是待审草稿"):
            faq_base.approve(made.id, person("钱审"), work)


def test_a_file_with_one_bad_row_changes_nothing(sqlite_world: World) -> None:
    before = len(sqlite_world.rows(of=FaqVersion))
    with sqlite_world.product.db.work() as work:
        bad = replace(NEW, id="TEST-002", question="怎么销户", phrasings=())
        taken = faq_base.take_in([Row(2, NEW), Row(3, bad)], AUTHOR, work)
    assert [(one.row, one.field) for one in taken.faults] == [(3, "phrasings")]
    assert "OPEN-019" in taken.faults[0].text
    assert len(sqlite_world.rows(of=FaqVersion)) == before


def test_a_file_makes_drafts_of_what_differs_and_the_newest_draft_counts(sqlite_world: World) -> None:
    world = sqlite_world
    with world.product.db.work() as work:
        same = shipped(world, "OPEN-001")
        taken = faq_base.take_in([Row(2, NEW), Row(3, same)], AUTHOR, work)
        assert (taken.drafts, taken.unchanged) == (("TEST-001",), 1)
        faq_base.take_in([Row(2, replace(NEW, answer="改过的答案"))], AUTHOR, work)
        assert [one.body["answer"] for one in faq_base.drafts(work)] == ["改过的答案"]
    states = [one.state for one in world.rows(FaqVersion.entry_id == "TEST-001", of=FaqVersion)]
    assert sorted(states) == ["draft", "rejected"]


def test_a_changing_fact_carries_its_proviso_until_somebody_has_checked_it_and_a_quarter_later_again(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    body = shipped(world, "TRADE-012")
    asked = body.question
    assert "以官方公告为准" in world.last_heard(world.member_says(asked))
    put(world, replace(body, answer=body.answer + "（已核对）"), checker="合规部赵六")
    publish(world)
    assert "以官方公告为准" not in world.last_heard(world.member_says(asked))
    world.hands.now += timedelta(days=93)
    assert "以官方公告为准" in world.last_heard(world.member_says(asked))


def test_a_base_that_answers_worse_needs_an_approvers_reason(sqlite_world: World) -> None:
    world = sqlite_world
    with world.product.db.work() as work:
        work.session.add(FaqCase(id="X1", question="怎么开北交所", entry_id="TRADE-016", channel="private"))
    worse = replace(shipped(world, "TRADE-016"), question="北证权限办理说明", phrasings=())
    put(world, worse)
    number = faq_release.prepare(world.product.db, "李审")
    with world.product.db.work() as work:
        with pytest.raises(Refused, match="效果变差"):
            faq_release.publish(number, person("李审"), "", work)
        report = work.session.get_one(FaqRelease, number).report
        assert "怎么开北交所" in [one[1] for one in report["lost"]]
        assert ["TRADE-016", 1] in report["few"]
        release = faq_release.publish(number, person("李审"), "交易所改名，旧问法停用", work)
        assert (release.state, release.reason) == (ACTIVE, "交易所改名，旧问法停用")


def test_a_report_is_good_for_what_it_measured_only(sqlite_world: World) -> None:
    world = sqlite_world
    put(world, NEW)
    number = faq_release.prepare(world.product.db, "李审")
    put(world, replace(NEW, answer="又改了"))
    with world.product.db.work() as work, pytest.raises(Refused, match="又有新的审批"):
        faq_release.publish(number, person("李审"), "", work)


def test_an_entry_taken_out_is_answered_no_more(sqlite_world: World) -> None:
    world = sqlite_world
    put(world, NEW)
    publish(world)
    with world.product.db.work() as work:
        made = faq_base.withdraw("TEST-001", AUTHOR, work)
        faq_base.approve(made.id, person("李审"), work)
    publish(world)
    assert told(world) != MARS
    assert {one.state for one in world.rows(FaqVersion.entry_id == "TEST-001", of=FaqVersion)} == {SUPERSEDED}
    publish(world)
    assert world.rows(FaqEntry.id == "TEST-001", of=FaqEntry)[0].status == "withdrawn"


def test_an_entry_speaks_only_on_its_days_and_in_its_channels(sqlite_world: World) -> None:
    world = sqlite_world
    today = world.hands.now.date()
    put(world, replace(NEW, effective_until=today, channels=("kf",)))
    publish(world)
    assert told(world) == MARS
    world.employee_asks("adv01", "火星营业部")
    assert world.heard("adv01") == []
    world.hands.now += timedelta(days=1)
    assert told(world) != MARS


def test_a_release_can_wait_for_its_day(sqlite_world: World) -> None:
    world = sqlite_world
    put(world, replace(NEW, effective_from=date(2026, 11, 27)))
    assert publish(world).report["waiting"] == ["TEST-001"]
    assert world.rows(FaqVersion.entry_id == "TEST-001", of=FaqVersion)[0].state == "approved"
    assert publish(world, days=2).state == "scheduled"
    assert told(world) != MARS
    world.forward(days=2, minutes=1)
    assert told(world) == MARS
    assert world.rows(FaqVersion.entry_id == "TEST-001", of=FaqVersion)[0].state == PUBLISHED


# --- learning ---


def lessons(world: World) -> list[faq_learning.Lesson]:
    with world.product.db.read() as session:
        return faq_learning.lessons(session, world.hands.now, world.product.db.rules.matcher.grams)


def test_what_went_unanswered_gathers_in_a_queue_without_anybodys_numbers(sqlite_world: World) -> None:
    world = sqlite_world
    for said in ("火星上有没有营业部", "火星有营业部没", "火星有没有营业部，13812345678"):
        world.member_says(said)
    queue = lessons(world)
    assert queue[0].count == 3
    assert "13812345678" not in " ".join((queue[0].text, *queue[0].others))
    with world.product.db.work() as work:
        made = faq_learning.as_draft(queue[0].ids, queue[0].text, AUTHOR, work)
        assert (made.entry_id, made.state) == ("NEW-001", DRAFT)
        with pytest.raises(Refused, match="缺少答案"):
            faq_base.approve(made.id, person("李审"), work)
        with pytest.raises(Refused, match="已有人处理"):
            faq_learning.dismiss(queue[0].ids, AUTHOR, work)
    assert lessons(world) == []


def test_a_tapped_choice_becomes_a_phrasing_after_review_and_then_needs_no_tap(sqlite_world: World) -> None:
    world = sqlite_world
    said = "费用"
    who = world.member_says(said)
    chosen, label = world.choices(who)[0]
    world.member_says(label, by=who, menu=chosen)
    entry = chosen.removeprefix("faq:")
    lesson = next(one for one in lessons(world) if one.chosen)
    assert (lesson.text, lesson.nearest) == (said, entry)
    with world.product.db.work() as work:
        draft = faq_learning.as_phrasing(lesson.ids, entry, "费用都怎么收的呢", AUTHOR, work)
        faq_base.approve(draft.id, person("李审"), work)
    publish(world)
    assert world.last_heard(world.member_says("费用都怎么收的呢")) == world.answer_of(entry)


def test_a_way_out_after_asking_back_is_kept_with_the_question(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("费用")
    world.member_says("都不是", by=who, menu="faq:none")
    asked = world.rows(FaqDecision.decision == "clarify", of=FaqDecision)[-1]
    assert (asked.chosen, asked.asker) == ("none", subject_of(who, world.product.db.rules.pepper))


def test_words_are_forgotten_after_ninety_days_and_figures_stay(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("火星上有没有营业部")
    world.hands.now += timedelta(days=91)
    world.ticker.tick()
    asked = world.rows(of=FaqDecision)[0]
    assert (asked.text, asked.asker, asked.handled) == ("", "", "forgotten")


def test_a_groups_chatter_is_not_kept(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("群友")
    world.group_hears("今天天气不错", who)
    assert {one.text for one in world.rows(of=FaqDecision)} == {""}


def test_a_training_that_fails_is_said_and_the_base_in_force_goes_on(sqlite_world: World) -> None:
    def broken(_entries: Sequence[Entry]) -> bytes:
        raise NotTrained("FAQ training ended with -9")

    put(sqlite_world, NEW)
    db = sqlite_world.product.db
    db.rules = replace(db.rules, build_matcher=broken)
    with pytest.raises(Refused, match="现有题库照常使用"):
        faq_release.prepare(db, "李审")
    assert sqlite_world.last_heard(sqlite_world.member_says("怎么开户"))
