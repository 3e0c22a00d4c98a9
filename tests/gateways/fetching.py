"""One of several processes that share a token: `python fetching.py <redis url> <prefix>`; run by test_token.

WeCom is a counter in Redis: fetching counts one up, and only the token of the last fetch is good, as if each gettoken
ended the one before. Prints ready, waits for a word, prints the tokens its threads used, then the tries they needed.
"""

import json
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import redis

from gateways.redis_store import RedisStore
from gateways.wecom.token import TokenStore

THREADS = 32
FETCHING = 0.1
CALLS = 40


def main(url: str, prefix: str) -> None:
    wecom = redis.Redis.from_url(url, decode_responses=True)
    store = RedisStore(url, prefix, time.time, lambda: secrets.token_hex(8))

    def fetch() -> tuple[str, int]:
        number = wecom.incr(f"{prefix}fetches")
        wecom.blpop([f"{prefix}nobody writes here"], timeout=FETCHING)  # an answer takes its time
        return f"token-{number}", 7200

    def call(_turn: int) -> int:
        """Tries until WeCom takes the token, as the session does it: at most one more."""
        for tries in (1, 2, 3):
            token = tokens.get()
            if token == f"token-{int(wecom.get(f'{prefix}fetches') or 0)}":
                return tries
            tokens.invalidate(token)
        return 99

    tokens = TokenStore(store, fetch, "app", time.time)
    with ThreadPoolExecutor(THREADS) as pool:
        for work in (lambda _turn: tokens.get(), call):
            print("ready", flush=True)
            sys.stdin.readline()
            print(json.dumps(list(pool.map(work, range(THREADS if work is not call else CALLS * THREADS)))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
