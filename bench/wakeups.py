"""What a tick of the clock costs while nothing is due, and while a hundred operations wait for their time."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from app.clocks import SystemClock
from bench.ratios import fresh_store, ratio, show
from pods.store import Store
from workers.clock import ClockLoop


def main() -> None:
    with fresh_store() as store:
        clock = ClockLoop(
            name="bench",
            store=store,
            clock=SystemClock(),
            wake=lambda _job, _subject: None,
            policy_path=Path("podkeeper.example.toml"),
            monotonic=time.monotonic,
        )
        clock.tick()
        rows = [ratio("tick, nothing due", clock.tick, store.client.ping, turns=200)]
        _wait_for_later(store)
        rows.append(ratio("tick, 100 operations later", clock.tick, store.client.ping, turns=200))
    show("A tick of the clock", "one round trip to Valkey", rows)


def _wait_for_later(store: Store) -> None:
    later = (SystemClock().now() + timedelta(hours=1)).timestamp() * 1000
    store.client.zadd(store.keys.due, {f"op{number}": later for number in range(100)})


if __name__ == "__main__":
    main()
