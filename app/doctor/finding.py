"""What a check found, and how checks are run: each on its own, none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import httpx
import redis

from app.logs import redact
from pods.errors import PodkeeperError


class Level(StrEnum):
    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    level: Level
    seen: str
    #: How to mend it; empty when there is nothing to mend.
    mend: str = ""


Check = Callable[[], Iterable[Finding]]


def ok(what: str, seen: str) -> Finding:
    return Finding(what, Level.OK, seen)


def warn(what: str, seen: str, mend: str) -> Finding:
    return Finding(what, Level.WARN, seen, mend)


def fail(what: str, seen: str, mend: str) -> Finding:
    return Finding(what, Level.FAIL, seen, mend)


def skip(what: str, why: str) -> Finding:
    return Finding(what, Level.SKIP, why)


def examine(checks: Mapping[str, Check]) -> Sequence[Finding]:
    findings: list[Finding] = []
    for what, check in checks.items():
        try:
            for finding in check():
                findings.append(finding)  # noqa: PERF402 - what was found before a failure stays
        except httpx.HTTPError as error:
            seen = f"no answer: {redact(str(error)) or type(error).__name__}"
            findings.append(fail(what, seen, "Check the network, the proxy and the address."))
        except redis.RedisError as error:
            findings.append(fail(what, f"no answer: {redact(str(error))}", "Start Redis, or correct REDIS_URL."))
        except PodkeeperError as error:
            findings.append(fail(what, error.sentence, "Correct it as it says."))
    return findings


def exit_code(findings: Sequence[Finding]) -> int:
    return int(any(finding.level is Level.FAIL for finding in findings))
