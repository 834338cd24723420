"""Budgets over hours of running pods: each mark told once, where costs are told and to whose budget it is."""

from __future__ import annotations

import pytest

from tests.e2e.inline import ALICE, BOB, Bot
from tests.e2e.test_approvals import set_policy

ROUTE = '[[route]]\nchannel = "C0GPUPODS"\nkinds = ["cost"]\n'


def budget_posts(bot: Bot) -> list[str]:
    return [post.text for post in bot.posts() if "budget" in post.text]


def an_hour(bot: Bot, hours: float = 1) -> None:
    bot.pass_time(hours * 3600, step=600)


def test_each_mark_is_told_once_and_then_starts_are_refused(bot: Bot) -> None:
    """The demo's pods burn some $8 an hour; what they cost before that hour is on RunPod's bill."""
    an_hour(bot, 2)
    spending = bot.store.spending.get("now")
    assert spending is not None
    so_far = spending.sums["account//month"].usd
    assert so_far is not None
    amount = int(so_far) + 30
    mark = int(100 * so_far / amount) + 2
    set_policy(bot, f'{ROUTE}[[budget]]\namount = {amount}\ntell_at = [{mark}, 100]\nthen = "refuse"\n')
    bot.pass_time(240, step=60)
    assert budget_posts(bot) == []

    an_hour(bot, 6)
    first, last = budget_posts(bot)
    assert f"The account's budget for this month is {mark} % spent" in first
    assert "Once it is all spent, every create and start it pays for is refused." in first
    assert "Most of it: pods nobody owns $" in first
    assert "The account's budget for this month is spent" in last
    assert "What runs goes on; from now on every create and start it pays for is refused." in last
    an_hour(bot, 1)
    assert len(budget_posts(bot)) == 2

    heard = bot.exec("/pod start p4v9td")
    assert "was not started. The account's budget for this month is spent" in heard.private[0]


def test_an_owner_is_told_of_their_own_budget_directly(bot: Bot) -> None:
    bot.own("abc123", BOB)
    set_policy(bot, '[[budget]]\nscope = "owner"\nname = "*"\nperiod = "day"\namount = 5\ntell_at = [100]\n')
    an_hour(bot, 3)
    (told,) = [text for text in bot.everything_told(BOB) if "budget" in text]
    assert told.startswith(f"<@{BOB}>'s budget for today is spent: $")
    assert "Nothing is stopped or refused for it." in told
    assert "Most of it: `nlp-train` (`abc123`) $" in told
    assert budget_posts(bot) == []


def test_the_command_shows_what_concerns_the_asker_and_all_of_it_to_who_asks_for_all(bot: Bot) -> None:
    bot.own("abc123", BOB)
    bot.own("r8h5yc", ALICE)
    rules = (
        '[[team]]\nname = "nlp"\nusers = ["U0BOB"]\n[[budget]]\namount = 100000\n'
        '[[budget]]\nscope = "owner"\nname = "*"\namount = 0.2\n'
        '[[budget]]\nscope = "team"\nname = "nlp"\namount = 9000\n'
        "[approval]\nabove_per_hour = 7\n"
    )
    set_policy(bot, rules)
    an_hour(bot, 0.2)
    mine = bot.exec("/pod budget").private[0]
    assert "The budgets that concern you: 3, of which one is all spent." in mine
    assert f"<@{BOB}>'s budget for this month: $" in mine
    assert "The budget of team `nlp` for this month: $" in mine
    assert ALICE not in mine
    assert "above $7.00/h" in mine
    everybody = bot.exec("/pod budget all").private[0]
    assert f"<@{ALICE}>'s budget" in everybody
    shared = bot.exec("/pod budget share")
    assert "The budgets that concern you" in shared.public[-1]


@pytest.mark.parametrize(
    ("typed", "says"), [("budget", "No budget of the policy concerns you"), ("budget all", "The policy sets no budget")]
)
def test_without_a_budget_it_says_how_to_have_one(bot: Bot, typed: str, says: str) -> None:
    assert says in bot.exec(f"/pod {typed}").private[0]


def test_two_watchers_tell_a_mark_once(bot: Bot) -> None:
    set_policy(bot, f"{ROUTE}[[budget]]\namount = 1\ntell_at = [100]\n")
    for _ in range(6):
        bot.clock.advance(60)
        bot.loop.tick()
        polls = [each for each in bot.jobs if each[0].value == "workers.watch.poll"]
        bot.jobs.extend(polls)
        bot.tick()
    bot.settle()
    assert len(budget_posts(bot)) == 1
