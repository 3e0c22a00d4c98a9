"""不匹配流程: a client who wants a product that is above them is told so, and insisting leads to a licensed person.

The bot never recommends, never links and never talks anybody into a higher level (suitability.yaml mismatch_flow,
适当性办法 18-22 条).
"""

import re
from collections.abc import Iterator

from handlers import handover, reply
from models import kf, rating, suitability
from models.actions import Action, Menu
from models.events.messages import TextReceived
from models.work import Work
from rules.suitability import ALLOW, EXPIRED, LOWEST, NOT_ASKED, Standing

WANTS = re.compile(r"买|申购|认购|下单|定投|加仓|建仓|入手|持有|推荐|开通")
INSISTS = re.compile(r"坚持|一定要|就要|就想|非要|还是(?:想|要)|硬要|自己(?:负责|承担)|后果自负|风险自担")
ASK, LEAVE = "suit:insist", "suit:leave"
CHOICES: Menu = ((ASK, "仍要了解，转人工"), (LEAVE, "不用了"))
SAID = {NOT_ASKED.code: "suit_unknown", EXPIRED.code: "suit_unknown", LOWEST.code: "suit_lowest"}


def wanted(event: TextReceived, work: Work) -> Iterator[Action]:
    """Nothing to say where the product fits: questions about it are answered as any other."""
    if event.channel != "kf" or kf.with_people(work.session, event.open_kfid, event.member_id, event.at):
        return
    if event.menu_id == ASK:
        yield from handover.ask(event, work)
    elif event.menu_id == LEAVE:
        yield from reply.phrase(event, work, "suit_left")
    elif WANTS.search(event.text):
        yield from _judged(event, work)


def _judged(event: TextReceived, work: Work) -> Iterator[Action]:
    named = rating.mentioned(work.session, event.text)
    if not named:
        return
    worst = named[0]
    standing = suitability.standings(work.session, [event.member_id]).get(event.member_id, Standing())
    match = work.rules.suitability.match(standing, worst.risk, event.at.astimezone(work.rules.zone).date())
    suitability.keep(work, event.member_id, (worst.code, worst.risk), standing, match)
    if match.decision == ALLOW:
        return
    if phrase := SAID.get(match.code):
        yield from reply.phrase(event, work, phrase)
    elif INSISTS.search(event.text):
        yield from handover.ask(event, work)
    else:
        yield from reply.phrase(event, work, "suit_above", menu=CHOICES)
