"""What every page is given, and the one way to put a page on the console: guarded, by role, listed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from config.settings import Settings
from console.access import Access, Person
from console.scan import Scan
from console.trail import acted, looked_at
from gateways.store import Store
from gateways.wecom.api import WeCom
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
    scan: Scan
    wecom: WeCom
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
        self,
        pages: Blueprint,
        rule: str,
        roles: Iterable[str] = ROLES,
        methods: Iterable[str] = ("GET",),
        about: str = "",
    ) -> Callable[[View], View]:
        """Put a view at `rule`: open to these roles, logged in, and when posting only with the form's token.

        `about`: the argument of the rule that is a member's id. Whoever may not see that member is refused, and whoever
        does see them is noted. What is posted is noted in the evidence, whatever the page.
        """
        allowed, verbs = tuple(roles), tuple(methods)

        def put(view: View) -> View:
            @wraps(view)
            def guarded(**values: Any) -> Answer:
                refused: Answer | None = self.access.guard(allowed)
                if refused is None and about:
                    refused = looked_at(self.db, self.person, rule, str(values[about]))
                if refused is not None:
                    return refused
                answer = view(**values)
                if request.method == "POST":
                    acted(self.db, self.person, rule, values)
                return answer

            for verb in verbs:
                self.roles[(verb, rule)] = allowed
            pages.add_url_rule(rule, view.__name__, guarded, methods=list(verbs))
            return view

        return put


def back(path: str) -> AnyResponse:
    """After a form was taken: to the page that shows what it did."""
    return redirect(path, code=303)
