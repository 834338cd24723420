"""What a pod's own HTTP ports say of its work: Jupyter's API, and any address the policy names. Pure.

Only an answer that was read whole and understood says anything. No answer, an error, a password in the way or a body
cut short leave it unknown: that a pod says nothing is no proof that it does nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Final

from pydantic import Field, field_validator, model_validator

from pods.model import Pod
from pods.ports import WebAnswer
from pods.protectors import Finding, Word
from pods.proxy_urls import http_ports
from pods.tables import Table
from pods.watch_rules import Protector

OK: Final = 200
#: What is read of an answer, in bytes.
BODY_MAX: Final = 64 * 1024
_LOCKED: Final = frozenset({401, 403})

JUPYTER_PORT: Final = 8888
#: Neither counts as somebody's activity, so asking does not keep a notebook alive.
JUPYTER_STATUS: Final = "/api/status"
JUPYTER_KERNELS: Final = "/api/kernels?no_track_activity=1"
#: What Jupyter says of a kernel that computes.
_BUSY: Final = "busy"


class Probe(Table):
    """An address of some pods, and how to read its answer. Exactly one of `busy` and `quiet`."""

    #: Pod name patterns such as "comfy-*".
    pods: tuple[str, ...] = Field(min_length=1)
    #: An HTTP port the pod exposes; a pod without it is not asked.
    port: int = Field(ge=1, le=65535)
    path: str = "/"
    #: Found in the answer: the pod works; not found: it does not.
    busy: str | None = None
    #: Found in the answer: the pod does nothing; not found: it works.
    quiet: str | None = None

    @field_validator("path")
    @classmethod
    def _path(cls, value: str) -> str:
        if not re.fullmatch(r"/[!-~]*", value):
            raise ValueError('must be a path such as "/queue", with nothing but plain characters')
        return value

    @field_validator("busy", "quiet")
    @classmethod
    def _pattern(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            matches_nothing = re.compile(value).search("") is not None
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from error
        if matches_nothing:
            raise ValueError("would be found in any answer; write what tells work from rest")
        return value

    @model_validator(mode="after")
    def _one_of(self) -> Probe:
        if (self.busy is None) == (self.quiet is None):
            raise ValueError("write either `busy` or `quiet`, a regular expression to look for in the answer")
        return self

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.busy or self.quiet or "")


def exposes(pod: Pod, port: int) -> bool:
    """Whether RunPod's proxy leads to this port."""
    return port in http_ports(pod.ports)


def probes_for(pod: Pod, probes: Iterable[Probe]) -> tuple[Probe, ...]:
    name = pod.name.casefold()
    return tuple(
        probe
        for probe in probes
        if exposes(pod, probe.port) and any(fnmatchcase(name, pattern.casefold()) for pattern in probe.pods)
    )


def read_probe(probe: Probe, answer: WebAnswer, now: datetime) -> Word:
    """One answer. Work counts as of now; what the answer does not show is not guessed."""
    where = f"port {probe.port}{probe.path}"
    if answer.status != OK:
        return _http(Finding.UNKNOWN, now, f"{where}: {_why(answer)}")
    found = probe.pattern.search(answer.body) is not None
    if not found and _cut(answer):
        return _http(Finding.UNKNOWN, now, f"{where}: the answer is longer than I read")
    works = found if probe.busy is not None else not found
    said = "answers that it works" if works else "answers that it does nothing"
    return _http(Finding.ACTIVE if works else Finding.QUIET, now, f"{where} {said}")


def together(words: Iterable[Word], now: datetime) -> Word:
    """Several probes of one pod as one word: any work is work, and any doubt but work is doubt."""
    known = tuple(words)
    if not known:
        return _http(Finding.ABSENT, now, "no probe of the policy is for this pod")
    for finding in (Finding.ACTIVE, Finding.UNKNOWN):
        found = next((word for word in known if word.finding is finding), None)
        if found is not None:
            return found
    return known[0]


def no_jupyter(now: datetime) -> Word:
    return _jupyter(Finding.ABSENT, now, f"port {JUPYTER_PORT} is not exposed")


def kernels_to_ask(status: WebAnswer) -> bool:
    """Whether the status is Jupyter's and says that there are kernels: then they decide."""
    said = _object(status)
    return said is not None and isinstance(said.get("kernels"), int) and said["kernels"] > 0


def read_jupyter(status: WebAnswer, kernels: WebAnswer | None, *, since: datetime, now: datetime) -> Word:
    """What Jupyter says: a kernel computes, somebody used it since `since`, or neither."""
    if status.status in _LOCKED:
        return _jupyter(Finding.UNKNOWN, now, "Jupyter wants a password, so I cannot see its kernels")
    said = _object(status)
    if said is None or not isinstance(said.get("kernels"), int):
        return _jupyter(Finding.UNKNOWN, now, f"Jupyter: {_why(status)}")
    running = _kernels(kernels) if kernels is not None else []
    computing = sum(1 for kernel in running or () if kernel.get("execution_state") == _BUSY)
    if computing:
        return _jupyter(Finding.ACTIVE, now, f"{_counted(computing)} computing")
    used_at = _latest([said, *(running or ())], now)
    if used_at is not None and used_at >= since:
        return _jupyter(Finding.ACTIVE, now, "used within the window", active_at=used_at)
    if used_at is None or (kernels is None and said["kernels"]) or running is None:
        return _jupyter(Finding.UNKNOWN, now, "Jupyter does not say what its kernels do")
    idle = round((now - used_at).total_seconds() / 60)
    return _jupyter(Finding.QUIET, now, f"{_counted(said['kernels'])}, nothing done for {idle} min")


def _kernels(answer: WebAnswer) -> list[dict[str, Any]] | None:
    """The kernels as listed, None where that cannot be read."""
    if answer.status != OK or _cut(answer):
        return None
    try:
        listed = json.loads(answer.body)
    except ValueError:
        return None
    if not isinstance(listed, list) or not all(isinstance(kernel, dict) for kernel in listed):
        return None
    return listed


def _cut(answer: WebAnswer) -> bool:
    """Whether there may have been more than was read."""
    return len(answer.body.encode()) >= BODY_MAX


def _object(answer: WebAnswer) -> dict[str, Any] | None:
    if answer.status != OK or _cut(answer):
        return None
    try:
        said = json.loads(answer.body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _latest(said: Iterable[dict[str, Any]], now: datetime) -> datetime | None:
    """The newest activity; a clock that runs ahead of ours says no more than now."""
    times = [at for each in said if (at := _time(each.get("last_activity"))) is not None]
    return min(max(times), now) if times else None


def _time(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _why(answer: WebAnswer) -> str:
    if answer.status is None:
        return answer.trouble or "no answer"
    return "an answer that I cannot read" if answer.status == OK else f"answered {answer.status}"


def _counted(kernels: int) -> str:
    return f"{kernels} kernel" if kernels == 1 else f"{kernels} kernels"


def _http(finding: Finding, now: datetime, detail: str) -> Word:
    return Word(protector=Protector.HTTP, at=now, finding=finding, active_at=_now_if(finding, now), detail=detail)


def _jupyter(finding: Finding, now: datetime, detail: str, *, active_at: datetime | None = None) -> Word:
    at = active_at or _now_if(finding, now)
    return Word(protector=Protector.JUPYTER, at=now, finding=finding, active_at=at, detail=detail)


def _now_if(finding: Finding, now: datetime) -> datetime | None:
    return now if finding is Finding.ACTIVE else None
