"""Marks that last real seconds, in tests in which no real time passes."""

from __future__ import annotations

from typing import Final

import redis

#: One round trip, however many keys there are.
_FORGET: Final = """
for _, pattern in ipairs(ARGV) do
  for _, key in ipairs(redis.call('KEYS', pattern)) do redis.call('DEL', key) end
end
"""


def forget(client: redis.Redis, *patterns: str) -> None:
    """As if the time of every key of these patterns were over."""
    client.eval(_FORGET, 0, *patterns)
