"""One Valkey for all tests of a session; each test starts from an empty one, with a worker's context installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from app.valkey import EmbeddedValkey
from pods.store import Store, open_store
from tests.unit.workers.clocks import Clocks
from tests.unit.workers.world import World


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def store(valkey: EmbeddedValkey) -> Iterator[Store]:
    store = open_store(valkey.url, "main")
    store.client.flushall()
    yield store
    store.client.close()


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What is logged, as it is said; drawing a traceback takes longer than the step that failed."""
    with capture_logs() as logs:
        yield logs


@pytest.fixture
def clocks(store: Store, tmp_path: Path) -> Clocks:
    """Every one is a viewer in the policy file."""
    path = tmp_path / "podkeeper.toml"
    path.write_text('[roles]\ndefault = "viewer"\n')
    return Clocks(store, path)
