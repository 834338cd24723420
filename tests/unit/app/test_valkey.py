from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.datadir import claimed
from app.valkey import DURABLE, EmbeddedValkey, configuration, server_binary
from pods.errors import InvalidSetting


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path / "valkey") as server:
        yield server


def connect(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url, decode_responses=True, protocol=2)


def test_it_promises_durability(valkey: EmbeddedValkey) -> None:
    with connect(valkey) as client:
        assert client.ping()
        for key, value in DURABLE.items():
            assert client.config_get(key) == {key: value}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_an_acknowledged_write_survives_a_kill(valkey: EmbeddedValkey) -> None:
    with connect(valkey) as client:
        client.set("op", "accepted")
    address, pid = valkey.url, valkey.pid
    valkey.kill()
    assert not valkey.ready()
    valkey.restart()
    assert (valkey.url, valkey.pid != pid) == (address, True)
    with connect(valkey) as client:
        assert client.get("op") == "accepted"


def test_nobody_gets_in_without_the_password(valkey: EmbeddedValkey) -> None:
    open_address = valkey.url.split("@")[1]
    with (
        redis.Redis.from_url(f"redis://{open_address}", protocol=2) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.get("op")


def test_the_configuration_is_private(valkey: EmbeddedValkey) -> None:
    assert (valkey.data_dir / "valkey.conf").stat().st_mode & 0o077 == 0
    assert valkey.data_dir.stat().st_mode & 0o077 == 0


def test_it_ends_with_the_block(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "v") as server:
        pid = server.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from app.valkey import EmbeddedValkey\n"
        "server = EmbeddedValkey(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        waiting = os.pidfd_open(pid)
        parent.send_signal(signal.SIGKILL)
    try:
        assert _ended(waiting, within_s=10)
    finally:
        os.close(waiting)


def _ended(pidfd: int, *, within_s: float) -> bool:
    return bool(select.select([pidfd], [], [], within_s)[0])


def test_a_port_in_use_is_told_in_the_servers_own_words(valkey: EmbeddedValkey, tmp_path: Path) -> None:
    port = int(valkey.url.rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(InvalidSetting) as refused:
        EmbeddedValkey(tmp_path / "second", port=port).start()
    assert "did not start" in refused.value.sentence


def test_the_configuration_quotes_a_directory_with_spaces(tmp_path: Path) -> None:
    assert f'dir "{tmp_path}/my data"' in configuration(tmp_path / "my data", 1, "pw")


def test_the_packaged_server_is_preferred_and_path_is_the_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_binary(lambda _name: None).name == "valkey-server"
    monkeypatch.setattr("app.valkey.os.access", lambda *_args: False)
    assert server_binary({"redis-server": "/usr/bin/redis-server"}.get) == Path("/usr/bin/redis-server")
    with pytest.raises(InvalidSetting) as refused:
        server_binary(lambda _name: None)
    assert "REDIS_URL" in refused.value.sentence


def test_one_podkeeper_per_data_directory(tmp_path: Path) -> None:
    with claimed(tmp_path / "data"):
        with pytest.raises(InvalidSetting) as refused, claimed(tmp_path / "data"):
            pytest.fail("two hold the same directory")
        assert str(os.getpid()) in refused.value.sentence
    with claimed(tmp_path / "data"):
        pass


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidSetting) as refused, claimed(tmp_path / "file" / "data"):
        pytest.fail("that is a file")
    assert "PODKEEPER_DATA" in refused.value.sentence
