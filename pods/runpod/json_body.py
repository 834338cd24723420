"""Reading JSON from RunPod: money stays exact, and what is not JSON is None."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any


def read_json(body: bytes) -> Any:  # noqa: ANN401 - the wire is anything until a model has read it
    """The parsed body with every fraction as Decimal, or None where it is not JSON."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError, InvalidOperation):
        return None


def _refuse(constant: str) -> Any:  # noqa: ANN401
    raise ValueError(f"not a JSON number: {constant}")
