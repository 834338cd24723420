"""The policy's recovery rules: what they default to, and each mistake with what to write instead."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pods.policy import InvalidPolicy, parse
from pods.recovery.rules import DEFAULT_RULE, Move, rule_named
from tests.unit.recovery.samples import rule


def test_the_default_only_does_what_costs_no_more_than_before() -> None:
    assert DEFAULT_RULE.moves == (Move.RESUME, Move.SAME_GPU)
    assert DEFAULT_RULE.price_cap is None
    assert not DEFAULT_RULE.terminate_husk


def test_the_example_policy_names_every_field_of_a_rule() -> None:
    text = (Path(__file__).parents[3] / "podkeeper.example.toml").read_text()
    first = parse(text).recovery[0]
    assert first.name == "training"
    assert set(first.model_fields_set) == set(type(first).model_fields)
    assert first.checkpoint is not None
    assert first.useful == timedelta(minutes=30)


MISTAKES = [
    ('name = "Training"', "`recovery.0.name`", "lower-case letters"),
    ('name = "a"\nmoves = []', "`recovery.0.moves`", "each once"),
    ('name = "a"\nmoves = ["resume", "resume"]', "`recovery.0.moves`", "each once"),
    ('name = "a"\nmoves = ["teleport"]', "`recovery.0.moves.0`", "'other-gpu'"),
    ('name = "a"\nprice_cap = 0', "`recovery.0.price_cap`", "greater than 0"),
    ('name = "a"\nbudget = -1', "`recovery.0.budget`", "greater than 0"),
    ('name = "a"\nattempts_per_hour = 0', "`recovery.0.attempts_per_hour`", "greater than or equal to 1"),
    ('name = "a"\ndeadline_h = 1000', "`recovery.0.deadline_h`", "less than or equal to 168"),
    ('name = "a"\ncheckpoint = { shows = "log" }', "recovery.0.checkpoint", "needs it"),
    ('name = "a"\ncheckpoint = { shows = "line", pattern = "x" }', "recovery.0.checkpoint", "`pattern` belongs"),
    ('name = "a"\ncheckpoint = { shows = "http" }', "recovery.0.checkpoint", "`port` belongs"),
    ('name = "a"\ncheckpoint = { shows = "log", pattern = "(" }', "pattern`", "regular expression"),
    ('name = "a"\ncheckpoint = { shows = "log", pattern = "(a+)+b" }', "pattern`", "repeats itself"),
    ('name = "a"\ncheckpoint = { shows = "http", port = 1, path = "x" }', "path`", 'begin with "/"'),
    ('name = "a"\n[[recovery]]\nname = "a"', "`recovery`", "two rules called 'a'"),
    ("budget = 3", "`recovery.0.name`", "add it"),
]


@pytest.mark.parametrize(("text", "key", "fix"), MISTAKES)
def test_a_mistake_is_named_by_key_and_what_to_write(text: str, key: str, fix: str) -> None:
    with pytest.raises(InvalidPolicy) as raised:
        parse(f"[[recovery]]\n{text}")
    assert key in raised.value.sentence
    assert fix in raised.value.sentence


def test_a_rule_is_found_by_name_and_the_first_one_without() -> None:
    one, two = rule(name="one"), rule(name="two")
    assert rule_named((one, two), None) is one
    assert rule_named((one, two), "two") is two
    assert rule_named((), None) is DEFAULT_RULE
    assert rule_named((one,), "default") is DEFAULT_RULE
    assert rule_named((one,), "three") is None


def test_money_in_a_rule_is_exact() -> None:
    assert parse('[[recovery]]\nname = "a"\nprice_cap = 8.1').recovery[0].price_cap == Decimal("8.1")
