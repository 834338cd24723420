"""The report queue: audit older than 90 days, out of Redis into files, a line each, by month.

What happens when the process dies: before the file is synced, the stream still has all of it; after that and before
the stream is trimmed, the next run finds the file's last id and writes only what is newer. Nothing is dropped from
the stream that is not on disk, and where the files cannot be written nothing is dropped at all, which health tells.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import IO, Final

import structlog

from pods.store.audit import Written
from pods.store.commit import AUDIT_FOR
from pods.times import from_ms
from workers.context import Context, current
from workers.edge import job

log = structlog.get_logger()

#: A run writes out at most this many; the next one goes on.
MOST_PER_RUN: Final = 50_000
_AT_ONCE: Final = 1_000
#: Enough to hold the last line of a file, however long its command was.
_TAIL: Final = 64 * 1024


@job()
def archive(period: str) -> None:
    """Write out and then forget what is older than 90 days."""
    del period
    context = current()
    now = context.clock.now()
    try:
        written = _archive(context)
    except OSError as error:
        log.warning("audit.unwritten", error=type(error).__name__, detail=str(error))
        trouble = f"Old audit entries cannot be written out: {error.strerror}. None was dropped."
        context.store.clockwork.report("audit", now, trouble=trouble)
        return
    context.store.clockwork.report("audit", now, written=written, kept=context.store.audit.length())


def _archive(context: Context) -> int:
    folder, until, count = context.audit_dir, context.clock.now() - AUDIT_FOR, 0
    while count < MOST_PER_RUN and (batch := context.store.audit.older_than(until, _AT_ONCE)):
        if folder is None:
            return 0
        for month, entries in groupby(batch, key=_month):
            _append(folder, month, list(entries))
        context.store.audit.forget_through(batch[-1].id)
        count += len(batch)
    return count


def _month(written: Written) -> str:
    return f"{from_ms(int(written.id.partition('-')[0])):%Y-%m}"


def _append(folder: Path, month: str, entries: Sequence[Written]) -> None:
    """On disk when this returns; those the file has already are not written twice."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"audit-{month}.jsonl"
    with open(path, "a+b", opener=_private) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last_id(file)
        file.write(b"".join(_lines(each for each in entries if _place(each.id) > _place(last))))
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lines(entries: Iterable[Written]) -> Iterable[bytes]:
    for each in entries:
        yield (json.dumps({"id": each.id, "entry": json.loads(each.text)}, ensure_ascii=False) + "\n").encode()


def _last_id(file: IO[bytes]) -> str:
    """The newest id on whole lines; a line that was cut by a crash is ended, so that the next begins on its own."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _TAIL))
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.write(b"\n")
    for line in reversed(tail.splitlines()):
        try:
            return str(json.loads(line)["id"])
        except (ValueError, KeyError, TypeError):
            continue
    return "0-0"


def _place(entry_id: str) -> tuple[int, int]:
    ms, _, number = entry_id.partition("-")
    return int(ms), int(number or 0)
