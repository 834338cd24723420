"""Half of every window of RunPod's quota is left to people."""

from __future__ import annotations

import pytest

from pods.model import Quota
from pods.quotas import spare


def window(remaining: int, limit: int | None = 100, name: str = "minute") -> Quota:
    return Quota(window=name, remaining=remaining, reset_s=30, limit=limit)


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        ((), None),
        ((window(100),), 50),
        ((window(51),), 1),
        ((window(50),), 0),
        ((window(3),), 0),
        ((window(100), window(520, 1000, "hour")), 20),
        ((window(7, None),), None),
        ((window(7, None), window(90)), 40),
        ((window(5, 5),), 2),
    ],
)
def test_what_automation_may_spend(quotas: tuple[Quota, ...], expected: int | None) -> None:
    assert spare(quotas) == expected
