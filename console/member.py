"""The members' pages `/m/…`: balance, invitation and poster, catalogue, leaderboard; and tracked links `/r/<code>`."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot import inbox
from config import data
from console.entrance import Entrance
from handlers import board, invite, points, programme
from models import fraud, link, movements, reward
from models import points as ledger
from models.events.members import ActivitySeen
from models.events.referral import InvitationWanted, InviteClicked
from models.member import Member
from models.referral import Invitation, standing
from models.work import Work

Answer = AnyResponse | Response | str | tuple[str, int]
POSTER = "R-05"
RECENT = 20


@dataclass(frozen=True, slots=True)
class Pages:
    """The members' pages over one entrance."""

    entrance: Entrance

    def blueprint(self) -> Blueprint:
        """Every address."""
        pages = Blueprint("member", __name__, template_folder="templates")
        for rule, view, methods in (
            ("/r/<code>", self.follow, ["GET"]),
            ("/m/join/<code>", self.join, ["GET"]),
            ("/m/go/<code>", self.go, ["GET"]),
            ("/m/enter", self.enter, ["GET"]),
            ("/m/", self.home, ["GET"]),
            ("/m/invite", self.invite, ["GET", "POST"]),
            ("/m/poster.png", self.poster, ["GET"]),
            ("/m/rewards", self.rewards, ["GET", "POST"]),
            ("/m/board", self.board, ["GET", "POST"]),
            ("/m/rules", self.rules, ["GET"]),
        ):
            pages.add_url_rule(rule, view.__name__, view, methods=methods)
        return pages

    def follow(self, code: str) -> Answer:
        """A tracked link: counted, then on to where it leads; any other text leads nowhere."""
        with self.entrance.db.work() as work:
            found = link.follow(work.session, code, work.now)
        if found is None:
            return render_template("m_gone.html"), 404
        return redirect(f"/m/go/{code}" if found.kind == "push" else found.target)

    def go(self, code: str) -> Answer:
        """On to where a push leads; inside WeChat we learn who it was, elsewhere or on any trouble nobody."""
        guest = self.entrance.guest()
        if guest is None and "MicroMessenger" in request.headers.get("User-Agent", "") and "anyone" not in request.args:
            return self.entrance.send(request.path)
        with self.entrance.db.work() as work:
            found = link.living(work.session, code, "push", work.now)
            if found is None:
                return render_template("m_gone.html"), 404
            if guest is not None and guest.id and link.click(work, found, guest.id):
                event = ActivitySeen(
                    key=f"opened:{code}:{guest.id}"[:80], at=work.now, member_id=guest.id, kind="click",
                    ref=f"occurrence:{found.ref}",
                )  # fmt: skip
                inbox.put(work, [inbox.of_event(event, source="console", lane=f"to:{guest.id}")])
        return redirect(found.target)

    def join(self, code: str) -> Answer:
        """What a newcomer sees: who invites, the rules, and the code to add an advisor. Nobody has to log in."""
        guest = self.entrance.guest()
        if guest is None and "MicroMessenger" in request.headers.get("User-Agent", ""):
            return self.entrance.send(request.path)  # inside WeChat nobody has to type anything
        with self.entrance.db.work() as work:
            invitation = _invited_by(work, code)
            if invitation is None:
                return render_template("m_gone.html"), 404
            if guest is not None and guest.id:
                key = f"click:{invitation.id}:{guest.id}"[:80]
                event = InviteClicked(key=key, at=work.now, member_id=guest.id, state=invitation.state)
                inbox.put(work, [inbox.of_event(event, source="console", lane=f"to:{guest.id}")])
            terms = programme.pack_of(work, invitation.campaign).terms
            return render_template("m_join.html", who=_masked(work, invitation.inviter_id), one=invitation, terms=terms)

    def enter(self) -> Answer:
        """Back from WeCom."""
        guest, answer = self.entrance.take_back()
        if guest is not None and guest.id:
            with self.entrance.db.work() as work:
                _mark_network(work, guest.id)
        return answer

    def home(self) -> Answer:
        """Balance, what moved it, and who is on the way."""
        if refused := self._closed():
            return refused
        with self.entrance.db.work() as work:
            who = g.guest.id
            movements.settle(work.session, who, work.now)
            return render_template(
                "m_home.html", have=ledger.balance(work.session, who), moved=ledger.recent(work.session, who, RECENT),
                invitees=points.progress(work, who), zone=work.rules.zone,
            )  # fmt: skip

    def invite(self) -> Answer:
        """The poster, or what is missing for one."""
        if refused := self._closed():
            return refused
        with self.entrance.db.work() as work:
            who, why = g.guest.id, invite.barrier(work, g.guest.id)
            if request.method == "POST" and not why:
                event = InvitationWanted(key=f"wanted:{work.new_id()}", at=work.now, member_id=who)
                inbox.put(work, [inbox.of_event(event, source="console", lane=f"to:{who}")])
            own = invite.own(work, who)
            ready = own is not None and bool(own.qr_code) and invite.alive(own, work)
            agreed = invite.agreed(work, who)
            pack = programme.pack_of(work, invite.CAMPAIGN)
        return render_template(
            "m_invite.html", why=why, own=own if ready else None, agreed=agreed, pack=pack,
            asked=request.method == "POST",
        )  # fmt: skip

    def poster(self) -> Answer:
        """The poster as an image."""
        if refused := self._closed():
            return refused
        with self.entrance.db.work() as work:
            own = invite.own(work, g.guest.id)
            words = invite.words(work, POSTER)
            if own is None or not own.code or not invite.alive(own, work) or not words:
                abort(404)
            drawn = _draw(work, own, words)
        return Response(drawn, mimetype="image/png")

    def rewards(self) -> Answer:
        """The catalogue; posting redeems. The form's own key makes a double tap one redemption."""
        if refused := self._closed():
            return refused
        said = ""
        with self.entrance.db.work() as work:
            who = g.guest.id
            member = work.session.get(Member, who)
            tier = member.tier if member is not None else ""
            if request.method == "POST":
                key = f"m:{who}:{request.form.get('key', '')[:32]}"[:80]
                wanted = request.form.get("reward", 0, type=int)
                wish = reward.Wish(key=key, member_id=who, tier=tier, reward_id=wanted)
                said = points.redeemed(work, wish)
            have = ledger.balance(work.session, who)
            offers = reward.offers(work.session, tier, work.now)
            return render_template("m_rewards.html", have=have, offers=offers, said=said, key=work.new_id())

    def board(self) -> Answer:
        """Who learned and invited most, first letters only; whoever wants to is not on it."""
        if refused := self._closed():
            return refused
        with self.entrance.db.work() as work:
            mine = standing(work.session, g.guest.id)
            if request.method == "POST":
                mine.hidden = request.form.get("hide") == "1"
                work.session.flush()
            rows = board.ranking(work, work.now)
            return render_template("m_board.html", rows=rows, hidden=mine.hidden)

    def rules(self) -> Answer:
        """The rules of the programme, for everybody."""
        with self.entrance.db.work() as work:
            pack = programme.pack_of(work, invite.CAMPAIGN)
        return render_template("m_rules.html", pack=pack, terms=pack.terms)

    def _closed(self) -> Answer | None:
        """Nobody known, or somebody WeCom does not know as our customer."""
        refused = self.entrance.guard()
        if refused is None and not g.guest.id:
            return render_template("m_stranger.html"), 403
        return refused


def _invited_by(work: Work, code: str) -> Invitation | None:
    """The living invitation of exactly this code."""
    found = work.session.get(link.TrackedLink, code)
    if found is None or found.kind != "invite" or (found.expires_at is not None and found.expires_at <= work.now):
        return None
    own = work.session.get(Invitation, int(found.ref))
    usable = own is not None and own.code == code and own.qr_code and invite.alive(own, work)
    return own if usable else None


def _masked(work: Work, member_id: str) -> str:
    member = work.session.get(Member, member_id)
    return f"{member.name[:1]}**" if member is not None and member.name else "您的朋友"


def _draw(work: Work, own: Invitation, words: str) -> bytes:
    from rules import poster  # the drawing library is not for every process

    title, *rest = words.splitlines()
    rules = work.rules
    return poster.draw(
        poster.Poster(
            brand=f"{rules.placeholders['broker']} · {programme.pack_of(work, own.campaign).name}", title=title,
            lines=tuple(rest[0].split(" · ")) if rest else (), small=tuple(rest[1:]),
            inviter=_masked(work, own.inviter_id), url=f"{rules.public_url}/r/{own.code}",
            until=f"{(own.created_at + invite.VALID).astimezone(rules.zone):%Y-%m-%d}",
        ),
        poster.Fonts(regular=data.font("Regular"), bold=data.font("Bold")),
    )  # fmt: skip


def _mark_network(work: Work, member_id: str) -> None:
    """The address and its network as salted hashes; the address itself is kept nowhere."""
    address = request.remote_addr or ""
    network = address.rpartition(".")[0] if "." in address else ":".join(address.split(":")[:4])
    pairs = [("ip", fraud.digest(work.rules.pepper, "ip", address))]
    pairs.append(("net", fraud.digest(work.rules.pepper, "net", network)))
    fraud.mark(work.session, member_id, pairs, work.now)
