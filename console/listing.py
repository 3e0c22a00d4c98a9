"""A list as every page shows it: filters, search, sorting, paging and export of one statement."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import render_template, request
from sqlalchemy import ColumnElement, Select, SQLColumnExpression
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from console.desk import Answer, Desk
from console.download import download

SIZE = 50
DEEPEST = 200
"""Pages: beyond it a filter finds what paging cannot, and an offset costs the database."""
EXPORTED = 50_000
"""Rows of one export."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `value`: what of a row it shows; `order`: by what it sorts; `href`: where a cell leads."""

    key: str
    title: str
    value: Callable[[Any], object]
    order: SQLColumnExpression[Any] | None = None
    href: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice above the list. `options`: value -> words; `where`: the condition of a value."""

    key: str
    title: str
    options: dict[str, str]
    where: Callable[[str], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page lists. `chosen` is unordered; `ends` makes every order total (the primary key).

    `rows`: scalars for a select of one entity, rows otherwise. `search`: the condition of typed words.
    """

    chosen: Select[*tuple[Any, ...]]
    columns: Sequence[Column]
    ends: SQLColumnExpression[Any]
    filters: Sequence[Filter] = ()
    search: Callable[[str], ColumnElement[bool]] | None = None
    order: str = ""
    empty: str = "这里还没有内容"
    scalars: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list, ready for the template `_list.html`."""

    listing: Listing
    path: str
    rows: list[Any]
    page: int
    more: bool
    sort: str
    words: str
    picked: dict[str, str] = field(default_factory=dict)

    def link(self, **changed: object) -> str:
        """The same list with something else chosen."""
        kept: dict[str, object] = {**self.picked, "q": self.words, "sort": self.sort, "page": self.page, **changed}
        query = urlencode([(key, value) for key, value in kept.items() if value not in ("", None, 1)])
        return f"{self.path}?{query}" if query else self.path

    def sorted_by(self, column: Column) -> str:
        """Where the head of a column leads: down first, then up."""
        return self.link(sort=column.key if self.sort == f"-{column.key}" else f"-{column.key}", page=1)


def listed(desk: Desk, listing: Listing, name: str, template: str = "list.html", **more: object) -> Answer:
    """The list at this address as a page (`shown`), or, with ?export=csv|xlsx, as the file `name`."""
    with desk.db.read() as session:
        if kind := request.args.get("export", ""):
            return download(export(session, listing, request.args, desk.zone), name, kind)
        shown = show(session, listing, request.path, request.args)
        return render_template(template, shown=shown, title=name, **more)


def show(session: Session, listing: Listing, path: str, args: MultiDict[str, str]) -> Shown:
    """The page of the list that `args` (a query string) ask for. Unknown filters and columns are ignored."""
    picked = _picked(listing, args)
    words, sort = args.get("q", "").strip()[:100], args.get("sort", listing.order)
    page = min(max(1, args.get("page", 1, type=int)), DEEPEST)
    chosen = _ordered(listing, _narrowed(listing, picked, words), sort).limit(SIZE + 1).offset((page - 1) * SIZE)
    found = _rows(session, listing, chosen)
    return Shown(listing, path, found[:SIZE], page, len(found) > SIZE and page < DEEPEST, sort, words, picked)


def export(session: Session, listing: Listing, args: MultiDict[str, str], zone: ZoneInfo) -> Iterator[list[object]]:
    """Head and rows of the whole list as `args` narrow it, at most 50,000; times as Beijing people read them."""
    words, sort = args.get("q", "").strip()[:100], args.get("sort", listing.order)
    chosen = _ordered(listing, _narrowed(listing, _picked(listing, args), words), sort).limit(EXPORTED)
    yield [column.title for column in listing.columns]
    result = session.execute(chosen.execution_options(yield_per=1000))
    for row in result.scalars() if listing.scalars else result:
        yield [_cell(column.value(row), zone) for column in listing.columns]


def _cell(value: object, zone: ZoneInfo) -> object:
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def _picked(listing: Listing, args: MultiDict[str, str]) -> dict[str, str]:
    return {one.key: args[one.key] for one in listing.filters if args.get(one.key, "") in one.options}


def _narrowed(listing: Listing, picked: dict[str, str], words: str) -> Select[*tuple[Any, ...]]:
    chosen = listing.chosen
    for one in listing.filters:
        if one.key in picked:
            chosen = chosen.where(one.where(picked[one.key]))
    return chosen.where(listing.search(words)) if words and listing.search is not None else chosen


def _ordered(listing: Listing, chosen: Select[*tuple[Any, ...]], sort: str) -> Select[*tuple[Any, ...]]:
    by = {column.key: column.order for column in listing.columns if column.order is not None}
    key = sort if sort.lstrip("-") in by else listing.order
    if key.lstrip("-") not in by:
        return chosen.order_by(listing.ends)
    column = by[key.lstrip("-")]
    down = key.startswith("-")
    return chosen.order_by(column.desc() if down else column.asc(), listing.ends.desc() if down else listing.ends.asc())


def _rows(session: Session, listing: Listing, chosen: Select[*tuple[Any, ...]]) -> list[Any]:
    result = session.execute(chosen)
    return list(result.scalars()) if listing.scalars else list(result)
