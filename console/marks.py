"""Text with the places the lint found marked, safe to put on a page."""

from collections.abc import Sequence
from typing import Protocol

from markupsafe import Markup, escape


class Spanned(Protocol):
    """A finding: where it stands in the text, and why."""

    @property
    def span(self) -> tuple[int, int]:
        """Start and end in the text."""

    @property
    def reason(self) -> str:
        """What people read beside the mark."""


def marked(text: str, findings: Sequence[Spanned]) -> Markup:
    """The text with every finding in a `<mark>`; overlapping ones share the first one's mark."""
    done, parts = 0, [Markup("")]
    for one in sorted(findings, key=lambda found: found.span):
        start, end = one.span
        if start < done or start >= end:
            continue
        parts += [escape(text[done:start]), Markup('<mark title="{}">{}</mark>').format(one.reason, text[start:end])]
        done = end
    return Markup("").join([*parts, escape(text[done:])])
