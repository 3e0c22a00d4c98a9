"""The peer of `bench callbacks`: a bare Flask + wechatpy echo, as tutorials write it; nothing is stored."""

import sys
from typing import Any

from flask import Flask, request
from wechatpy.work import parse_message
from wechatpy.work.crypto import WeChatCrypto
from wechatpy.work.replies import create_reply

from bench.load import CORP, KEY, TOKEN


def factory() -> Any:
    """The application."""
    app = Flask("peer")
    crypto = WeChatCrypto(TOKEN, KEY, CORP)

    @app.post("/wecom/callback")
    def echo() -> str:
        query = request.args
        plain = crypto.decrypt_message(request.get_data(), query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(plain)
        reply = create_reply(message.content, message).render()
        return str(crypto.encrypt_message(reply, query["nonce"], query["timestamp"]))

    return app


if __name__ == "__main__":
    from commands.serve import serve_wsgi

    serve_wsgi("bench.peer:factory", "127.0.0.1", int(sys.argv[1]), threads=int(sys.argv[2]))
