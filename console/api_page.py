"""The API's own description: OpenAPI for machines, a page for people, both from the table of calls."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from flask import render_template
from pydantic import BaseModel

from config.settings import Settings
from models.token import SCOPES

PLACE = re.compile(r"<(\w+)>")
ANSWERS = {
    "200": "完成", "400": "缺少 Idempotency-Key", "401": "令牌无效或没有权限", "404": "没有这个对象",
    "409": "Idempotency-Key 已用于另一个请求", "413": "内容过大", "422": "内容有误，什么也没有写入",
}  # fmt: skip


class Called(Protocol):
    """A row of the table of calls."""

    @property
    def method(self) -> str:
        """GET, POST or PUT."""

    @property
    def path(self) -> str:
        """After /api/v1."""

    @property
    def scope(self) -> str:
        """What the token must be allowed to do."""

    @property
    def title(self) -> str:
        """What it does, for people."""

    @property
    def body(self) -> type[BaseModel] | None:
        """What it takes."""


def openapi(calls: Iterable[Called], settings: Settings) -> dict[str, Any]:
    """The document served at /api/openapi.json."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {}
    for call in calls:
        place = "/api/v1" + PLACE.sub(r"{\1}", call.path)
        paths.setdefault(place, {})[call.method.lower()] = _operation(call, schemas)
    return {
        "openapi": "3.1.0", "info": {"title": "社群运营接口", "version": "1"},
        "servers": [{"url": settings.BOT_PUBLIC_URL}], "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }  # fmt: skip


def _operation(call: Called, schemas: dict[str, Any]) -> dict[str, Any]:
    inside = {"type": "string", "minLength": 1, "maxLength": 64}
    parameters = [{"name": name, "in": "path", "required": True, "schema": inside} for name in PLACE.findall(call.path)]
    made: dict[str, Any] = {
        "summary": call.title, "description": f"权限 {call.scope}：{SCOPES[call.scope]}", "parameters": parameters,
        "responses": {
            code: {"description": words, "content": {"application/json": {"schema": {"type": "object"}}}}
            for code, words in ANSWERS.items()
        },
    }  # fmt: skip
    if call.body is not None:
        key = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
        schema = call.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[call.body.__name__] = schema
        ref = {"$ref": f"#/components/schemas/{call.body.__name__}"}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref}}}
    return made


def page(calls: Iterable[Called], settings: Settings) -> str:
    """What a developer at the firm reads."""
    rows = [
        {
            "method": call.method, "path": "/api/v1" + PLACE.sub(r"{\1}", call.path), "title": call.title,
            "scope": call.scope, "fields": _fields(call.body),
        }
        for call in calls
    ]  # fmt: skip
    return render_template("api.html", calls=rows, base=settings.BOT_PUBLIC_URL)


TYPES = {"string": "文字", "integer": "整数", "number": "数字", "boolean": "是或否", "array": "列表", "object": "对象"}
"""JSON types, for people."""


def _fields(body: type[BaseModel] | None) -> list[tuple[str, str]]:
    """(name, what it is) of each field of a body; of a list also what each of its rows has."""
    if body is None:
        return []
    schema = body.model_json_schema()
    rows = [(f"rows[].{name}", said) for one in schema.get("$defs", {}).values() for name, said in _described(one)]
    return [*_described(schema), *rows]


def _described(schema: Mapping[str, Any]) -> list[tuple[str, str]]:
    needed = schema.get("required", ())
    return [
        (name, _type(one) + ("" if name in needed else "，可省略"))
        for name, one in schema.get("properties", {}).items()
    ]


def _type(one: Mapping[str, Any]) -> str:
    kinds = [one, *one.get("anyOf", ())]
    named = [TYPES[str(kind["type"])] for kind in kinds if kind.get("type") in TYPES]
    form = next((f"（{FORMATS[str(kind['format'])]}）" for kind in kinds if kind.get("format") in FORMATS), "")
    return ("、".join(named) or "对象") + form


FORMATS = {"date": "日期，形如 2026-11-27", "date-time": "时刻，带时区，形如 2026-11-27T10:00:00+08:00"}
