"""Every way RunPod fails, told as a sentence a person can act on; never a lie, never twice."""

from __future__ import annotations

import pytest

from sim.runpod import hostile_seed
from tests.e2e.inline import BOB, Bot
from workers import act


@pytest.mark.parametrize(
    ("fault", "typed", "words"),
    [
        ({"kind": "host_full"}, "start p4v9td", ["host", "no free"]),
        ({"kind": "no_balance"}, "start p4v9td", ["balance", "credit"]),
        ({"kind": "status", "operation": "stop", "status": 403}, "stop abc123", ["not allowed", "admin"]),
        ({"kind": "status", "operation": "*", "status": 401}, "stop abc123", ["API key", "RUNPOD_API_KEY"]),
        ({"kind": "status", "operation": "stop", "status": 422}, "stop abc123", ["not"]),
        ({"kind": "zero_gpu"}, "start p4v9td", ["without a GPU"]),
    ],
)
def test_a_refusal_by_runpod_is_told_with_what_to_do(
    bot: Bot, fault: dict[str, object], typed: str, words: list[str]
) -> None:
    bot.fault(**fault)
    bot.exec(f"/pod {typed}")

    for word in words:
        assert word.lower() in bot.last().text.lower(), bot.last().text


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("typed", "verb"), [("stop abc123", "stop"), ("restart abc123", "restart"), ("start p4v9td", "start")]
)
def test_a_server_fault_before_or_after_the_effect_ends_in_one_effect(
    bot: Bot, status: int, when: str, typed: str, verb: str
) -> None:
    bot.fault(kind="status", operation=verb, status=status, when=when, times=1)
    bot.exec(f"/pod {typed}")

    assert len(bot.effects(verb)) == 1
    assert len(bot.posts()) == 1


@pytest.mark.parametrize("kind", ["timeout", "lost_answer", "drop", "malformed"])
@pytest.mark.parametrize("verb", ["stop", "restart", "terminate"])
def test_an_answer_that_never_came_ends_in_one_effect(bot: Bot, kind: str, verb: str) -> None:
    bot.fault(kind=kind, operation=verb, times=1)
    bot.exec(f"/pod {verb} abc123")
    if verb == "terminate":
        bot.press("Terminate")

    assert len(bot.effects(verb)) == 1
    assert len(bot.posts()) == 1


def test_a_conflict_is_read_again_and_reported_as_it_is(bot: Bot) -> None:
    bot.fault(kind="conflict", operation="stop", times=1)
    bot.exec("/pod stop abc123")

    assert "is stopped" in bot.last().text
    assert len(bot.effects("stop")) == 1


def test_a_pushback_is_waited_out_for_as_long_as_runpod_asks(bot: Bot) -> None:
    bot.fault(kind="rate_limited", operation="stop", times=1, seconds=20)
    bot.exec("/pod stop abc123")

    assert "is stopped" in bot.last().text
    assert len(bot.effects("stop")) == 1


def test_an_outage_longer_than_the_deadline_says_nothing_was_done(bot: Bot) -> None:
    bot.fault(kind="outage")
    bot.exec("/pod stop abc123")

    assert bot.effects() == []
    assert "not" in bot.last().text
    assert "is stopped" not in bot.last().text


def test_a_stop_that_does_not_show_is_not_confirmed_and_put_right_once(bot: Bot) -> None:
    bot.runpod.settings.stop_delay_s = 420
    bot.exec("/pod stop abc123", settle=False)
    bot.pass_time(250, step=5)
    assert "STOP NOT CONFIRMED" in bot.last().text
    assert "may be billing $2.69/h" in bot.last().text

    bot.pass_time(200, step=5)
    assert "is stopped" in bot.last().text
    assert len(bot.posts()) == 1
    assert len(bot.effects("stop")) == 1


def test_a_locked_pod_is_not_stopped_and_says_how_to_go_on(bot: Bot) -> None:
    bot.runpod.world.pods["abc123"].locked = True
    bot.exec("/pod stop abc123")

    assert bot.effects() == []
    assert "locked" in bot.last().text
    assert "nlock" in bot.last().text


@pytest.mark.parametrize("kind", ["empty_list", "flapping_list", "outage"])
def test_a_list_that_lacks_pods_forgets_none_of_them(bot: Bot, kind: str) -> None:
    bot.fault(kind=kind)
    bot.pass_time(35, step=5)

    assert "nlp-train" in bot.exec("/pod list").private[0]


def test_null_runtime_is_not_known_and_never_zero(bot: Bot) -> None:
    bot.fault(kind="null_runtime")
    bot.pass_time(31, step=10)

    card = bot.exec("/pod status abc123").private[0]
    assert "0 %" not in card


@pytest.mark.parametrize("mode", ["list", "detail", "none"])
def test_each_telemetry_mode_lists_and_stops(bot: Bot, mode: str) -> None:
    bot.control("settings", telemetry=mode)
    bot.pass_time(31, step=10)

    assert "nlp-train" in bot.exec("/pod list").private[0]
    bot.exec("/pod stop abc123")
    assert "is stopped" in bot.last().text


def test_hostile_names_are_inert_everywhere(bot: Bot) -> None:
    bot.reseed(hostile_seed())
    bot.exec("/pod list")
    for index in range(len(bot.runpod.world.pods) - 6):
        pod = f"hx{index:04d}"
        bot.exec(f"/pod status {pod}")
        bot.exec(f"/pod terminate {pod}")
        bot.press("Terminate")

    shown = "\n".join(bot.everything_told(BOB))
    assert "<!channel>" not in shown
    assert "<!here>" not in shown
    assert "<@U0ALICE> approved" not in shown
    assert [event for event in bot.slack.seen(BOB) if event["type"] == "invalid"] == []
    assert len(bot.effects("terminate")) == len(bot.posts())


def test_an_unforeseen_fault_of_ours_is_told_with_an_id_and_tried_again(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.faulty = True

    real = act.read
    fell: list[int] = []

    def falls_once(*args: object) -> object:
        if not fell:
            fell.append(1)
            raise ZeroDivisionError("a fault nobody foresaw")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(act, "read", falls_once)
    bot.exec("/pod stop abc123")

    assert fell
    assert "is stopped" in bot.last().text
    assert len(bot.effects("stop")) == 1


def test_graphql_alone_stops_starts_and_refuses_a_restart(bot: Bot) -> None:
    bot.use_api("graphql")
    bot.exec("/pod stop abc123")
    assert "is stopped" in bot.last().text
    bot.exec("/pod start abc123")
    assert "is running" in bot.last().text
    bot.exec("/pod restart abc123")
    assert "REST v2" in bot.last().text


def test_a_retired_graphql_is_told_by_health_and_stops_nothing_else(bot: Bot) -> None:
    bot.fault(kind="gone_410")
    bot.pass_time(601, step=60)

    assert "switched its GraphQL API off" in bot.exec("/pod health").private[0]
    bot.exec("/pod stop abc123")
    assert "is stopped" in bot.last().text
