"""Following `next_cursor` to the end, bounded."""

from collections.abc import Callable, Iterator
from typing import Any

PAGES = 1000


def pages(fetch: Callable[[str], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every page of a cursor-paged call; stops at an empty cursor, or after a thousand pages."""
    cursor = ""
    for _ in range(PAGES):
        page = fetch(cursor)
        yield page
        cursor = str(page.get("next_cursor") or "")
        if not cursor:
            return
