"""What employees type to customers is held to the same words as what the product sends."""

from datetime import date

from commands.product import lint_rules
from models.intercept import InterceptRule
from models.ledger import Evidence
from rules.intercept import WORD, WORDS, wanted
from tests.world import World


def test_an_employee_is_kept_from_promising_what_the_bot_may_not_promise(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.member_says("在吗")
    world.forward(days=1)
    assert world.people.servicer_says("adv01", client, "这只稳赚不赔") == ""
    assert world.people.servicer_says("adv01", client, "投资有风险，请谨慎") != ""
    shown = world.rows(of=InterceptRule)
    assert {one.rule_id for one in shown} == set(world.company.intercept_rules)
    assert any("稳赚不赔" in one.words for one in shown)


def test_others_rules_are_left_alone_edited_ones_are_put_right_and_only_changes_are_proved(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.intercept_rules["rule-theirs"] = {
        "rule_id": "rule-theirs", "rule_name": "同事的规则", "word_list": ["红包"], "intercept_type": 2,
        "applicable_range": {"user_list": ["adv01"]}, "create_time": 0,
    }  # fmt: skip
    world.forward(days=1)
    ours = [one for one in world.company.intercept_rules.values() if one["rule_id"] != "rule-theirs"]
    ours[0]["word_list"] = ["随便"]
    gone = {**ours[1], "rule_id": "rule-old", "rule_name": "合规-旧类别-拦截"}
    world.company.intercept_rules["rule-old"] = gone
    world.forward(days=1)
    assert world.company.intercept_rules["rule-theirs"]["word_list"] == ["红包"]
    assert ours[0]["word_list"] != ["随便"]
    assert "rule-old" not in world.company.intercept_rules
    proved = [one for one in world.rows(of=Evidence) if one.kind == "intercepts"]
    world.forward(days=1)
    assert len([one for one in world.rows(of=Evidence) if one.kind == "intercepts"]) == len(proved) == 2


def test_every_rule_keeps_to_wecoms_limits_and_only_packs_in_force_are_given_out() -> None:
    rules = lint_rules().rules
    today, before = wanted(rules, date(2026, 11, 26)), wanted(rules, date(2020, 1, 1))
    assert before == []
    assert all(len(one.name) <= 20 and 0 < len(one.words) <= WORDS for one in today)
    assert all(0 < len(word) <= WORD for one in today for word in one.words)
    assert len({one.name for one in today}) == len(today) <= 100
