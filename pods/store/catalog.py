"""What RunPod rents, as last read: one record per account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from pods.catalog import Catalog
from pods.store.records import Records

_ONLY: Final = "catalog"


class CatalogStore:
    def __init__(self, records: Records[Catalog]) -> None:
        self._records = records

    def load(self) -> Catalog:
        """The newest; an empty one, whose parts were never read, before the first."""
        return self._records.get(_ONLY) or Catalog()

    def change(self, decide: Callable[[Catalog], Catalog], now: datetime) -> Catalog:
        """Apply a pure change to the newest catalog. Giving it back as it is writes nothing."""
        written = self._records.change(_ONLY, lambda known: decide(known or Catalog()), now)
        return written or Catalog()
