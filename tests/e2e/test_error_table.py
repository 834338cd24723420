"""Every message RunPod is known to answer with, on each road that has it, and the sentence a person reads for it.

The rows are those of the facts gathered of RunPod's API: its words on the left, ours on the right.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.inline import BOB, Bot
from tests.e2e.test_create import make, new, shop

pytestmark = pytest.mark.long

__all__ = ["shop"]

NO_LONGER = (
    "There are no longer any instances available with the requested specifications. Please refresh and try again."
)
CPU_DISK = "create pod: Container Disk must be less than or equal to 80 GB for this instance"
SPOT = "There are no instances available with the request specifications. Please try again later."
NONE_NOW = "create pod: There are no instances currently available"
RACE = "This machine does not have the resources to deploy your pod. Please try a different machine"
V1_STOCK = "create pod: could not find any pods with required specifications"
HOST_FULL = "There are not enough free GPUs on the host machine to start this pod."
BALANCE = "Insufficient balance to deploy this pod. You need at least $0.44 (current: $0.10, deficit: $0.34)."
CATCH_ALL = "Something went wrong. Please try again later or contact support."
FREE = "RunPod has nothing of it free now. Nothing was done, nothing is billed."
DEPLOY = "graphql:podFindAndDeployOnDemand"


def status(code: int, detail: str) -> dict[str, Any]:
    return {"kind": "status", "operation": "create", "status": code, "detail": detail, "times": 9}


def error(detail: str, operation: str = DEPLOY) -> dict[str, Any]:
    return {"kind": "graphql_error", "operation": operation, "detail": detail, "times": 9}


CREATES = [
    pytest.param("rest", status(400, NO_LONGER), [FREE, "no free machine"], id="no longer any, rest"),
    pytest.param("graphql", error(NO_LONGER), [FREE, "no free machine"], id="no longer any, graphql"),
    pytest.param(
        "rest",
        status(400, "There are no longer any instances available with enough disk space."),
        [FREE, "smaller disk or volume"],
        id="disk space, rest",
    ),
    pytest.param(
        "graphql",
        error("There are no longer any instances available with enough disk space."),
        [FREE, "smaller disk or volume"],
        id="disk space, graphql",
    ),
    pytest.param("rest", status(400, "There are no resources to deploy for this request."), [FREE], id="no resources"),
    pytest.param("graphql", error("There are no resources to deploy for this request."), [FREE], id="none, graphql"),
    pytest.param("rest", status(400, CPU_DISK), ["too big for this machine type", "smaller disk"], id="CPU disk cap"),
    pytest.param("rest", status(500, NONE_NOW), [FREE], id="none currently, 500"),
    pytest.param("graphql", error(NONE_NOW), [FREE], id="none currently, graphql"),
    pytest.param("rest", status(400, RACE), [FREE, "taken in the same moment"], id="race lost, rest"),
    pytest.param("graphql", error(RACE), [FREE, "taken in the same moment"], id="race lost, graphql"),
    pytest.param("rest", status(500, V1_STOCK), [FREE], id="stock-out as 500"),
    pytest.param("graphql", {"kind": "no_capacity", "operation": "create"}, [FREE], id="null, no errors"),
    pytest.param("rest", status(402, BALANCE), ["add credit", "needs $0.44 and has $0.10"], id="balance, rest"),
    pytest.param("graphql", error(BALANCE), ["add credit", "needs $0.44 and has $0.10"], id="balance, graphql"),
    pytest.param("rest", status(401, "missing bearer token"), ["API key", "RUNPOD_API_KEY"], id="401"),
    pytest.param("rest", status(403, "access denied"), ["does not let this account or key rent that"], id="403"),
    pytest.param("rest", status(422, "Request validation failed."), ["rejected the request as not valid"], id="422"),
    pytest.param("rest", status(404, "template not found"), ["knows no such template or volume"], id="404"),
    pytest.param("rest", status(410, "This API version has been retired."), ["switched this REST API off"], id="410"),
]


@pytest.mark.parametrize(("road", "fault", "says"), CREATES)
def test_a_create_that_runpod_refuses_is_told_and_makes_nothing(
    shop: Bot, road: str, fault: dict[str, Any], says: list[str]
) -> None:
    shop.use_api(road)
    shop.pass_time(31, step=15)
    shop.fault(**fault)
    make(shop, "notebook name=nb")

    assert new(shop) == []
    assert "`nb` was not created" in shop.last().text
    for words in says:
        assert words in shop.last().text, shop.last().text


@pytest.mark.parametrize("road", ["rest", "graphql"])
def test_the_catch_all_is_no_refusal_so_the_list_decides(shop: Bot, road: str) -> None:
    shop.use_api(road)
    shop.pass_time(31, step=15)
    shop.fault(**({**status(500, CATCH_ALL), "times": 1} if road == "rest" else {**error(CATCH_ALL), "times": 1}))
    shop.exec("/pod create notebook name=nb")
    shop.press("Create", settle=False)
    shop.pass_time(4)
    assert "RunPod did not say whether it made the pod." in shop.last().text
    shop.settle(step=5)
    assert len(new(shop)) == 1


def test_spot_refused_is_told_as_no_longer_offered(shop: Bot) -> None:
    shop.fault(**error(SPOT, "graphql:podRentInterruptable"))
    make(shop, "cheap")
    assert new(shop) == []
    assert "It has announced that it no longer offers them; on demand it may still be had." in shop.last().text


def test_a_spot_call_that_runpod_has_taken_away_is_told_the_same_way(shop: Bot) -> None:
    gone = 'Cannot query field "podRentInterruptable" on type "Mutation".'
    shop.fault(**error(gone, "graphql:podRentInterruptable"))
    make(shop, "cheap")
    assert "no longer offers them" in shop.last().text


def test_a_retired_graphql_switches_spot_off_for_good_and_says_so_once(shop: Bot) -> None:
    shop.fault(kind="gone_410")
    make(shop, "cheap")
    assert "switched its GraphQL API off" in shop.last().text
    calls = sum(call["operation"].startswith("graphql") for call in shop.runpod.calls.as_json())
    make(shop, "cheap name=again")
    assert "switched its GraphQL API off" in shop.last().text
    assert sum(call["operation"].startswith("graphql") for call in shop.runpod.calls.as_json()) == calls
    make(shop, "notebook")
    assert len(new(shop)) == 1


@pytest.mark.parametrize("road", ["rest", "graphql"])
def test_a_pushback_on_a_create_is_waited_out(shop: Bot, road: str) -> None:
    shop.use_api(road)
    shop.pass_time(31, step=15)
    name = "create" if road == "rest" else DEPLOY
    shop.fault(kind="rate_limited", operation=name, times=1, seconds=20)
    make(shop, "notebook")
    assert len(new(shop)) == 1


STARTS = [
    pytest.param("rest", {"kind": "host_full"}, ["its host has no free GPU now"], id="host full, rest"),
    pytest.param("graphql", {"kind": "host_full"}, ["its host has no free GPU now"], id="host full, graphql"),
    pytest.param(
        "rest",
        {"kind": "status", "operation": "start", "status": 500, "detail": f"start pod: {HOST_FULL}", "times": 9},
        ["its host has no free GPU now"],
        id="host full as REST v1 said it",
    ),
    pytest.param("rest", {"kind": "no_balance"}, ["add credit"], id="balance, rest"),
    pytest.param("graphql", {"kind": "no_balance"}, ["add credit"], id="balance, graphql"),
    pytest.param(
        "rest",
        {"kind": "status", "operation": "start", "status": 403, "detail": "access denied", "times": 9},
        ["not allowed to do this"],
        id="403",
    ),
]


@pytest.mark.parametrize(("road", "fault", "says"), STARTS)
def test_a_start_that_runpod_refuses_is_told(bot: Bot, road: str, fault: dict[str, Any], says: list[str]) -> None:
    bot.use_api(road)
    bot.fault(**fault)
    bot.exec("/pod start p4v9td")
    assert bot.effects("start") == []
    for words in ("was not started", *says):
        assert words in bot.last().text, bot.last().text


@pytest.mark.parametrize("road", ["rest", "graphql"])
def test_what_is_gone_already_counts_as_terminated(bot: Bot, road: str) -> None:
    bot.use_api(road)
    bot.exec("/pod terminate k7m2qx")
    del bot.runpod.world.pods["k7m2qx"]
    bot.press("Terminate", user=BOB)
    assert "was already gone: RunPod no longer has it." in bot.last().text


@pytest.mark.parametrize("mode", ["502", "524", "404", "hang", "refuse"])
def test_what_runpods_proxy_answers_for_a_pod_is_no_answer_of_the_pod(bot: Bot, mode: str) -> None:
    bot.control("pods/p4v9td/web", port=8888, mode=mode)
    bot.exec("/pod start p4v9td")
    bot.pass_time(60, step=15)
    assert "Not ready yet: its container runs, and nothing answers so far." in bot.last().text
    bot.control("pods/p4v9td/web", port=8888, mode="ok")
    bot.pass_time(30, step=15)
    assert "is ready: Jupyter answers." in bot.last().text
