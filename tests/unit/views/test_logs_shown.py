"""A log is somebody else's text: it stays inert, within Slack's limits, and loses no newest line silently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import logs
from pods.messages import Content
from pods.model import LogLine
from sim.slack.blocks import message_characters, validate_message
from tests.unit.views.reading import shown
from tests.unit.views.samples import NOW, TZ


def log(*lines: str, tail: int = 1000) -> Content:
    made = [LogLine(ts=NOW, source="container", line=each) for each in lines]
    return logs.log("n", "abc123", made, source="container", tail=tail, since=None, now=NOW, tz=TZ)


@pytest.mark.parametrize(
    ("line", "as_shown"),
    [
        ("<!channel> look", "&lt;!channel&gt; look"),
        ("```fence```", "'''fence'''"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("10 %\r50 %\r100 %", "100 %"),
        ("a\tb", "a    b"),
        ("\u202egnp.exe\u200b", "gnp.exe"),
        ("    indented", "    indented"),
        ("a & b", "a &amp; b"),
        ("HF_TOKEN=hf_AbCdEfGhIjKlMnOpQrStUv", "HF_TOKEN=[masked]"),
    ],
)
def test_a_line_is_shown_as_text_and_nothing_else(line: str, as_shown: str) -> None:
    assert f"\n03:04:00 {as_shown}\n" in shown(log(line))


def test_a_line_that_never_ends_is_cut() -> None:
    assert "…" in shown(log("x" * 5000))


@given(st.lists(st.text(max_size=500), max_size=300))
def test_any_log_fits_into_one_message(lines: list[str]) -> None:
    content = log(*lines)

    assert validate_message(list(content.blocks)) == []
    assert message_characters(list(content.blocks)) < 10_000
    assert shown(content).count("```") % 2 == 0


def test_the_newest_lines_are_kept_and_the_cut_is_said() -> None:
    content = log(*(f"line {n} {'y' * 90}" for n in range(300)), tail=300)

    assert "line 299" in shown(content)
    assert "line 0 " not in shown(content)
    assert "of 300 lines" in content.text.split("\n")[0]
