"""客户侧边栏: beside a chat in WeCom an advisor sees whose it is, sends approved words with one tap, keeps promises."""

from datetime import timedelta

from playwright.sync_api import Page, Route, ViewportSize

from models.follow_up import FollowUp
from simulator.api.oauth import code_for
from tests.browser import chromium, served, window
from tests.console.desk import Seat
from tests.console.visitor import visit
from tests.scenarios.test_refusals import facts
from tests.world import World

SIZE: ViewportSize = {"width": 390, "height": 844}
CLIENT_APP = "Mozilla/5.0 (iPhone) AppleWebKit/605 Mobile wxwork/5.0.0 MicroMessenger/7.0.1"


def wecom_client(page: Page, who: str) -> None:
    """A WeCom client around the page: it answers with the open chat's customer and keeps what is sent into the chat."""
    script = """
    var ww = {
      register(given) {
        window.given = given;
        window.proof = Promise.all([given.getConfigSignature(), given.getAgentConfigSignature()]);
      },
      async getCurExternalContact() { window.proofs = await window.proof; return { userId: "%s" }; },
      async sendChatMessage(message) { (window.outgoing ??= []).push(message.text.content); },
    };
    """

    def sdk(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body=script % who)

    page.context.route("**/wecom-jssdk.min.js", sdk)


def at_its_address(page: Page, public: str, base: str) -> None:
    """The product is served at `base` and known as `public`, as behind a proxy."""

    def onward(route: Route) -> None:
        route.fulfill(response=route.fetch(url=route.request.url.replace(public, base)))

    page.context.route(f"{public}/**", onward)


def test_an_advisor_opens_the_toolbar_and_sends_the_approved_answer_with_one_tap(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("赵阿姨", "S")
    world.member_says("我要销户", by=who)
    with chromium() as browser, served(world.site.door) as base:
        public = world.product.settings.BOT_PUBLIC_URL
        cookie = Seat(world, "adv01", "advisor").cookie
        context = browser.new_context(viewport=SIZE, user_agent=CLIENT_APP)
        context.add_cookies([{"name": "console", "value": cookie, "url": f"{base}/console/"}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        at_its_address(page, public, base)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        wecom_client(page, who)
        page.goto(f"{public}/console/sidebar")
        page.wait_for_url(f"**/console/sidebar/{who}")
        assert "赵阿姨" in page.inner_text("h1")
        assert page.get_by_role("button", name="我来跟进").is_visible()
        page.get_by_role("searchbox", name="按客户的问题查找").fill("怎么开户")
        page.get_by_role("button", name="查找").click()
        shown = page.locator("[data-entry] textarea").first.input_value()
        page.get_by_role("button", name="发到当前聊天").first.click()
        page.get_by_role("button", name="已发送").wait_for()
        assert page.evaluate("outgoing") == [shown]
        assert complaints == []
    assert [(one["by"], one["text"]) for one in facts(world, "employee_sent")] == [("adv01", shown)]


def test_elsewhere_than_in_wecom_there_is_only_the_copy_button(sqlite_world: World) -> None:
    who = sqlite_world.client("赵阿姨")
    with chromium() as browser, served(sqlite_world.site.door) as base:
        page, complaints = window(browser, Seat(sqlite_world, "adv01", "advisor").cookie, base, SIZE, "light")
        page.goto(f"{base}/console/sidebar/{who}?q=怎么开户")
        assert page.get_by_role("button", name="复制").first.is_visible()
        assert not page.get_by_text("发到当前聊天").first.is_visible()
        assert complaints == []


def test_the_way_in_is_signed_for_our_own_pages_only(sqlite_world: World) -> None:
    world = sqlite_world
    seat, own = Seat(world, "adv01", "advisor"), f"{world.product.settings.BOT_PUBLIC_URL}/console/sidebar"
    told = seat.get(f"/console/sidebar/signature?url={own}%23top").get_json()
    assert {len(told[kind]["signature"]) for kind in ("corp", "app")} == {40}
    assert told["corp"]["signature"] != told["app"]["signature"]
    assert seat.get("/console/sidebar/signature?url=https://elsewhere.example/console/sidebar").status_code == 400
    assert seat.get("/console/sidebar/signature").status_code == 400


def test_without_a_ticket_the_page_says_why(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.corp.trusted_ip = False
    own = f"{world.product.settings.BOT_PUBLIC_URL}/console/sidebar"
    refused = Seat(world, "adv01", "advisor").get(f"/console/sidebar/signature?url={own}")
    assert refused.status_code == 503
    assert "企业可信IP" in refused.get_json()["why"]


def test_words_follow_the_clients_last_question_and_withdrawn_ones_are_not_sent(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("王女士")
    world.member_says("怎么开户", by=who)
    seat = Seat(world, "adv01", "advisor")
    page = seat.get(f"/console/sidebar/{who}").text
    assert "OPEN-0" in page
    assert 'name="q" aria-label="搜索全部" placeholder="搜索（⌘K）" value=""' in page
    assert seat.post(f"/console/sidebar/{who}/sent", entry="OPEN-999").status_code == 404
    assert Seat(world, "adv02", "advisor").get(f"/console/sidebar/{who}").status_code == 403


def reminded(world: World) -> list[str]:
    return [text for text in world.heard("adv01") if "今日跟进" in text]


def test_a_promise_is_reminded_of_on_its_morning_until_it_is_kept(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("王女士")
    seat, here = Seat(world, "adv01", "advisor"), f"/console/sidebar/{who}"
    soon = (world.hands.now + timedelta(days=2)).date()
    for wrong in (
        {"note": "", "due_on": soon},
        {"note": "回电", "due_on": "2020-01-01"},
        {"note": "回电", "due_on": "x"},
    ):
        seat.post(f"{here}/follow", **wrong)
    assert world.rows(of=FollowUp) == []
    seat.post(f"{here}/follow", note="回电说明费率", due_on=soon)
    assert "回电说明费率" in seat.get(here).text
    assert "回电说明费率" in seat.get("/console/sidebar").text
    world.forward(days=1)
    assert reminded(world) == []
    world.forward(days=1)
    assert len(reminded(world)) == 1
    assert "回电" not in reminded(world)[0]
    (promise,) = world.rows(of=FollowUp)
    Seat(world, "adv01", "advisor").post(f"{here}/follow/{promise.id}/done")
    world.forward(days=2)
    assert len(reminded(world)) == 1


def test_a_link_from_a_card_leads_through_the_login_to_its_page(sqlite_world: World) -> None:
    world = sqlite_world
    visitor = visit(world, "operator")
    visitor.web.delete_cookie("console", path="/console")
    asked = visitor.get("/console/alerts?state=open").headers["Location"]
    assert asked == "/console/login?next=%2Fconsole%2Falerts%3Fstate%3Dopen"
    let_in = visitor.web.post(asked, data={"name": "某operator", "password": "a-password-of-my-own"})
    assert let_in.headers["Location"] == "/console/alerts?state=open"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/console/\\evil", "/m/"):
        let_in = visitor.web.post(
            "/console/login", query_string={"next": elsewhere},
            data={"name": "某operator", "password": "a-password-of-my-own"},
        )  # fmt: skip
        assert let_in.headers["Location"] == "/console/"


def test_inside_the_client_nobody_types_a_password(sqlite_world: World) -> None:
    world = sqlite_world
    Seat(world, "adv01", "advisor")
    web = Seat(world, "nobody", "operator").web
    web.delete_cookie("console", path="/console")
    asked = web.get("/console/sidebar", headers={"User-Agent": CLIENT_APP}).headers["Location"]
    away = web.get(asked, headers={"User-Agent": CLIENT_APP}).headers["Location"]
    assert "/connect/oauth2/authorize?" in away
    assert "snsapi_base" in away
    state = away.split("state=")[1].split("&")[0]
    code = code_for(world.company, "adv01")
    back = web.get(f"/console/login/wecom/back?code={code}&state={state}", headers={"User-Agent": CLIENT_APP})
    assert back.headers["Location"] == "/console/sidebar"
    assert web.get("/console/sidebar").status_code == 200
