"""How a pod can be reached now: which of its HTTP ports answer, and which are known to be open to anybody. Pure.

RunPod's proxy asks for no key: whoever knows the address is through. What is behind it may ask for one.
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Final

from pods.doors import Door, answers
from pods.model import Value
from pods.ports import WebAnswer

JUPYTER: Final = "Jupyter"
_OPEN_BY_NATURE: Final = frozenset({"TensorBoard"})
_ASKING: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class Lock(StrEnum):
    """Whether what is behind a port asks who comes."""

    #: It was seen to let anybody in.
    OPEN = "open"
    #: It asked for a password or token.
    ASKS = "asks"
    #: It answers, and whether a login follows cannot be seen from outside.
    NOT_KNOWN = "not_known"


class Reached(Value):
    """One HTTP port, as it answered just now."""

    door: Door
    url: str
    answers: bool
    #: None where nothing answered at all.
    status: int | None = None
    lock: Lock = Lock.NOT_KNOWN


def probe_path(door: Door) -> str:
    """Where to knock. Jupyter tells its state only to those it lets in; its front page it shows to anybody."""
    return "/api/status" if door.purpose == JUPYTER else "/"


def reached(door: Door, url: str, answer: WebAnswer) -> Reached:
    spoke = answers(answer)
    return Reached(door=door, url=url, answers=spoke, status=answer.status, lock=_lock(door, answer, spoke=spoke))


def _lock(door: Door, answer: WebAnswer, *, spoke: bool) -> Lock:
    if not spoke:
        return Lock.NOT_KNOWN
    if answer.status in _ASKING:
        return Lock.ASKS
    let_in = answer.status == HTTPStatus.OK and (door.purpose == JUPYTER or door.purpose in _OPEN_BY_NATURE)
    return Lock.OPEN if let_in else Lock.NOT_KNOWN
