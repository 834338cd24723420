"""What every benchmark shares: times taken in turns with a floor, and a table of their ratios."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from app.valkey import EmbeddedValkey
from pods.store import Store, open_store

Run = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times the floor something took: the median of its turns, and the worst of a hundred."""

    name: str
    median: float
    p99: float


def ratio(name: str, run: Run, floor: Run, *, turns: int = 20) -> Ratio:
    """Run both in turns, so that a busy neighbour strikes both, and divide each turn by the floor's median."""
    taken: list[float] = []
    floors: list[float] = []
    for _ in range(turns):
        floors.append(_seconds(floor))
        taken.append(_seconds(run))
    least = statistics.median(floors)
    ordered = sorted(each / least for each in taken)
    worst = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    return Ratio(name=name, median=statistics.median(ordered), p99=worst)


def _seconds(run: Run) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def show(title: str, floor: str, rows: Sequence[Ratio]) -> None:
    table = Table(title=title, caption=f"1.0 = {floor}")
    for heading in ("what", "median", "p99"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for row in rows:
        table.add_row(row.name, f"{row.median:.1f}", f"{row.p99:.1f}")
    Console().print(table)


@contextmanager
def fresh_store() -> Iterator[Store]:
    """An empty Valkey of its own, gone afterwards."""
    with TemporaryDirectory(prefix="podkeeper-bench-") as directory, EmbeddedValkey(Path(directory)) as valkey:
        store = open_store(valkey.url, "main")
        yield store
        store.client.close()
