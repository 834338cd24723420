"""One Valkey for all tests of a session; each test starts from an empty one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.valkey import EmbeddedValkey
from pods.store import Store, open_store


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
def other(valkey: EmbeddedValkey) -> Iterator[Store]:
    """The same records as another process sees them."""
    store = open_store(valkey.url, "main")
    yield store
    store.client.close()
