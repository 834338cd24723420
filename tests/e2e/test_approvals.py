"""A start that costs too much waits for a second person: one of several decides, in the channel, and what was agreed to
is held to its price when RunPod is called.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pods.audit import Event
from pods.catalog import Catalog
from pods.model import Verb
from pods.rulings import SPENDING
from pods.spending import Spending, Spent
from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot
from workers import act, context
from workers.automation import Order, order
from workers.guards import GUARDS

DEAR = '[approval]\nabove_per_hour = 0.10\nrole = "operator"\n'


def set_policy(bot: Bot, more: str) -> None:
    """The seeded policy with these sections as well, in force."""
    text = bot.policy_path.read_text(encoding="utf-8").partition("# more\n")[0]
    bot.policy_path.write_text(f"{text}# more\n{more}", encoding="utf-8")
    bot.pass_time(6)


def spent(bot: Bot, **sums: str | None) -> None:
    """As the report queue would have reckoned it: `account="90"`; None: not known."""
    now = bot.clock.now()
    found = {
        f"{'account/' if scope == 'account' else f'owner/{scope}'}/{period}": Spent(usd=Decimal(usd) if usd else None)
        for scope, usd in sums.items()
        for period in ("day", "month")
    }
    record = Spending(at=now, day=now.date(), zone="Europe/Berlin", sums=found)
    bot.store.spending.change(SPENDING, lambda _: record, now)


def reprice(bot: Bot, usd: str) -> None:
    """RunPod asks another price for every GPU from now on."""

    def dearer(catalog: Catalog) -> Catalog:
        types = tuple(
            gpu.model_copy(update={"price_secure": Decimal(usd), "price_community": Decimal(usd)})
            for gpu in catalog.gpu_types
        )
        return catalog.model_copy(update={"gpu_types": types, "community": types, "version": catalog.version + 1})

    bot.store.catalog.change(dearer, bot.clock.now())


def test_a_dear_start_is_asked_in_the_channel_and_done_once_approved(bot: Bot) -> None:
    set_policy(bot, DEAR)
    heard = bot.exec("/pod start p4v9td")
    assert "needs a second person's approval" in heard.private[0]
    assert bot.effects("start") == []
    asked = bot.last().text
    assert asked.startswith(f"<@{ALICE}> or <@{DAVE}>: may <@{BOB}> start `sd-archive` (`p4v9td`) at $0.53/h?")
    assert "$0.53/h is above the $0.10/h" in asked
    assert "to midnight" in asked
    assert "to Friday midnight" in asked
    assert "its disk then costs $50.00 a month" in asked

    bot.press("Approve", user=DAVE)
    assert len(bot.effects("start")) == 1
    assert len(bot.posts()) == 1
    assert "is running" in bot.last().text
    assert f"approved by <@{DAVE}> for $0.53/h" in bot.last().text
    assert [each.result for each in bot.audited() if each.event is Event.CONFIRMED] == ["approval: start p4v9td"]


def test_declined_nothing_is_started_and_it_is_said_by_whom(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod start p4v9td")
    bot.press("Decline", user=ALICE)
    assert bot.effects("start") == []
    assert f"<@{ALICE}> did not approve its price" in bot.last().text


def test_nobody_answered_in_time(bot: Bot) -> None:
    set_policy(bot, DEAR + "wait_min = 10\n")
    bot.exec("/pod start p4v9td")
    message, block, action = bot.button("Approve", ALICE)
    bot.pass_time(601, step=10)
    bot.settle()
    assert "none of those who may approve its price answered" in bot.last().text
    bot.forge_click(ALICE, message, block, action)
    bot.settle()
    assert bot.effects("start") == []


def test_one_decides_and_who_comes_later_reads_who(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod start p4v9td")
    message, block, action = bot.button("Approve", ALICE)
    bot.press("Decline", user=DAVE)
    bot.forge_click(ALICE, message, block, action)
    bot.settle()
    assert bot.effects("start") == []
    assert any(f"<@{DAVE}> said no" in text for text in bot.everything_told(ALICE))


@pytest.mark.parametrize("who", [BOB, CARA])
def test_who_asked_and_who_was_not_asked_cannot_decide(bot: Bot, who: str) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod start p4v9td")
    bot.press("Approve", user=who)
    assert bot.effects("start") == []
    assert any("Your click changed nothing" in text for text in bot.everything_told(who))
    assert bot.waiting()


def test_an_approver_who_lost_the_role_decides_nothing(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod start p4v9td")
    set_policy(bot, DEAR.replace("operator", "admin"))
    bot.press("Approve", user=DAVE)
    assert bot.effects("start") == []
    assert any("Only an admin may" in text for text in bot.everything_told(DAVE))
    bot.press("Approve", user=ALICE)
    assert len(bot.effects("start")) == 1


def test_a_price_that_rose_before_the_answer_is_not_agreed_to(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod start p4v9td")
    reprice(bot, "0.99")
    bot.press("Approve", user=DAVE)
    assert bot.effects("start") == []
    assert "it would now cost $0.99/h, and $0.53/h was asked about" in bot.last().text


def test_what_changed_between_the_answer_and_the_call_stops_it(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod start p4v9td")
    bot.press("Approve", user=DAVE, settle=False)
    reprice(bot, "0.99")
    bot.settle()
    assert bot.effects("start") == []
    assert "was not started: it would now cost $0.99/h" in bot.last().text


def test_an_approver_who_lost_the_role_before_the_call_has_not_approved(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod start p4v9td")
    bot.press("Approve", user=DAVE, settle=False)
    text = bot.policy_path.read_text(encoding="utf-8").replace('role = "operator"', 'role = "admin"')
    bot.policy_path.write_text(text, encoding="utf-8")
    bot.store.people.publish(text, bot.clock.now())
    bot.settle()
    assert bot.effects("start") == []
    assert "who approved it may no longer approve" in bot.last().text


def test_a_price_that_rose_above_the_limit_after_the_asking_is_not_paid_unapproved(bot: Bot) -> None:
    set_policy(bot, "[approval]\nabove_per_hour = 0.60\n")
    bot.exec("/pod start p4v9td", settle=False)
    reprice(bot, "0.99")
    bot.settle()
    assert bot.effects("start") == []
    assert "by now a second person must approve it" in bot.last().text


def test_the_only_approver_cannot_be_the_asker(bot: Bot) -> None:
    set_policy(bot, "[approval]\nabove_per_hour = 0.10\n")
    heard = bot.exec("/pod start p4v9td", user=ALICE)
    assert "names no other admin" in heard.private[0]
    assert bot.posts() == []


def test_in_private_nobody_could_see_the_question(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.say("start p4v9td", channel="D0BOB")
    told = bot.everything_told(BOB)[-1]
    assert "so not in private" in told
    assert bot.effects("start") == []


def test_a_start_of_several_is_confirmed_and_then_approved_once(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod stop f6j1bs")
    heard = bot.exec("/pod start p4v9td f6j1bs")
    assert f"Then <@{ALICE}> or <@{DAVE}> must approve the price" in heard.private[0]
    bot.press("Start all 2")
    asked = bot.last().text
    assert "at $0.97/h together?" in asked
    assert "• `notebook-eva` (`f6j1bs`): $0.44/h" in asked
    bot.press("Approve", user=ALICE)
    assert len(bot.effects("start")) == 2
    assert f"approved by <@{ALICE}>" in bot.last().text


def test_the_owner_is_asked_first_and_then_the_approvers_are_called_in_the_thread(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.own("p4v9td", DAVE)
    bot.exec("/pod start p4v9td")
    assert f"<@{DAVE}>: may <@{BOB}> start" in bot.last().text
    bot.press("Allow", user=DAVE)
    assert bot.effects("start") == []
    question, call = bot.posts()
    assert "may <@U0BOB> start `sd-archive` (`p4v9td`) at $0.53/h?" in question.text
    assert f"<@{ALICE}> or <@{DAVE}>: the start above waits" in call.text
    bot.press("Approve", user=ALICE)
    assert len(bot.effects("start")) == 1


def test_a_cheap_start_says_what_it_costs_and_against_which_budget(bot: Bot) -> None:
    set_policy(bot, "[[budget]]\namount = 100\n")
    spent(bot, account="12.34")
    heard = bot.exec("/pod start p4v9td")
    assert "Price: $0.53/h." in heard.private[0]
    assert "The account's budget for this month: $12.34 of $100.00 spent (12 %)" in heard.private[0]
    assert len(bot.effects("start")) == 1


def test_a_spent_budget_refuses_starts_and_only_those(bot: Bot) -> None:
    set_policy(bot, '[[budget]]\namount = 100\nthen = "refuse"\n')
    spent(bot, account="101")
    heard = bot.exec("/pod start p4v9td")
    assert "The account's budget for this month is spent" in heard.private[0]
    assert "$101.00 of $100.00" in heard.private[0]
    assert bot.posts() == []
    bot.exec("/pod stop abc123")
    assert "is stopped" in bot.last().text


def test_a_budget_that_is_spent_only_after_the_asking_refuses_too(bot: Bot) -> None:
    set_policy(bot, '[[budget]]\namount = 100\nthen = "refuse"\n')
    spent(bot, account="99")
    bot.exec("/pod start p4v9td", settle=False)
    spent(bot, account="100")
    bot.settle()
    assert bot.effects("start") == []
    assert "budget for this month is spent: $100.00 of $100.00" in bot.last().text


@pytest.mark.parametrize("then", ["refuse", "require_approval"])
def test_a_budget_whose_sum_is_not_known_counts_as_spent(bot: Bot, then: str) -> None:
    set_policy(bot, f'[[budget]]\namount = 100\nthen = "{then}"\n')
    spent(bot, account=None)
    heard = bot.exec("/pod start p4v9td", user=ALICE)
    assert "is not known, and then it counts as spent" in heard.private[0] + "".join(heard.public)
    assert bot.effects("start") == []


def test_another_owners_budget_does_not_hold_this_one(bot: Bot) -> None:
    set_policy(bot, '[[budget]]\nscope = "owner"\nname = "*"\nperiod = "day"\namount = 5\nthen = "refuse"\n')
    spent(bot, U0DAVE="9")
    bot.exec("/pod start p4v9td")
    assert len(bot.effects("start")) == 1
    bot.exec("/pod stop p4v9td")
    bot.own("p4v9td", DAVE)
    heard = bot.exec("/pod start p4v9td", user=ALICE)
    assert "the personal budget behind it for today is spent" in heard.private[0].casefold()


def test_an_old_approval_is_void(bot: Bot) -> None:
    set_policy(bot, DEAR)
    bot.exec("/pod start p4v9td")
    bot.press("Approve", user=DAVE, settle=False)
    bot.jobs.clear()
    bot.clock.advance(timedelta(hours=25).total_seconds())
    bot.settle()
    assert bot.effects("start") == []


def test_what_a_rule_starts_is_held_but_for_a_recovery_which_only_a_refusing_budget_holds(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every rule's own guard is entered when the act worker is imported.
    assert callable(act.step)
    monkeypatch.setitem(GUARDS, "recovery", lambda *_: None)
    set_policy(bot, DEAR + "[[budget]]\namount = 100\n")
    pod = bot.store.fleet.load().get("p4v9td")
    assert pod is not None
    spent(bot, account="10")
    order(context.current(), Order(rule="nightly", verb=Verb.START, pod=pod, subject="1", channel="C0GPUPODS"))
    bot.settle()
    assert bot.effects("start") == []
    assert "by now a second person must approve it" in bot.last().text

    set_policy(bot, DEAR + '[[budget]]\namount = 100\nthen = "refuse"\n')
    spent(bot, account="100")
    order(context.current(), Order(rule="recovery", verb=Verb.START, pod=pod, subject="2", channel="C0GPUPODS"))
    bot.settle()
    assert bot.effects("start") == []
    assert "the account's budget for this month is spent" in bot.last().text
    spent(bot, account="10")
    order(context.current(), Order(rule="recovery", verb=Verb.START, pod=pod, subject="3", channel="C0GPUPODS"))
    bot.settle()
    assert len(bot.effects("start")) == 1, bot.last().text
