"""What a rule lets be tried for a lost pod, in which order, for how much; and why the rest is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pods.model import Cloud, Pod
from pods.recovery.attempts import Offer
from pods.recovery.offers import Bar, Barred, Market, choices
from pods.recovery.record import Recovery
from pods.recovery.rules import Move
from tests.unit.recovery.samples import (
    A100,
    H100,
    H200,
    LOCAL,
    NETWORK,
    NOON,
    at,
    cpu_pod,
    gpu,
    lost,
    market,
    recovery,
    rule,
    spec,
)


def shown(subject: Recovery, on: Market | None = None) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for each in choices(subject, on or market()):
        if isinstance(each, Offer):
            rows.append((each.move, each.gpu, each.data_centers, str(each.price)))
        else:
            rows.append((each.move, each.bar))
    return rows


def bars(subject: Recovery, on: Market | None = None) -> dict[Move, Bar]:
    return {each.move: each.bar for each in choices(subject, on or market()) if isinstance(each, Barred)}


def test_a_pod_on_a_network_volume_is_resumed_then_moved_within_its_data_center() -> None:
    assert shown(recovery()) == [
        (Move.RESUME, H100, ("EU-RO-1",), "6.58"),
        (Move.SAME_GPU, H100, ("EU-RO-1",), "6.58"),
        (Move.OTHER_GPU, H200, ("EU-RO-1",), "9.18"),
        (Move.OTHER_CENTER, Bar.ONE_CENTER),
        (Move.ON_DEMAND, Bar.NOT_SPOT),
    ]


def test_a_pod_without_any_volume_may_go_wherever_there_is_room() -> None:
    free = lost(network=None)
    rows = shown(recovery(free))
    assert (Move.OTHER_CENTER, H100, (), "6.58") in rows
    assert (Move.OTHER_CENTER, A100, (), "2.78") in rows
    # The cheapest of those that are big enough comes first.
    others = [row for row in rows if row[0] is Move.OTHER_CENTER and row[1] != H100]
    assert [row[1] for row in others] == [A100, H200]


@pytest.mark.parametrize(
    ("pod", "bar"),
    [
        (lost(network=None, persistent=LOCAL), Bar.HOST_LOCAL),
        (lost(network=None, mounts_known=False), Bar.MOUNTS_UNKNOWN),
    ],
)
def test_what_lives_on_its_host_is_resumed_there_or_nowhere(pod: Pod, bar: Bar) -> None:
    rows = shown(recovery(pod))
    assert rows[0][:2] == (Move.RESUME, H100)
    assert {row[1] for row in rows[1:]} == {bar}


def test_a_person_may_ask_for_an_empty_copy_of_what_lives_on_its_host() -> None:
    local = lost(network=None, persistent=LOCAL)
    assert (Move.SAME_GPU, H100, ("EU-RO-1",), "6.58") in shown(recovery(local, empty_copy=True))
    unknown = lost(network=None, mounts_known=False)
    assert bars(recovery(unknown, empty_copy=True))[Move.SAME_GPU] is Bar.MOUNTS_UNKNOWN


def test_nothing_above_the_cap_is_offered_and_its_price_is_told() -> None:
    capped = recovery(rule=rule(price_cap=5))
    told = {each.move: each for each in choices(capped, market()) if isinstance(each, Barred)}
    assert told[Move.RESUME] == Barred(move=Move.RESUME, bar=Bar.TOO_DEAR, price=Decimal("6.58"))
    assert told[Move.SAME_GPU].bar is Bar.TOO_DEAR
    assert told[Move.OTHER_GPU].price == Decimal("9.18")


def test_without_a_cap_nothing_may_cost_more_than_before() -> None:
    uncapped = recovery(rule=rule(price_cap=None))
    rows = shown(uncapped)
    assert (Move.SAME_GPU, H100, ("EU-RO-1",), "6.58") in rows
    assert (Move.OTHER_GPU, Bar.TOO_DEAR) in rows


@pytest.mark.parametrize("pod", [lost(cost_known=False), lost(cost_per_hour=Decimal(0))])
def test_where_neither_cap_nor_former_cost_is_known_nothing_is_allowed(pod: Pod) -> None:
    allowed = [row for row in shown(recovery(pod, rule=rule(price_cap=None))) if len(row) > 2]
    assert allowed == []


def test_a_resume_of_unknown_price_is_not_free() -> None:
    unknown = recovery(lost(cost_known=False, gpu=None), spec=None)
    assert bars(unknown, Market(catalog=None, now=NOON))[Move.RESUME] is Bar.PRICE_UNKNOWN


def test_a_pod_runpod_forgot_is_made_again_only_with_all_of_its_env() -> None:
    assert shown(recovery(gone=True))[0] == (Move.RESUME, Bar.GONE)
    assert bars(recovery(gone=True))[Move.SAME_GPU] is Bar.ENV_LOST
    whole = recovery(gone=True, spec=spec(unkept=()))
    assert (Move.SAME_GPU, H100, ("EU-RO-1",), "6.58") in shown(whole)


def test_without_a_kept_spec_only_the_pod_itself_can_be_resumed() -> None:
    rows = shown(recovery(spec=None))
    assert rows[0][0] is Move.RESUME
    assert {row[1] for row in rows[1:]} == {Bar.NO_SPEC}


def test_a_move_that_a_person_asked_for_skips_the_resume() -> None:
    assert shown(recovery(skip_resume=True))[0] == (Move.RESUME, Bar.ASKED_TO_MOVE)


def test_a_stale_catalog_says_nothing_of_other_gpus() -> None:
    assert bars(recovery(), market(now=at(3600)))[Move.OTHER_GPU] is Bar.NO_CATALOG


def test_what_is_sold_out_may_be_free_later_and_what_does_not_exist_will_not() -> None:
    out = market(gpu(H100, 80, "3.29"), gpu(H200, 141, "4.59", free="NONE"))
    assert bars(recovery(), out)[Move.OTHER_GPU] is Bar.NONE_FREE
    alone = market(gpu(H100, 80, "3.29"))
    assert bars(recovery(), alone)[Move.OTHER_GPU] is Bar.NO_OTHER


@pytest.mark.parametrize("word", ["H200", "h200", "NVIDIA H200"])
def test_the_rule_may_name_the_gpus_that_may_stand_in(word: str) -> None:
    free = lost(network=None)
    named = recovery(free, rule=rule(gpus=(word,)))
    others = {row[1] for row in shown(named) if row[0] is Move.OTHER_CENTER}
    assert others == {H100, H200}


def test_an_image_for_cuda_is_never_moved_to_amd() -> None:
    anywhere = recovery(lost(network=None))
    assert not any("AMD" in str(row[1]) for row in shown(anywhere))


def test_a_cpu_pod_moves_to_another_host_at_its_former_price() -> None:
    rows = shown(recovery(cpu_pod()))
    assert (Move.SAME_GPU, None, ("EU-RO-1",), "0.24") in rows
    assert (Move.OTHER_GPU, Bar.NO_OTHER) in rows


def test_a_spot_bid_is_raised_round_by_round_up_to_its_cap() -> None:
    def bids(round_: int) -> Decimal | None:
        spot = recovery(spec=spec(bid=Decimal(1)), rule=rule(bid_cap="1.5"), round=round_)
        return next(each.bid for each in choices(spot, market()) if isinstance(each, Offer))

    assert [bids(each) for each in range(5)] == [
        Decimal(1),
        Decimal("1.2"),
        Decimal("1.4"),
        Decimal("1.5"),
        Decimal("1.5"),
    ]


def test_without_a_bid_cap_the_old_bid_stands_and_on_demand_comes_last() -> None:
    spot = recovery(spec=spec(bid=Decimal(1)), round=4)
    offers = [each for each in choices(spot, market()) if isinstance(each, Offer)]
    assert {each.bid for each in offers if each.move is not Move.ON_DEMAND} == {Decimal(1)}
    assert offers[-1].move is Move.ON_DEMAND
    assert {each.bid for each in offers if each.move is Move.ON_DEMAND} == {None}
    assert all(each.cloud is Cloud.SECURE for each in offers)


def test_a_volume_keeps_a_spot_pods_on_demand_copy_in_its_data_center() -> None:
    spot = recovery(lost(network=NETWORK), spec=spec(bid=Decimal(1)))
    on_demand = [each for each in choices(spot, market()) if isinstance(each, Offer) and each.move is Move.ON_DEMAND]
    assert {each.data_centers for each in on_demand} == {("EU-RO-1",)}
