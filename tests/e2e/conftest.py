"""One Valkey and one loopback Slack per test process; each test starts from an empty store and empty rooms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from app.simulators import serving
from app.valkey import EmbeddedValkey
from pods.store import open_store
from sim.clock import SimClock
from sim.slack import SimSlack, Workspace
from sim.slack.app import slack_app
from tests.e2e.inline import START, Bot, new_account
from tests.e2e.stack import policy_for


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def bot(valkey: EmbeddedValkey, tmp_path: Path) -> Iterator[Bot]:
    store = open_store(valkey.url, "main")
    store.client.flushall()
    clock = SimClock(START, speed=0.0)
    slacks: list[SimSlack] = []

    def build(address: str) -> ASGIApp:
        slacks.append(SimSlack(Workspace.seeded(), clock, rate_limits=False, base_url=address))
        return slack_app(slacks[0], public_url=address)

    with serving(build, 0) as address:
        policy = tmp_path / "podkeeper.toml"
        policy.write_text(policy_for(slacks[0]), encoding="utf-8")
        made = Bot(
            store=store, slack=slacks[0], runpod=new_account(clock), clock=clock, base_url=address, policy_path=policy
        )
        yield made
        made.close()
    store.client.close()
