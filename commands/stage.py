"""Starts and stops the product and the simulator as processes of one demo or test, on a clock that may be shifted."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from commands.staged import SHIFT

ROOT = Path(__file__).resolve().parent.parent
START, STOP = 90.0, 20.0


def free_port() -> int:
    """A port nobody uses, with the next one free too most of the time."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Stage:
    """`settings` go to the product; `company` is the simulator's config. Ports are the caller's choice."""

    settings: Mapping[str, str]
    port: int
    company_port: int
    folder: Path
    company: Mapping[str, Any] = field(default_factory=dict)
    cpu: int | None = None
    """The core its processes are pinned to (measurements)."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the product listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def company_url(self) -> str:
        """Where the simulator listens."""
        return f"http://127.0.0.1:{self.company_port}"

    def open_product(self, shift: float = 0.0, role: str = "all", name: str = "product") -> None:
        """Start a product process and wait until it is ready. RuntimeError with the end of its log otherwise."""
        self.spawn_product(shift, role, name)
        if role in ("all", "web"):
            self._wait(name, f"{self.url}/readyz")

    def spawn_product(self, shift: float = 0.0, role: str = "all", name: str = "product") -> None:
        """Start a product process and wait for nothing."""
        self._start(name, ["product", role, str(self.port)], {**self.settings, SHIFT: str(shift)})

    def open_company(self, shift: float = 0.0) -> None:
        """Start the simulator and wait for it."""
        config = {**self.company, "base": self.company_url, "callback": self.url, "shift": shift}
        path = self.folder / "company.json"
        path.write_text(json.dumps(config, ensure_ascii=False), encoding="utf-8")
        self._start("company", ["company", "", str(self.company_port)], {"SIMULATOR_CONFIG": str(path.resolve())})
        self._wait("company", f"{self.company_url}/chat/people")

    def kill(self, name: str) -> None:
        """SIGKILL to a process and all it started."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self, name: str) -> int:
        """Ask a process to end; its exit code. Killed when it takes longer than twenty seconds."""
        process = self.running.pop(name)
        process.terminate()
        try:
            return process.wait(STOP)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()

    def close_all(self) -> None:
        """End everything, the product first."""
        for name in sorted(self.running, key=lambda one: one == "company"):
            self.close(name)

    def order(self, verb: str, body: object) -> Any:
        """An order to the simulator; its result. ValueError when it refused."""
        answer = urllib3.request(
            "POST", f"{self.company_url}/control/{verb}", body=json.dumps(body), timeout=60.0, retries=False
        )
        found = json.loads(answer.data)
        if not found["ok"]:
            raise ValueError(found["error"])
        return found["result"]

    def deed(self, verb: str, *args: object, **kwargs: object) -> Any:
        """What a person does in the pretend company."""
        return self.order(verb, {"args": args, "kwargs": kwargs})

    def log_of(self, name: str) -> str:
        """The last lines a process wrote."""
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text(encoding="utf-8").splitlines()[-15:]) if path.exists() else ""

    def _start(self, name: str, words: list[str], env: Mapping[str, str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 our own module
                [sys.executable, "-m", "commands.staged", *words],
                cwd=ROOT, env={**_inherited(), **env}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if self.cpu is not None:  # before it has started anything, so all its threads and children inherit it
            os.sched_setaffinity(self.running[name].pid, {self.cpu})

    def _wait(self, name: str, url: str) -> None:
        ends = time.monotonic() + START
        while time.monotonic() < ends and self.running[name].poll() is None:
            try:
                if urllib3.request("GET", url, timeout=2.0, retries=False).status == 200:  # noqa: PLR2004 HTTP OK
                    return
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"{name} 没有启动成功，日志末尾：\n{self.log_of(name)}")


def _inherited() -> dict[str, str]:
    """The environment without settings of a real deployment: a stage must never reach one."""
    ours = ("BOT_", "WECOM_", "DATABASE_URL", "REDIS_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}  # noqa: TID251 handed on


def settings_for(folder: Path, port: int, company_port: int, keys: Mapping[str, str]) -> dict[str, str]:
    """Settings of a product that talks to the simulator, on SQLite in `folder`."""
    return {
        "WECOM_CORP_ID": "ww0000000000000001",
        "WECOM_AGENT_ID": "1000002",
        "WECOM_SECRET": "simulator-secret-0000000000000000000000000000",
        "WECOM_TOKEN": "simTok2026",
        "WECOM_AES_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "WECOM_AIBOT_TOKEN": "simBot2026",
        "WECOM_AIBOT_AES_KEY": "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "WECOM_API_BASE": f"http://127.0.0.1:{company_port}",
        "BOT_ARCHIVE_URL": f"http://127.0.0.1:{company_port}",
        "BOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BOT_BROKER_NAME": "示例证券",
        "BOT_APP_NAME": "示例证券APP",
        "BOT_HOTLINE": "955XX",
        "BOT_REFERRAL_MODE": "education_only",
        "BOT_VAR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
        **keys,
    }


def fresh_keys() -> dict[str, str]:
    """Keys for one run."""
    import base64

    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {"BOT_DATA_KEY": key, "BOT_SECRET_KEY": secrets.token_hex(32)}
