"""What every page is given, and the one way to put a page on the console: guarded, by role, listed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, redirect
from werkzeug.wrappers import Response as AnyResponse

from config.settings import Settings
from console.access import Access, Person
from gateways.store import Store
from models.operator import ROLES
from models.work import Database

Answer = AnyResponse | Response | str | tuple[str, int]
View = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Desk:
    """The console's parts. `roles` tells who may open what: (method, rule) -> roles."""

    db: Database
    store: Store
    access: Access
    settings: Settings
    roles: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone people read."""
        return self.settings.zone

    @property
    def person(self) -> Person:
        """Who asks; only inside a page."""
        person: Person = g.person
        return person

    def page(
        self, pages: Blueprint, rule: str, roles: Iterable[str] = ROLES, methods: Iterable[str] = ("GET",)
    ) -> Callable[[View], View]:
        """Put a view at `rule`: open to these roles, logged in, and when posting only with the form's token."""
        allowed, verbs = tuple(roles), tuple(methods)

        def put(view: View) -> View:
            @wraps(view)
            def guarded(**values: Any) -> Answer:
                refused = self.access.guard(allowed)
                return refused if refused is not None else view(**values)

            for verb in verbs:
                self.roles[(verb, rule)] = allowed
            pages.add_url_rule(rule, view.__name__, guarded, methods=list(verbs))
            return view

        return put


def back(path: str) -> AnyResponse:
    """After a form was taken: to the page that shows what it did."""
    return redirect(path, code=303)
