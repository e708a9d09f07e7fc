"""A rule survives the form: what the blocks show is what the rule says."""

import pytest

from growth.admin import rules

RULES = [
    {"tag": "vip"},
    {"all": [{"attribute": "city", "is": "Hl.m. Praha"}, {"not": {"tag": "staff"}}]},
    {"not": {"any": [{"tag": "a"}, {"age": {"min": 60}}]}},
    {"any": [{"not": {"all": [{"tag": "a"}, {"level": {"max": "silver"}}]}}, {"segment": "vip"}]},
    {"all": [{"event": "card.bound", "times": {"min": 2, "max": 9}, "within_days": 365}]},
    {"all": [{"attribute": "n", "in": [1, 2.5, "3", True, "true", " x"]}]},
    {"all": [{"attribute": "flag", "is": False}, {"attribute": "flag", "exists": True}]},
    {"all": [{"attribute": "since", "max": "1938-12-31"}]},
    {"all": [{"attribute": "code", "is": '"quoted"'}]},
]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_survives_the_form(rule):
    match, conditions = rules.from_rule(rule)

    said = rules.to_rule(match, conditions)

    assert said in (rule, {"all": [rule]})
    assert rules.same_rule(rule, match, conditions)


def test_several_operators_become_several_conditions():
    rule = {"attribute": "income", "min": 10, "max": 20}

    assert rules.to_rule(*rules.from_rule(rule)) == {
        "all": [{"attribute": "income", "min": 10}, {"attribute": "income", "max": 20}]
    }
    assert rules.to_rule(*rules.from_rule({"not": rule})) == {
        "not": {"all": [{"attribute": "income", "min": 10}, {"attribute": "income", "max": 20}]}
    }


def test_a_rule_nested_too_deep_is_not_shown_wrongly():
    deep = {"tag": "x"}
    for match in ("all", "any", "all", "any"):
        deep = {match: [deep, {"tag": "y"}]}

    with pytest.raises(rules.TooDeep):
        rules.from_rule(deep)


def test_each_condition_knows_its_path():
    rule = {"all": [{"tag": "a"}, {"not": {"any": [{"tag": "b"}, {"age": {"min": 1}}]}}]}

    found = dict(rules.places(*rules.from_rule(rule), "rule"))

    assert found["rule.all[0]"] == (0,)
    assert found["rule.all[1].not.any[1]"] == (1, 1)
