"""Several people and one pod: owners, consent, who is first, who joins and who waits."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from pods.audit import AuditEntry
from pods.fleet import Owner, OwnerKind, PodFacts
from pods.operations import Operation
from pods.requests import Request
from pods.store.commit import Result
from pods.store.outbox import TakenOver
from tests.e2e.inline import ALICE, BOB, DAVE, Bot


def test_claim_then_give(bot: Bot) -> None:
    bot.exec("/pod claim f6j1bs")
    assert "f6j1bs" in bot.exec("/pod list mine").private[0]

    bot.exec("/pod give f6j1bs @dave")
    assert "f6j1bs" not in bot.exec("/pod list mine").private[0]
    assert "f6j1bs" in bot.exec("/pod list mine", user=DAVE).private[0]


def test_anothers_pod_needs_its_owners_consent(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123")
    assert bot.effects() == []
    assert f"<@{DAVE}>" in bot.last().text

    bot.press("Allow", user=DAVE)
    assert len(bot.effects("stop")) == 1
    assert len(bot.posts()) == 1
    assert "is stopped" in bot.last().text


def test_an_owner_who_declines_leaves_the_pod_alone(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123")
    bot.press("Decline", user=DAVE)

    assert bot.effects() == []
    assert "declined" in bot.last().text.lower()


def test_nobody_but_the_owner_gives_consent(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123")
    bot.press("Allow", user=BOB)

    assert bot.effects() == []


def test_of_two_claims_in_the_same_moment_one_is_told_it_came_second(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    real = bot.store.fleet.hand_over
    raced: list[bool] = []

    def race(was: PodFacts, owner: Owner | None, *, now: datetime, audit: AuditEntry) -> PodFacts | None:
        if not raced:
            raced.append(True)
            first = Owner(kind=OwnerKind.PERSON, user=DAVE, since=now, by=DAVE)
            bot.store.fleet.set_owner("f6j1bs", first, now=now, audit=audit)
        return real(was, owner, now=now, audit=audit)

    monkeypatch.setattr(bot.store.fleet, "hand_over", race)

    heard = bot.exec("/pod claim f6j1bs")

    assert f"<@{DAVE}>" in heard.private[0]
    assert "is yours now" not in heard.private[0]
    owner = bot.store.fleet.facts_of("f6j1bs").owner
    assert owner is not None
    assert owner.user == DAVE


def test_a_pod_that_became_somebody_elses_before_the_call_is_left_alone(bot: Bot) -> None:
    bot.exec("/pod stop abc123", settle=False)
    bot.own("abc123", DAVE)
    bot.settle()

    assert bot.effects() == []
    assert f"<@{BOB}> may no longer do this" in bot.last().text


def test_consent_of_the_owner_of_then_is_not_consent_of_the_owner_of_now(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123")
    bot.press("Allow", user=DAVE, settle=False)
    bot.own("abc123", ALICE)
    bot.settle()

    assert bot.effects() == []
    assert "may no longer do this" in bot.last().text


def test_a_dialog_being_delivered_while_it_is_answered_keeps_its_fresh_way_to_be_replaced(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.say("@podkeeper terminate f6j1bs")
    real = bot.store.walk.settle
    dialogs: list[str] = []

    def race(request: Request, operations: Sequence[Operation], **given: Any) -> Result:
        """A delivery writes the dialog just before the answer is, and once more just after."""
        if dialogs:
            return real(request, operations, **given)
        dialogs.append(f"{request.id}.confirm")
        draft = bot.store.outbox.take(dialogs[0])
        assert draft is not None
        draft = bot.store.outbox.save(draft, draft.message, bot.clock.now())
        result = real(request, operations, **given)
        with contextlib.suppress(TakenOver):
            bot.store.outbox.finish(draft, draft.message, bot.clock.now())
        bot.store.outbox.release(draft)
        return result

    monkeypatch.setattr(bot.store.walk, "settle", race)

    bot.press("Terminate")

    assert "is terminated" in bot.last().text
    assert len(bot.effects("terminate")) == 1
    dialog = bot.store.outbox.get(dialogs[0])
    assert dialog is not None
    assert dialog.response_url is not None
    assert any(text.startswith("Confirmed: terminate") for text in bot.everything_told(BOB))


def test_an_admin_needs_no_consent(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123", user=ALICE)

    assert len(bot.effects("stop")) == 1


def test_a_second_verb_is_refused_by_name(bot: Bot) -> None:
    bot.runpod.settings.stop_delay_s = 60
    bot.exec("/pod stop abc123", settle=False)
    bot.tick()
    heard = bot.exec("/pod restart abc123", user=DAVE)

    assert f"<@{BOB}>" in heard.private[0]
    assert "restart was not done" in heard.private[0]
    assert bot.effects("restart") == []


def test_the_same_verb_joins_what_runs(bot: Bot) -> None:
    bot.runpod.settings.stop_delay_s = 60
    bot.exec("/pod stop abc123", settle=False)
    bot.tick()
    heard = bot.exec("/pod stop abc123", user=DAVE)

    assert f"<@{BOB}>" in heard.private[0]
    assert len(bot.effects("stop")) == 1


def test_an_admins_terminate_queues_behind(bot: Bot) -> None:
    bot.runpod.settings.stop_delay_s = 30
    bot.exec("/pod stop abc123", settle=False)
    bot.tick()
    bot.exec("/pod terminate abc123", user=ALICE, settle=False)
    bot.press("Terminate", user=ALICE)

    assert len(bot.effects("stop")) == 1
    assert "abc123" not in bot.runpod.world.pods or bot.runpod.world.pods["abc123"].status.value == "TERMINATED"


def test_a_retyped_command_is_told_what_already_runs(bot: Bot) -> None:
    bot.exec("/pod stop abc123", settle=False)
    heard = bot.exec("/pod stop abc123")

    assert "did not start it twice" in heard.private[-1] or "was" in heard.private[-1]
    assert len(bot.effects("stop")) == 1
    assert len(bot.posts()) == 1
