"""Whatever a person types, they read a command's answer or a helpful one; never an exception, never silence."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands.catalog import REGISTRY
from tests.e2e.inline import CARA, Bot

WORDS = st.sampled_from(
    [word for command in REGISTRY.all() for word in command.words]
    + [
        "abc123",
        "train",
        "<@U0BOB|bob>",
        "<!channel>",
        "until",
        "18:00",
        "for",
        "4h",
        "mine",
        "h100",
        "--x",
        "`",
        "“",
        "=",
        "share",
    ]
)
TEXT = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=8).map(" ".join))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=TEXT)
def test_any_text_gets_an_answer(bot: Bot, typed: str) -> None:
    answer = bot.ask(typed, CARA)

    assert answer.strip()
    assert "Something in me failed" not in answer
    assert bot.effects() == []
