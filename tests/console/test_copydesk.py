"""起草: from approved facts only, labelled where a model wrote, within the budget, and never approved by itself."""

import re

from models.content import Content
from models.model_call import ModelCall
from tests.console.desk import Seat
from tests.gateways.llm_server import Model
from tests.world import World

AT = "/console/contents/draft"
ASKED = {"topic": "怎么开户", "audience": "30 岁程序员，稳健型", "style": "warm"}


def kept(seat: Seat, page: str, by: str) -> str:
    """Keep the draft of `by`; where its editor is."""
    form = next(one for one in page.split("<form")[1:] if f'name="by" value="{by}"' in one)
    body = re.search(r'name="body" value="([^"]+)"', form)
    assert body is not None
    return str(seat.post(f"{AT}/keep", body=body[1], by=by).headers["Location"])


def test_without_a_model_templates_draft_from_published_answers(sqlite_world: World) -> None:
    seat = Seat(sqlite_world, "小编", "author")
    page = seat.post(AT, **ASKED).text
    assert "没有配置模型" in page
    assert "常有朋友问起" in page
    where = kept(seat, page, "模板")
    [made] = [one for one in sqlite_world.rows(of=Content) if one.id in where]
    assert not made.approved
    assert made.ai_made == ""
    assert sqlite_world.rows(of=ModelCall) == []


def test_what_a_model_wrote_is_labelled_for_its_readers_and_counted(drafting: World, server: Model) -> None:
    server.says = "开户在官方渠道办理，先看清规则再决定。"
    seat = Seat(drafting, "小编", "author")
    page = seat.post(AT, **ASKED).text
    assert "30 岁程序员" in server.asked[0]["messages"][1]["content"]
    where = kept(seat, page, "模型")
    [made] = [one for one in drafting.rows(of=Content) if one.id in where]
    assert (made.ai_made, made.approved) == ("1", False)
    [call] = drafting.rows(of=ModelCall)
    assert (call.by, call.purpose) == ("小编", "copy")
    assert call.tokens > 0
    drafting.edit(Content, made.id, approved_hash=made.digest)
    plan = drafting.plan(f"once {drafting.minutes_from_now(5):%Y-%m-%dT%H:%M}", made.id)
    drafting.forward(minutes=6)
    drafting.owner_taps()
    assert drafting.outcome(plan)[drafting.group][0] == "tasked"
    assert "AI辅助起草" in drafting.heard(drafting.group)[-1]


def test_what_a_model_invents_is_not_shown(drafting: World, server: Model) -> None:
    server.says = "现在开户送 888 元红包，稳赚不赔！"
    page = Seat(drafting, "小编", "author").post(AT, **ASKED).text
    assert "888 元红包" not in page
    assert "没有可用的文字" in page


def test_beyond_its_budget_a_model_is_not_asked_and_the_template_is_there(drafting: World, server: Model) -> None:
    with drafting.product.db.work() as work:
        work.session.add(ModelCall(at=work.now, by="x", purpose="copy", tokens=100_000, ms=1))
    page = Seat(drafting, "小编", "author").post(AT, **ASKED).text
    assert "本月模型用量已达上限（100000/100000）" in page
    assert "常有朋友问起" in page
    assert server.asked == []
    drafting.forward(days=31)
    Seat(drafting, "小编", "author").post(AT, **ASKED)
    assert len(server.asked) == 1


def test_a_topic_nobody_has_answered_says_what_to_do(sqlite_world: World) -> None:
    page = Seat(sqlite_world, "小编", "author").post(AT, topic="", audience="", style="pro").text
    assert "写下主题" in page
