"""How most products resume a mass send: a checkpoint, moved when a page is fetched or after it was sent."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import urllib3

PAGE = 10
"""Batches between two checkpoints."""


def main(path: Path) -> None:
    """Send what is left by the checkpoint. Exit code 0: all of it."""
    order = json.loads(path.read_text(encoding="utf-8"))
    kept = Path(order["file"])
    at = int(kept.read_text(encoding="utf-8")) if kept.exists() else 0
    while at < len(order["texts"]):
        page = order["texts"][at : at + PAGE]
        if order["design"] == "fetch":
            _keep(kept, at + len(page))
        for text in page:
            _send(order, text)
        at += len(page)
        if order["design"] == "send":
            _keep(kept, at)


def _keep(kept: Path, at: int) -> None:
    """Whole or not at all: a half-written checkpoint would be another fault than the one compared."""
    new = kept.with_suffix(".new")
    new.write_text(str(at), encoding="utf-8")
    new.replace(kept)


def _send(order: dict[str, Any], text: str) -> None:
    body = {"chat_type": "single", "sender": "op01", "external_userid": order["people"], "text": {"content": text}}
    while True:
        url = f"{order['base']}/cgi-bin/externalcontact/add_msg_template?access_token={_token(order)}"
        try:
            if urllib3.request("POST", url, json=body, timeout=5.0, retries=False).json()["errcode"] == 0:
                return
        except urllib3.exceptions.HTTPError:
            continue  # at least once: try again
        time.sleep(0.01)


def _token(order: dict[str, Any]) -> str:
    if "token" not in order:
        url = f"{order['base']}/cgi-bin/gettoken?corpid={order['corp']}&corpsecret={order['secret']}"
        order["token"] = urllib3.request("GET", url, timeout=5.0).json()["access_token"]
    return str(order["token"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
