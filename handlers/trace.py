"""Where the words of an outgoing text come from: the sources its facts are traced to (rules.guard)."""

from handlers.faq import spoken
from models.actions import TRAITS, Action, words_of
from models.content import Content
from models.faq import FaqEntry
from models.work import Work
from rules import guard, phrases

AUTOMATIC = frozenset({"reply", "welcome"})
"""Purposes whose words nobody looks at before they leave."""


def untraced(action: Action, work: Work) -> tuple[str, ...]:
    """Facts of an automatic text that no approved source has; empty when it may go.

    `faq:<id>[+<id>…]` traces to published entries; `ui:<name>` must be that very phrase, or, where a feature builds
    its sentence in code, carry no money, rate, phone number or foreign link; anything else is approved content.
    """
    text = str(getattr(action, "text", ""))
    if not text or TRAITS[type(action)].purpose not in AUTOMATIC:
        return ()
    content_id = str(getattr(action, "content_id", ""))
    kind, _, name = content_id.partition(":")
    if kind == "faq":
        return guard.untraced("\n".join(words_of(action)), _entries(action, name, work))
    if kind != "ui":
        return _content(action, content_id, work)
    if name not in phrases.PHRASES:
        return guard.grave(text, work.rules.public_url)
    filled = tuple(work.rules.fill(one) for one in phrases.PHRASES[name])
    bare = guard.ASKED_AT.sub("", text)
    # Channels without menus carry the choices in the text, numbered, below the phrase.
    bare = bare.partition("\n1. ")[0] if name in phrases.OFFERING else bare
    return () if phrases.fits(name, bare, filled) else (guard.untraced(text, ()) or (content_id,))


def _entries(action: Action, ids: str, work: Work) -> list[str]:
    entries = [work.session.get(FaqEntry, one) for one in ids.split("+")]
    known = [one for one in entries if one is not None and one.status == "published"]
    menu = [label for _, label in getattr(action, "menu", ())]
    return [*menu, *(one.question for one in known), *(spoken(one, work) for one in known)]


def _content(action: Action, content_id: str, work: Work) -> tuple[str, ...]:
    """The approved words with their gaps filled; what code puts around them carries nothing grave."""
    text = str(getattr(action, "text", ""))
    content = work.session.get(Content, content_id) if content_id else None
    if content is None or not content.approved:
        return guard.untraced(text, ())
    rest = guard.beyond(text, content.body)
    if rest is None:
        return guard.untraced(text, [work.rules.fill(content.body), work.rules.risk_tip(content.risk_tip)])
    return guard.grave(rest, work.rules.public_url)
