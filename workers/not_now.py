"""What a guard may answer besides a veto: not in this step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNow:
    """Nothing is called in this step; the sentence is what a person reads if it stays so until the deadline."""

    sentence: str
