"""The members' pages: only the person WeCom names gets in, and everything there is their own."""

import io
import random
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image
from werkzeug.test import Client, TestResponse

from models import movements
from models.link import TrackedLink, code_from
from models.member import Member
from models.movements import Grant
from models.referral import Invitation, Referral, ReferralTouch
from models.reward import Redemption, Reward
from simulator.api import oauth
from tests.world import World

PHONE = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"}


def browser(world: World) -> Client:
    return Client(world.site.door)


def authorised(world: World, person: str, path: str = "/m/") -> tuple[Client, TestResponse]:
    """A browser in which this person has opened a page and come back from WeCom."""
    web = browser(world)
    away = web.get(path)
    assert away.status_code == 302
    back = oauth.back_to(world.company, dict(parse_qsl(urlsplit(away.headers["Location"]).query)), person)
    return web, web.get(urlsplit(back).path + "?" + urlsplit(back).query)


def old_friend(world: World, name: str = "周女士") -> str:
    who = world.friend(name)
    world.edit(Member, who, first_seen_at=world.hands.now - timedelta(days=20))
    return who


def give(world: World, who: str, points: int) -> None:
    with world.product.db.work() as work:
        at = work.now
        grant = Grant(
            key=f"gift:{who}", member_id=who, points=points, rule="P-JOIN", at=at, available_at=at,
            expires_at=at + timedelta(days=365),
        )  # fmt: skip
        movements.issue(work.session, grant)


def token(page: TestResponse, name: str = "csrf") -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_a_member_comes_in_through_wecom_and_sees_their_own_balance(sqlite_world: World) -> None:
    world = sqlite_world
    who = old_friend(world)
    give(world, who, 120)
    web, back = authorised(world, who)
    assert back.headers["Location"] == "/m/"
    page = web.get("/m/")
    assert page.status_code == 200
    assert "<strong>120</strong>" in page.text
    cookie = web.get_cookie("member", path="/m/")
    assert cookie is not None
    assert cookie.http_only
    assert who not in cookie.value
    world.forward(hours=3)
    assert web.get("/m/").status_code == 302


def test_a_link_somebody_else_began_a_replayed_state_and_a_used_code_lead_nowhere(sqlite_world: World) -> None:
    world = sqlite_world
    who = old_friend(world)
    web = browser(world)
    query = dict(parse_qsl(urlsplit(web.get("/m/").headers["Location"]).query))
    back = "/m/enter?" + urlsplit(oauth.back_to(world.company, query, who)).query
    assert browser(world).get(back).status_code == 403  # another browser, without the cookie
    assert web.get(back.replace("state=", "state=0")).status_code == 403
    assert web.get(back).status_code == 302
    assert web.get(back).status_code == 403
    late = browser(world)
    query = dict(parse_qsl(urlsplit(late.get("/m/").headers["Location"]).query))
    world.forward(minutes=11)
    assert late.get("/m/enter?" + urlsplit(oauth.back_to(world.company, query, who)).query).status_code == 403


def test_strangers_and_employees_see_no_points(sqlite_world: World) -> None:
    world = sqlite_world
    web, back = authorised(world, world.people.meet("路人"))
    assert back.status_code == 302
    assert web.get("/m/").status_code == 403
    assert authorised(world, "adv01")[1].status_code == 403


def test_the_poster_is_an_image_with_the_members_own_link(sqlite_world: World) -> None:
    world = sqlite_world
    who = old_friend(world)
    web, _ = authorised(world, who)
    page = web.get("/m/invite")
    assert "同意规则" in page.text
    web.post("/m/invite", data={"csrf": token(page)})
    world.settle()
    assert "/m/poster.png" in web.get("/m/invite").text
    picture = web.get("/m/poster.png")
    assert Image.open(io.BytesIO(picture.data)).size == (750, 1334)
    code = world.rows(of=Invitation)[0].code
    followed = browser(world).get(f"/r/{code}")
    assert followed.headers["Location"] == f"/m/join/{code}"
    landing = browser(world).get(f"/m/join/{code}")
    assert "周** 邀请你" in landing.text
    assert world.rows(of=Invitation)[0].qr_code in landing.text
    assert world.rows(of=TrackedLink)[0].clicks == 1


def test_a_click_in_wechat_is_remembered_and_counts_before_a_later_scan(sqlite_world: World) -> None:
    world = sqlite_world
    first, second = old_friend(world, "先"), old_friend(world, "后")
    codes = {who: world.invitation(who) for who in (first, second)}
    own = next(one for one in world.rows(of=Invitation) if one.inviter_id == first)
    invitee = world.people.meet("受邀人")
    world.company.customers[invitee].friends["adv09"] = ""  # WeCom knows them by somebody outside our sight
    web = browser(world)
    away = web.get(f"/m/join/{own.code}", headers=PHONE)
    back = oauth.back_to(world.company, dict(parse_qsl(urlsplit(away.headers["Location"]).query)), invitee)
    web.get(urlsplit(back).path + "?" + urlsplit(back).query)
    web.get(f"/m/join/{own.code}", headers=PHONE)
    world.settle()
    assert [one.status for one in world.rows(of=Referral)] == ["INVITED"]
    world.forward(minutes=5)
    world.adds(invitee, via=codes[second])
    found = world.rows(of=Referral)[0]
    assert (found.status, found.inviter_id) == ("JOINED", first)
    assert {one.path for one in world.rows(of=ReferralTouch)} == {"click", "friend"}


def test_ten_thousand_altered_links_lead_nowhere(sqlite_world: World) -> None:
    world = sqlite_world
    world.invitation(old_friend(world))
    genuine = world.rows(of=Invitation)[0].code
    rng, web = random.Random(7), browser(world)
    with world.product.db.work() as work:
        from models.link import follow

        for number in range(10_000):
            letters = list(genuine)
            for _ in range(rng.randint(1, 3)):
                letters[rng.randrange(len(letters))] = rng.choice("abcdefghijklmnopqrstuvwxyz234567A01-_ 户")
            forged = "".join(letters)[: rng.choice((16, 16, 15, 8))]
            if forged != genuine:
                assert follow(work.session, forged, work.now) is None, number
    assert web.get(f"/r/{code_from(b'0' * 10)}").status_code == 404
    assert web.get(f"/m/join/{code_from(b'0' * 10)}").status_code == 404


def test_a_double_tap_redeems_once_and_a_form_without_its_token_not_at_all(world: World) -> None:
    who = old_friend(world)
    give(world, who, 250)
    with world.product.db.work() as work:
        work.session.add(
            Reward(name="直播回放", kind="直播回放", price=100, per_member=0, tiers=[], stock=5, active=True)
        )
    web, _ = authorised(world, who, "/m/rewards")
    page = web.get("/m/rewards")
    form = {"csrf": token(page), "key": token(page, "key"), "reward": "1"}
    assert web.post("/m/rewards", data={**form, "csrf": "x"}).status_code == 400
    assert "兑换成功" in web.post("/m/rewards", data=form).text
    web.post("/m/rewards", data=form)
    assert len(world.rows(of=Redemption)) == 1
    assert "<strong>150</strong>" in web.get("/m/rewards").text


@pytest.mark.parametrize("path", ["/m/", "/m/invite", "/m/rewards", "/m/board", "/m/poster.png"])
def test_nobody_gets_in_with_a_made_up_cookie(sqlite_world: World, path: str) -> None:
    web = browser(sqlite_world)
    web.set_cookie("member", "1.00000000.AAAA", path="/m/")
    assert web.get(path).status_code == 302


def test_whoever_leaves_the_board_is_not_on_it(sqlite_world: World) -> None:
    world = sqlite_world
    who = old_friend(world)
    invitee = world.friend("受邀人", via=world.invitation(who))
    world.member_says("怎么开户", by=invitee)
    world.forward(days=8)
    web, _ = authorised(world, who, "/m/board")
    page = web.get("/m/board")
    assert "周**" in page.text
    assert "周**" not in web.post("/m/board", data={"csrf": token(page), "hide": "1"}).text
