"""Why a pod was lost, as far as RunPod's own words say, and with those words as evidence. Never a guess. Pure.

GraphQL's `lastStatusChange` tells who ended a pod; the system log tells what its host saw; the account and the fleet
tell what struck more than one. What none of them says is "not known".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.losses import Cause, CauseKind, Source
from pods.model import LogLine, Maintenance, Value
from pods.money import dollars

#: RunPod's clocks and ours differ a little, and a change of state is stamped before it shows.
SLACK: Final = timedelta(minutes=2)
EVIDENCE_MAX: Final = 160


class SaidKind(StrEnum):
    """What a `lastStatusChange` says."""

    #: "Exited by user", "Terminated by user": a person or a key of theirs.
    BY_USER = "by_user"
    #: "Rented by User": a person started or restarted it.
    STARTED_BY_USER = "started_by_user"
    OUTBID = "outbid"
    BALANCE = "balance"
    BY_RUNPOD = "by_runpod"
    #: Nothing, something this version does not know, or words about an earlier change.
    UNATTRIBUTED = "unattributed"


class Said(Value):
    kind: SaidKind = SaidKind.UNATTRIBUTED
    text: str = ""


#: RunPod writes itself as Runpod and RunPod; matched without case, the narrower first.
_SAYINGS: Final = (
    (re.compile(r"^outbid\b", re.IGNORECASE), SaidKind.OUTBID),
    (re.compile(r"^(exited|terminated) by user\b", re.IGNORECASE), SaidKind.BY_USER),
    (re.compile(r"^rented by user\b", re.IGNORECASE), SaidKind.STARTED_BY_USER),
    (re.compile(r"^(exited|terminated) by runpod\b.*insufficient balance", re.IGNORECASE), SaidKind.BALANCE),
    (re.compile(r"^(exited|terminated) by runpod\b", re.IGNORECASE), SaidKind.BY_RUNPOD),
)
_STAMP: Final = re.compile(r"([A-Z][a-z]{2} \d{1,2} \d{4} \d{2}:\d{2}:\d{2}) GMT([+-]\d{4})")

#: What a host's log says when it ends a container, most telling first.
_LINES: Final = (
    (re.compile(r"out of memory|oom-?kill|oomkilled", re.IGNORECASE), CauseKind.OUT_OF_MEMORY),
    (
        re.compile(
            r"(pull|fetch)\w*\b.*\b(fail|error|denied|not found|unauthorized|unknown)"
            r"|manifest unknown|no such image|pull access denied",
            re.IGNORECASE,
        ),
        CauseKind.IMAGE_PULL,
    ),
    (re.compile(r"\bcuda\b|\bnvml\b|nvidia-container|\bxid\b", re.IGNORECASE), CauseKind.CUDA),
    (
        re.compile(
            r"\bhost\b.*\b(down|lost|unreachable|reboot\w*|shut\w*|fail\w*|offline)"
            r"|machine\b.*\b(down|unreachable|offline)|no space left|disk (failure|error)",
            re.IGNORECASE,
        ),
        CauseKind.HOST,
    ),
)
_EXIT: Final = re.compile(r"container\b.*\b(exited|died|terminated)\b|exited with code \d+", re.IGNORECASE)


def said(text: str | None, since: datetime) -> Said:
    """What the words say of a change after `since`. Words stamped earlier are about something else."""
    if not text or not text.strip():
        return Said()
    words = " ".join(text.split())
    stamp = _stamp(words)
    if stamp is not None and stamp < since - SLACK:
        return Said(text=words)
    kind = next((kind for shape, kind in _SAYINGS if shape.search(words)), SaidKind.UNATTRIBUTED)
    return Said(kind=kind, text=words)


def _stamp(words: str) -> datetime | None:
    """The JavaScript date in them."""
    found = _STAMP.search(words)
    if found is None:
        return None
    try:
        return datetime.strptime(f"{found[1]} {found[2]}", "%b %d %Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


def log_cause(lines: Sequence[LogLine], since: datetime) -> Cause:
    """What the newest telling line of the system log says; lines before `since` are of an earlier life."""
    recent = [line for line in lines if line.ts is None or line.ts >= since - SLACK]
    for shape, kind in _LINES:
        for line in reversed(recent):
            if shape.search(line.line):
                return Cause(kind=kind, evidence=line.line[:EVIDENCE_MAX], source=Source.SYSTEM_LOG)
    exit_line = container_exit(recent, since)
    if exit_line is not None:
        return Cause(kind=CauseKind.PROCESS, evidence=exit_line[:EVIDENCE_MAX], source=Source.SYSTEM_LOG)
    return Cause()


def container_exit(lines: Sequence[LogLine], since: datetime) -> str | None:
    """The newest line by which the host says that the container ended after `since`."""
    for line in reversed(lines):
        if line.ts is not None and line.ts >= since - SLACK and _EXIT.search(line.line):
            return line.line
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was read of one loss."""

    said: Said
    log: Cause
    #: USD; None: not known.
    balance: Decimal | None = None
    maintenance: Maintenance | None = None
    #: What struck its data center as a whole, in words; empty: nothing did.
    data_center: str = ""
    at: datetime


def cause_of(evidence: Evidence) -> Cause:
    """The most telling of what was read. RunPod's word on who did it goes before what the log makes likely."""
    words = Cause(kind=CauseKind.RUNPOD, evidence=evidence.said.text[:EVIDENCE_MAX], source=Source.STATUS_CHANGE)
    ranked = (
        words.model_copy(update={"kind": CauseKind.OUTBID}) if evidence.said.kind is SaidKind.OUTBID else None,
        words.model_copy(update={"kind": CauseKind.BALANCE}) if evidence.said.kind is SaidKind.BALANCE else None,
        _empty_balance(evidence.balance),
        evidence.log if evidence.log.kind not in {CauseKind.NOT_KNOWN, CauseKind.PROCESS} else None,
        _maintenance(evidence.maintenance, evidence.at),
        _data_center(evidence.data_center),
        words if evidence.said.kind is SaidKind.BY_RUNPOD else None,
    )
    return next((cause for cause in ranked if cause is not None), evidence.log)


def _empty_balance(balance: Decimal | None) -> Cause | None:
    if balance is None or balance > 0:
        return None
    return Cause(kind=CauseKind.BALANCE, evidence=f"balance {dollars(balance)}", source=Source.ACCOUNT)


def _maintenance(window: Maintenance | None, at: datetime) -> Cause | None:
    if window is None or not _covers(window, at):
        return None
    evidence = (window.note or "no note")[:EVIDENCE_MAX]
    return Cause(kind=CauseKind.MAINTENANCE, evidence=evidence, source=Source.MAINTENANCE)


def _covers(window: Maintenance, at: datetime) -> bool:
    return window.starts_at - SLACK <= at and (window.ends_at is None or at <= window.ends_at + SLACK)


def _data_center(struck: str) -> Cause | None:
    return Cause(kind=CauseKind.DATA_CENTER, evidence=struck, source=Source.FLEET) if struck else None
