"""What became of a request that was put before the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pods.operations import Code, Operation, cancel
from pods.requests import Request


@dataclass(frozen=True, slots=True)
class Accepted:
    request: Request
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class AlreadyAccepted:
    """The same invocation or the same intent was accepted before."""

    request: Request


@dataclass(frozen=True, slots=True)
class AllBusy:
    """Every pod asked for is in the hands of another operation; nothing was written."""

    holders: tuple[Operation, ...]


Acceptance = Accepted | AlreadyAccepted | AllBusy


def give_way(operations: Sequence[Operation], holders: Mapping[str, Operation], now: datetime) -> tuple[Operation, ...]:
    """The operations whose pods others hold, cancelled with the reason."""
    given: list[Operation] = []
    for operation in operations:
        holder = holders.get(operation.holds)
        if holder is None or operation.ended:
            given.append(operation)
            continue
        same = (holder.verb, holder.change) == (operation.verb, operation.change)
        code = Code.JOINED if same else Code.BUSY
        given.append(cancel(operation, code, now, other=holder.id))
    return tuple(given)
