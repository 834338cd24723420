"""Days that are over as people write them: 2026-11-01..2026-11-15, or one of them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_DATE: Final = r"(\d{4}-\d{2}-\d{2})"
_RANGE: Final = re.compile(rf"{_DATE}(?:\.{{2,3}}|…){_DATE}|{_DATE}", re.ASCII)
_JOINT: Final = ".."


def read(text: str) -> str | None:
    """In the form `read_back` takes; None where it is no such days, or they stand the wrong way round."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return None
    first, last, only = match.groups()
    try:
        begin, end = date.fromisoformat(only or first), date.fromisoformat(only or last)
    except ValueError:
        return None
    return f"{begin}{_JOINT}{end}" if begin <= end else None


def read_back(value: str) -> tuple[date, date]:
    first, _, last = value.partition(_JOINT)
    return date.fromisoformat(first), date.fromisoformat(last)
