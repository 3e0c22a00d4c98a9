"""Words that exclude one another: whoever asks for one must never be told the other, however alike the rest.

A safety rule beside the trained matcher, not a source of recall (measured: it moves no score).
"""

from collections.abc import Sequence

OPPOSITES: tuple[tuple[str, str], ...] = (
    ("开户", "销户"), ("入金", "出金"), ("转入", "转出"), ("申购", "赎回"), ("买入", "卖出"),
    ("开通", "关闭"), ("开通", "取消"), ("绑定", "解绑"), ("上市", "退市"), ("融资", "融券"),
    ("开通", "注销"), ("开户", "注销"),
)  # fmt: skip


class Sides:
    """Which phrasings are out of the question for a text that takes a side."""

    def __init__(self, entries: Sequence[Sequence[str]]) -> None:
        """`entries`: the cleaned phrasings of each, its question first; rows are counted through all of them.

        A phrasing that names neither side stands for its entry: “创业板权限怎么弄” is an entry about 开通.
        """
        self._barred: dict[tuple[str, str], list[int]] = {}
        for one, other in [*OPPOSITES, *((other, one) for one, other in OPPOSITES)]:
            rows = self._of(entries, one, other)
            if rows:
                self._barred[one, other] = rows

    @staticmethod
    def _of(entries: Sequence[Sequence[str]], asked: str, opposite: str) -> list[int]:
        rows, row = [], 0
        for phrases in entries:
            told = "".join(phrases)
            whole = opposite in told and asked not in told
            for phrase in phrases:
                if whole or (opposite in phrase and asked not in phrase):
                    rows.append(row)
                row += 1
        return rows

    def barred(self, text: str) -> list[int]:
        """Rows that say the opposite of the text."""
        return [row for (one, other), rows in self._barred.items() if one in text and other not in text for row in rows]
