"""Tickets of the JS-SDK (doc 96909): one of the corp, one of the app, each the same until it ends."""

import hashlib
from collections.abc import Mapping
from typing import Any

from simulator.company import ApiError, Company

LIFE = 7200


def of_corp(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_jsapi_ticket."""
    del query, body
    return _ticket(company, "corp")


def of_app(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """ticket/get: only for agent_config."""
    del body
    if query.get("type") != "agent_config":
        raise ApiError(40035, "invalid type")
    return _ticket(company, "app")


def _ticket(company: Company, kind: str) -> dict[str, Any]:
    began = int(company.clock()) // LIFE
    told = hashlib.sha256(f"{company.corp.secret}:{kind}:{began}".encode()).hexdigest()
    return {"ticket": f"{kind}-{told[:40]}", "expires_in": int((began + 1) * LIFE - company.clock())}
