"""The paging service is told of an incident until it took it, and rings once however often it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.health import report
from pods import pages
from pods.model import Verb
from pods.store import Store
from tests.unit.workers.lossworld import NETWORK, LossWorld
from workers import watch
from workers.losses.detect import losses


@pytest.fixture
def world(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[LossWorld]:
    monkeypatch.setattr(watch, "PASSES", (losses,))
    made = LossWorld(store)
    made.protect(NETWORK, training=True)
    made.deed(NETWORK, "kill")
    yield made
    made.close()


@pytest.mark.parametrize("faults", [[], [503], ["timeout", 500, 429], ["lost"], ["lost", 500, "lost"]])
def test_it_rings_once_whatever_fails(world: LossWorld, faults: list[int | str]) -> None:
    world.pager.faults.extend(faults)
    world.polls(12)
    assert [alert.rang for alert in world.pager.alerts.values()] == [1]
    world.deed(NETWORK, "start")
    world.polls(4)
    assert [alert.state for alert in world.pager.alerts.values()] == ["resolved"]


def test_a_process_that_dies_between_the_answer_and_the_write_sends_it_again_to_no_effect(
    world: LossWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead(BaseException):
        pass

    def die(*_: object) -> None:
        raise Dead

    with monkeypatch.context() as patched:
        patched.setattr(pages, "taken", die)
        with pytest.raises(Dead):
            world.polls(2)
    world.polls(3)
    assert len([event for event in world.pager.events if event["event_action"] == "trigger"]) == 2
    assert [alert.rang for alert in world.pager.alerts.values()] == [1]


def test_what_is_over_before_it_could_be_sent_rings_nobody_or_is_resolved(world: LossWorld) -> None:
    world.pager.faults.extend(["timeout"] * 3)
    world.polls(1)
    world.ask(Verb.TERMINATE, NETWORK)
    world.polls(12)
    assert [incident.resolved for incident in world.incidents()] == [True]
    assert all(alert.state == "resolved" for alert in world.pager.alerts.values())


def test_a_refused_key_is_given_up_and_health_says_so(world: LossWorld) -> None:
    world.pager.routing_key = "another"
    world.polls(4)
    assert world.pager.alerts == {}
    assert "PAGERDUTY_ROUTING_KEY" in report(world.store, world.clock.now()).pager_trouble
    (page,) = world.store.pages.all().values()
    assert page.refused
