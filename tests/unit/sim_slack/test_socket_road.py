"""Socket Mode without a socket: which connection gets what, and when an ack counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest

from sim.slack.delivery import AckResult, Envelope
from sim.slack.delivery.socket import Connection, SocketRoad
from tests.unit.sim_slack.conftest import HandClock

Json = dict[str, Any]


@dataclass
class Client:
    """The app's end of one connection; `on_frame` sees each payload as it arrives."""

    road: SocketRoad
    on_frame: Callable[[Json], None] | None = None
    frames: list[Json] = field(default_factory=list)
    closed: bool = False
    connection: Connection | None = None

    def connect(self) -> Client:
        self.connection = self.road.open(self.receive, self.close)
        return self

    def receive(self, text: str) -> None:
        frame = json.loads(text)
        self.frames.append(frame)
        if self.on_frame is not None and "envelope_id" in frame:
            self.on_frame(frame)

    def close(self) -> None:
        self.closed = True

    def ack(self, frame: Json) -> None:
        self.road.received(json.dumps({"envelope_id": frame["envelope_id"], "payload": {"text": "ok"}}))

    @property
    def payloads(self) -> list[Json]:
        return [frame for frame in self.frames if "envelope_id" in frame]


@pytest.fixture
def road(clock: HandClock) -> SocketRoad:
    return SocketRoad(clock.monotonic, app_id="A0PODKEEPER")


def acking(road: SocketRoad) -> Client:
    client = Client(road)
    client.on_frame = client.ack
    return client.connect()


def envelope(name: str = "env-1") -> Envelope:
    return Envelope(envelope_id=name, type="slash_commands", payload={"text": name}, accepts_response_payload=True)


def test_each_connection_is_greeted_with_how_many_there_are(road: SocketRoad) -> None:
    acking(road)
    hello = acking(road).frames[0]
    assert (hello["type"], hello["num_connections"]) == ("hello", 2)
    assert hello["connection_info"] == {"app_id": "A0PODKEEPER"}


def test_each_payload_goes_to_exactly_one_connection_in_turn(road: SocketRoad) -> None:
    clients = [acking(road) for _ in range(3)]
    for number in range(6):
        assert road.deliver(envelope(f"env-{number}")) == AckResult(acked=True, payload={"text": "ok"})
    assert [len(client.payloads) for client in clients] == [2, 2, 2]


def test_the_eleventh_connection_is_turned_away(road: SocketRoad) -> None:
    for _ in range(10):
        acking(road)
    late = Client(road).connect()
    assert late.connection is None
    assert late.closed
    assert late.frames == [{"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": "sim"}}]


def test_without_a_connection_nothing_is_acked(road: SocketRoad) -> None:
    assert road.deliver(envelope()) == AckResult(acked=False, reason="no_connection")


def test_an_ack_later_than_three_seconds_changes_nothing(road: SocketRoad, clock: HandClock) -> None:
    client = Client(road, on_frame=lambda _: clock.advance(3)).connect()
    assert road.deliver(envelope()) == AckResult(acked=False, reason="timeout")
    client.ack(client.payloads[0])
    client.on_frame = client.ack
    assert road.deliver(envelope("env-2")).acked


def test_an_ack_from_another_thread_is_waited_for(road: SocketRoad) -> None:
    client = Client(road)
    threads: list[Thread] = []

    def ack_elsewhere(frame: Json) -> None:
        threads.append(Thread(target=client.ack, args=(frame,)))
        threads[0].start()

    client.on_frame = ack_elsewhere
    client.connect()
    assert road.deliver(envelope()).acked
    threads[0].join()


def test_a_connection_asked_to_be_replaced_gets_no_more_work_and_is_closed_in_time(
    road: SocketRoad, clock: HandClock
) -> None:
    old = acking(road)
    assert road.disconnect("refresh_requested") == 1
    assert old.frames[-1]["reason"] == "refresh_requested"
    assert road.deliver(envelope()).acked  # there is no other yet
    new = acking(road)
    road.deliver(envelope("env-2"))
    road.deliver(envelope("env-3"))
    assert (len(old.payloads), len(new.payloads)) == (1, 2)
    road.retire()
    assert not old.closed
    clock.advance(10)
    road.retire()
    assert old.closed
    assert [connection.id for connection in road.connections] == [2]


def test_a_disabled_link_ends_at_once(road: SocketRoad) -> None:
    client = acking(road)
    road.disconnect("link_disabled")
    assert client.closed
    assert road.connections == []
