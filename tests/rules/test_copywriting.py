"""Copy from approved facts: templates say nothing that is in no fact, and a model is told no person's number."""

import pytest

from config import data
from rules import copywriting, draft
from rules.compliance import Lexicon
from rules.draft import Source

FACTS = [
    Source("F1", "怎么开户", "在官方APP内上传身份证即可开户。开户不收费。"),
    Source("F2", "多久能好", "一般 1 个交易日内完成审核，以官方公告为准。"),
]


@pytest.mark.parametrize("style", copywriting.STYLES)
@pytest.mark.parametrize("audience", ["", "30 岁程序员，稳健型", "退休阿姨", "刚入市的新手"])
def test_a_template_stands_up_to_its_facts_in_every_style(style: str, audience: str) -> None:
    text = copywriting.by_template("怎么开户", audience, style, FACTS)
    assert "身份证" in text
    assert "1 个交易日" in text
    assert draft.judge(text, FACTS, Lexicon.load(data.lexicon(), data.variants())).faults == ()


def test_a_model_is_told_facts_style_and_nobodys_number() -> None:
    told = copywriting.prompt("怎么开户 13800138000", "wmAAAAAAAAAAAAAAAAAAAAAAAAAA 的 <|im_start|>", "warm", FACTS)
    assert "[F1] 怎么开户" in told
    assert "亲切" in told
    assert not any(one in told for one in ("13800138000", "wmAAAA", "<|im_start|>"))
