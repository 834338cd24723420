"""Deleting a network volume from Slack: asked, confirmed, read back; refused while a pod uses it or may use it."""

from __future__ import annotations

import pytest

from pods.audit import Event
from tests.e2e.inline import ALICE, BOB, DAVE, Bot
from tests.e2e.test_approvals import set_policy


@pytest.fixture
def loose(bot: Bot) -> Bot:
    """The demo's volume, on no pod any more."""
    bot.exec("/pod terminate r8h5yc", user=ALICE)
    bot.press("Terminate", user=ALICE)
    bot.pass_time(120, step=10)
    return bot


def settle(bot: Bot) -> None:
    bot.pass_time(40, step=5)


def test_it_is_asked_confirmed_and_told_once_runpod_no_longer_has_it(loose: Bot) -> None:
    asked = loose.exec("/pod delete-volume datasets", user=ALICE).private[0]
    assert "Delete the network volume `datasets` (`vol8kq2x1c`), 500 GB in `EU-RO-1`?" in asked
    assert "nothing brings it back" in asked
    assert "saves $35.00 a month" in asked
    assert loose.effects("volume_delete") == []

    loose.press("Delete for good", user=ALICE)
    settle(loose)
    assert len(loose.effects("volume_delete")) == 1
    assert "The network volume `datasets` (`vol8kq2x1c`) is gone" in loose.last().text
    assert f"Asked by <@{ALICE}>" in loose.last().text
    events = [
        each.event for each in loose.audited() if "delete-volume" in each.command or "delete-volume" in each.result
    ]
    assert events == [Event.ASKED, Event.CONFIRMED, Event.CALLED, Event.ENDED]

    loose.press("Delete for good", user=ALICE)
    settle(loose)
    assert len(loose.effects("volume_delete")) == 1


def test_a_volume_in_use_is_not_even_asked_about(bot: Bot) -> None:
    bot.pass_time(30)
    said = bot.exec("/pod delete-volume vol8kq2x1c", user=ALICE).private[0]
    assert "is in use by `llama-finetune` (`r8h5yc`). Nothing was done." in said
    assert bot.effects("volume_delete") == []


def test_cancelled_or_never_confirmed_nothing_is_done(loose: Bot) -> None:
    loose.exec("/pod delete-volume datasets", user=ALICE)
    loose.press("Cancel", user=ALICE)
    loose.exec("/pod delete-volume datasets", user=ALICE)
    loose.pass_time(310, step=10)
    loose.press("Delete for good", user=ALICE)
    settle(loose)
    assert loose.effects("volume_delete") == []
    assert any("the time to confirm ran out" in text for text in loose.everything_told(ALICE))


def test_only_the_role_the_policy_names_may(loose: Bot) -> None:
    said = loose.exec("/pod delete-volume datasets", user=BOB).private[0]
    assert "Only an admin may delete a network volume" in said
    set_policy(loose, '[sweep]\ndelete_volume = "operator"\n')
    assert "Delete the network volume" in loose.exec("/pod delete-volume datasets", user=BOB).private[0]
    message, block, action = loose.button("Delete for good", BOB)
    loose.forge_click(DAVE, message, block, action)
    settle(loose)
    assert loose.effects("volume_delete") == []
    set_policy(loose, '[sweep]\ndelete_volume = "admin"\n')
    loose.press("Delete for good", user=BOB)
    settle(loose)
    assert loose.effects("volume_delete") == []


def test_a_pod_that_took_it_since_the_question_keeps_it(loose: Bot) -> None:
    loose.exec("/pod delete-volume datasets", user=ALICE)
    world = loose.runpod.world
    pod = next(each for each in world.pods.values() if each.id == "f6j1bs")
    from sim.runpod.state import Network  # noqa: PLC0415

    pod.network, pod.persistent = Network("vol8kq2x1c", "/workspace"), None
    loose.press("Delete for good", user=ALICE)
    settle(loose)
    assert loose.effects("volume_delete") == []
    assert "was not deleted. The pod notebook-eva (f6j1bs) uses it" in loose.last().text


def test_an_error_after_the_effect_is_read_back_as_gone(loose: Bot) -> None:
    loose.exec("/pod delete-volume datasets", user=ALICE)
    loose.fault(kind="lost_answer", operation="volume_delete", times=1)
    loose.press("Delete for good", user=ALICE)
    settle(loose)
    assert "is gone, with all that was on it" in loose.last().text
    assert len(loose.effects("volume_delete")) == 1


def test_the_wake_up_is_lost_and_the_clock_finds_it(loose: Bot) -> None:
    loose.exec("/pod delete-volume datasets", user=ALICE)
    loose.press("Delete for good", user=ALICE, settle=False)
    loose.jobs.clear()
    settle(loose)
    assert "is gone" in loose.last().text


def test_who_no_such_volume_is_named_reads_what_there_is(loose: Bot) -> None:
    said = loose.exec("/pod delete-volume datsets", user=ALICE).private[0]
    assert "I know no network volume `datsets`. The account has `datasets` (`vol8kq2x1c`)." in said
