"""presets, and the Home tab: what a person has and can make, with its buttons."""

from __future__ import annotations

from typing import Any

import pytest

from sim.slack import Place
from tests.e2e.inline import ALICE, BOB, CARA, Bot
from tests.e2e.test_create import PRESETS


@pytest.fixture
def shop(bot: Bot) -> Bot:
    bot.add_policy(PRESETS)
    bot.pass_time(31, step=10)
    return bot


def test_each_preset_says_what_it_asks_for_first_and_what_it_costs_now(shop: Bot) -> None:
    text = shop.exec("/pod presets").private[0]

    assert text.startswith("5 presets.")
    assert "`train`: `H100 SXM` at $3.29/h (medium stock), else `A100 PCIe`" in text
    assert "network volume `vol8kq2x1c` at `/workspace`" in text
    assert "For 12 h unless said otherwise" in text
    assert "`cheap`: spot `A40` at $0.30/h" in text
    assert "`prep`: 8 vCPUs" in text
    assert "Not for you here: it takes an admin" in text
    assert "{{" not in text


def test_without_presets_it_says_who_can_add_them(bot: Bot) -> None:
    assert "The policy has no preset yet" in bot.exec("/pod presets").private[0]


def test_a_button_amounts_to_typing_the_create(shop: Bot) -> None:
    shop.exec("/pod presets")
    shop.press("Create notebook…")

    question = [text for text in shop.everything_told(BOB) if "Create" in text][-1]
    assert "`notebook`" in question or "notebook" in question
    assert shop.effects("create") == []


def test_a_viewer_gets_no_buttons(shop: Bot) -> None:
    shop.exec("/pod presets", user=CARA)

    with pytest.raises(AssertionError):
        shop.button("Create notebook…", CARA)


def home(bot: Bot, user: str) -> dict[str, Any]:
    bot.slack.open_home(user)
    bot.settle()
    view: dict[str, Any] = [event["view"] for event in bot.slack.seen(user) if event["type"] == "home"][-1]
    return view


def labels(view: dict[str, Any]) -> list[str]:
    actions = [block for block in view["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for block in actions for element in block["elements"]]


def test_home_has_ones_own_pods_with_buttons_and_what_can_be_created(shop: Bot) -> None:
    shop.own("abc123", BOB)

    view = home(shop, BOB)

    assert "`nlp-train` (`abc123`): running" in str(view)
    assert {"Status", "Stop", "Restart", "Terminate…", "Create train…", "Create notebook…"} <= set(labels(view))
    assert "Create vip…" not in labels(view)
    assert len(view["blocks"]) <= 100


def test_home_offers_a_viewer_only_to_look(shop: Bot) -> None:
    shop.own("abc123", CARA)

    assert set(labels(home(shop, CARA))) == {"Status"}


def test_what_is_pressed_at_home_is_answered_in_the_direct_messages(shop: Bot) -> None:
    shop.own("abc123", ALICE)
    view = home(shop, ALICE)
    block = next(block for block in view["blocks"] if block["type"] == "actions" and "abc123" in str(block))
    stop = next(element for element in block["elements"] if element["text"]["text"] == "Stop")

    shop.slack.act(ALICE, Place(block_id=block["block_id"], action_id=stop["action_id"], view_id=view["id"]))
    shop.settle()

    assert len(shop.effects("stop")) == 1
    assert any("`nlp-train` (`abc123`) is stopped." in text for text in shop.everything_told(ALICE))
    assert shop.posts() == []
