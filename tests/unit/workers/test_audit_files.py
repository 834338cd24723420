"""Old audit goes to files, whole: whatever fails or dies, no entry is lost and none stands there twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pods.audit import AuditEntry, Event
from pods.store.audit import AuditLog
from pods.times import to_ms
from tests.unit.pods.builders import NOON
from tests.unit.workers.world import World
from workers import audit_files, context

DAY_MS = 86_400_000
NOW_MS = to_ms(NOON)


def write(world: World, days_old: float, count: int = 1) -> None:
    for nth in range(count):
        text = AuditEntry(at=NOON, event=Event.ENDED, by="U1", command=f"stop p{days_old}-{nth}").model_dump_json()
        entry_id = f"{NOW_MS - round(days_old * DAY_MS)}-{nth}"
        world.store.client.xadd(world.store.keys.audit, {"entry": text}, id=entry_id)


def filed(folder: Path) -> list[str]:
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line)["entry"]["command"] for line in lines if line]


def kept(world: World) -> list[str]:
    entries = [written.entry() for written in world.store.audit.newest(100)]
    return [entry.command for entry in entries if entry is not None]


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    context.install(replace(world.context, audit_dir=tmp_path / "audit"))
    return tmp_path / "audit"


def test_what_is_older_than_ninety_days_is_written_out_by_month_and_then_forgotten(world: World, folder: Path) -> None:
    write(world, 130, 2)
    write(world, 91)
    write(world, 89)

    audit_files.archive("1")

    assert filed(folder) == ["stop p130-0", "stop p130-1", "stop p91-0"]
    assert kept(world) == ["stop p89-0"]
    assert len(list(folder.glob("audit-*.jsonl"))) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.jsonl"))


def test_a_run_that_died_before_it_trimmed_is_made_good_without_a_double(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(world, 100, 3)

    def die(self: AuditLog, entry_id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(AuditLog, "forget_through", die)
        with pytest.raises(KeyboardInterrupt):
            audit_files.archive("1")
    assert len(kept(world)) == 3
    write(world, 99)

    audit_files.archive("2")

    assert filed(folder) == ["stop p100-0", "stop p100-1", "stop p100-2", "stop p99-0"]
    assert kept(world) == []


def test_a_line_that_was_cut_by_a_crash_spoils_no_other(world: World, folder: Path) -> None:
    write(world, 100, 2)
    audit_files.archive("1")
    (path,) = folder.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-20])
    write(world, 99.5)

    audit_files.archive("2")

    whole = [line for line in path.read_text().splitlines() if line.endswith("}}")]
    assert [json.loads(line)["entry"]["command"] for line in whole] == ["stop p100-0", "stop p99.5-0"]


def test_where_the_files_cannot_be_written_nothing_is_dropped_and_health_says_so(world: World, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    context.install(replace(world.context, audit_dir=blocked / "audit"))
    write(world, 100)

    audit_files.archive("1")

    assert kept(world) == ["stop p100-0"]
    assert "cannot be written out" in world.store.clockwork.reports()["audit"]["trouble"]


def test_without_a_folder_it_all_stays(world: World) -> None:
    write(world, 100)
    audit_files.archive("1")
    assert kept(world) == ["stop p100-0"]


def test_thousands_are_written_out_in_order(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_files, "_AT_ONCE", 7)
    write(world, 100, 50)
    audit_files.archive("1")
    assert filed(folder) == [f"stop p100-{nth}" for nth in range(50)]


def test_nothing_is_trimmed_by_writing_more(world: World) -> None:
    write(world, 400)
    entry: Any = AuditEntry(at=NOON, event=Event.ENDED, by="U1", command="now")
    world.store.walk.record_audit(entry, NOON)
    found: Sequence[str] = kept(world)
    assert set(found) >= {"stop p400-0"}
