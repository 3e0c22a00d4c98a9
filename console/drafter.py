"""The language model as the console asks it: within its budget of the month, every request in its cost ledger."""

import time

from console.desk import Desk
from gateways.llm import Drafter, NoDraft, OpenAiDrafter
from models.model_call import ModelCall, spent


class Bureau:
    """One for the console. `there`: whether a model is set at all."""

    def __init__(self, desk: Desk) -> None:
        given = desk.settings
        self._desk = desk
        self._drafter: Drafter | None = None
        if given.BOT_LLM_URL:
            key = given.BOT_LLM_KEY.get_secret_value()
            self._drafter = OpenAiDrafter(given.BOT_LLM_URL, key, given.BOT_LLM_MODEL)

    @property
    def there(self) -> bool:
        """Whether there is a model."""
        return self._drafter is not None

    def used(self) -> tuple[int, int]:
        """(tokens of this month so far, tokens it may take)."""
        with self._desk.db.read() as session:
            return spent(session, self._desk.db.clock(), self._desk.zone), self._desk.settings.BOT_LLM_MONTHLY_TOKENS

    def draft(self, purpose: str, system: str, user: str) -> str:
        """A text. Raises NoDraft; never inside a transaction, as it may take three seconds."""
        if self._drafter is None:
            raise NoDraft("没有配置模型：设置 BOT_LLM_URL 后可用")
        had, budget = self.used()
        if had >= budget:
            raise NoDraft(f"本月模型用量已达上限（{had}/{budget}）：下月恢复，或由管理员调高 BOT_LLM_MONTHLY_TOKENS")
        began, tokens = time.monotonic(), 0
        try:
            made = self._drafter.draft(system, user)
            tokens = made.tokens
        finally:
            took = int((time.monotonic() - began) * 1000)
            with self._desk.db.work() as work:
                work.session.add(
                    ModelCall(at=work.now, by=self._desk.person.name, purpose=purpose, tokens=tokens, ms=took)
                )
        return made.text
