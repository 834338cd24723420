"""What RunPod billed, hour by hour; an answer that cannot be read whole is no bill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pods.errors import NeedsRest, Unreadable
from pods.ledger.sightings import SubjectKind
from pods.runpod.provider import Mode, build_provider
from sim.clock import SimClock
from sim.runpod import FULL_KEY, SimRunPod, demo_seed, mock_transport
from tests.unit.runpod.canned import always, ok, provider_of

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROW = {
    "startTime": "2026-11-24T12:00:00Z",
    "endTime": "2026-11-24T13:00:00Z",
    "podId": "abc123",
    "totalAmount": 2.7,
    "gpuAmount": 2.5,
    "cpuAmount": 0.1,
    "diskAmount": 0.1,
}


def test_the_bill_of_the_simulated_account_is_by_pod_and_hour() -> None:
    clock = SimClock(START, monotonic=lambda: 0.0)
    sim = SimRunPod(clock, demo_seed())
    clock.advance(3 * 3600)
    with_key = build_provider(api_key=FULL_KEY, clock=clock, transport=mock_transport(sim))
    of_pods = with_key.bill(SubjectKind.POD, START, START + 2 * HOUR)
    of_volumes = with_key.bill(SubjectKind.VOLUME, START, START + 2 * HOUR)
    assert {record.start for record in of_pods.records} == {START, START + HOUR}
    assert all(record.end - record.start == HOUR for record in (*of_pods.records, *of_volumes.records))
    running = [record for record in of_pods.records if record.compute]
    assert len(running) > 2
    assert all(record.compute == 0 and record.storage for record in of_volumes.records)
    assert of_pods.asked_at == START + 3 * HOUR
    assert of_pods.closed(START + HOUR)


def test_amounts_are_taken_to_the_digit() -> None:
    (record,) = provider_of(always(ok({"records": [ROW]}))).bill(SubjectKind.POD, START, START + HOUR).records
    assert (record.compute, record.storage) == (Decimal("2.6"), Decimal("0.1"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"records": None},
        {"records": [{**ROW, "diskAmount": None}]},
        {"records": [{**ROW, "gpuAmount": "much"}]},
        {"records": [ROW, {**ROW, "podId": ""}]},
        {"records": [{key: value for key, value in ROW.items() if key != "startTime"}]},
    ],
)
def test_a_bill_with_anything_missing_is_not_a_bill(body: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        provider_of(always(ok(body))).bill(SubjectKind.POD, START, START + HOUR)


def test_graphql_alone_has_no_bill_and_says_so() -> None:
    with pytest.raises(NeedsRest) as raised:
        provider_of(always(ok({})), Mode.GRAPHQL).bill(SubjectKind.POD, START, START + HOUR)
    assert raised.value.sentence.startswith("What RunPod billed needs RunPod's REST v2 API")
