"""How an operation ended, in words: one function per code, and within it what differs by verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.views import creation, done, undone
from bot.views.cases import Case, Told
from pods.model import Verb
from pods.operations import Code

_BY_CODE: Final[dict[Code, Callable[[Case], Told]]] = {
    Code.DONE: done.done,
    Code.ALREADY: done.already,
    Code.ZERO_GPU: done.zero_gpu,
    Code.NOT_CONFIRMED: undone.not_confirmed,
    Code.GONE: undone.gone,
    Code.REFUSED: undone.refused,
    Code.NOT_POSSIBLE: undone.not_possible,
    Code.LOCKED: undone.locked,
    Code.CLUSTER: undone.cluster,
    Code.NEVER_ASKED: undone.never_asked,
    Code.PUSHED_BACK: undone.pushed_back,
    Code.CHANGED: undone.changed,
    Code.BUSY: undone.busy,
    Code.JOINED: undone.joined,
    Code.DECLINED: undone.declined,
    Code.EXPIRED: undone.expired,
    Code.NOT_ALLOWED: undone.not_allowed,
    Code.SPENDING: undone.spending,
    Code.NO_CAPACITY: undone.no_capacity,
    Code.HOST_FULL: undone.host_full,
    Code.GIVEN_UP: undone.given_up,
    Code.VETOED: undone.vetoed,
}

#: What differs for a pod that was not there before.
_CREATED: Final[dict[Code, Callable[[Case], Told]]] = {
    Code.DONE: creation.created,
    Code.NO_CAPACITY: creation.no_capacity,
    Code.NOT_CONFIRMED: creation.not_confirmed,
}


def told(case: Case, code: Code) -> Told:
    if case.verb is Verb.CREATE and code in _CREATED:
        return _CREATED[code](case)
    return _BY_CODE[code](case)
