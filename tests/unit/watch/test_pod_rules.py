"""Which rule holds for a pod, and how a mistake in an override is named."""

from __future__ import annotations

import pytest

from pods.pod_rules import rules_for
from pods.policy import InvalidPolicy, parse
from pods.watch_rules import Mode

POLICY = """
[idle]
window_min = 40
[ladder]
mode = "stop"
countdown_min = 45
[[override]]
names = ["train-*"]
ladder = { mode = "tell" }
[[override]]
names = ["train-nightly"]
idle = { window_min = 60, max_gap_s = 300 }
ladder = { mode = "shadow" }
[[override]]
presets = ["notebook"]
ladder = { nudge_after_min = 20 }
[[override]]
channels = ["C0ONCALL1"]
ladder = { mode = "off" }
"""


@pytest.mark.parametrize(
    ("name", "preset", "channels", "expected"),
    [
        ("nlp", None, (), (Mode.STOP, 40, 45)),
        ("TRAIN-1", None, (), (Mode.TELL, 40, 45)),
        ("train-nightly", None, (), (Mode.SHADOW, 60, 45)),
        ("nlp", "notebook", (), (Mode.STOP, 40, 20)),
        ("train-1", "notebook", ("C0OTHER01", "C0ONCALL1"), (Mode.OFF, 40, 20)),
    ],
)
def test_the_last_override_that_concerns_a_pod_has_the_last_word(
    name: str, preset: str | None, channels: tuple[str, ...], expected: tuple[Mode, int, int]
) -> None:
    rules = rules_for(parse(POLICY), name, preset=preset, channels=channels)
    assert (rules.ladder.mode, rules.idle.window_min, rules.ladder.nudge_after_min) == expected
    assert rules.ladder.countdown_min == 45


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ('ladder = { mode = "off" }', "needs `names`, `presets` or `channels`"),
        ('names = ["a"]', "changes nothing"),
        ('names = ["a"]\nidle = { windw_min = 5 }', "'windw_min' is not a setting of [idle]"),
        ('names = ["a"]\nidle = { window_min = 2 }', "`override` number 1 makes a rule that cannot hold: `window_min`"),
        ('names = ["a"]\nidle = { max_gap_s = 1800, window_min = 20 }', "must be shorter than the window"),
        ('names = ["a"]\nladder = { mode = "kill" }', "`mode`"),
    ],
)
def test_a_wrong_override_is_named_with_what_to_write(override: str, sentence: str) -> None:
    with pytest.raises(InvalidPolicy) as raised:
        parse(f"[[override]]\n{override}\n")
    assert sentence in raised.value.sentence


@pytest.mark.parametrize(
    ("every_s", "idle", "gap", "fresh"),
    [
        (30, "", 180, 120),
        (90, "", 181, 120),
        (300, "", 601, 301),
        # What the policy says itself is not stretched; then nothing is proven, and the watch says so.
        (300, "max_gap_s = 200", 200, 301),
        # Polls further apart than the window prove nothing in it.
        (600, "window_min = 10", 180, 120),
    ],
)
def test_holes_as_long_as_slow_polls_leave_are_allowed_for(every_s: int, idle: str, gap: int, fresh: int) -> None:
    rule = rules_for(parse(f"[poll]\nevery_s = {every_s}\n[idle]\n{idle}\n"), "a").idle
    assert (rule.max_gap_s, rule.fresh_s) == (gap, fresh)
