"""Why a pod was lost, by RunPod's own words and no others."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pods.causes import Evidence, Said, SaidKind, cause_of, container_exit, log_cause, said
from pods.losses import Cause, CauseKind, Source
from pods.model import LogLine, Maintenance
from tests.unit.pods.builders import at

STAMP = "Tue Nov 24 2026 12:00:30 GMT+0000"
OLD = "Tue Nov 24 2026 03:00:00 GMT+0000"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Exited by user: {STAMP}", SaidKind.BY_USER),
        (f"Terminated by user: {STAMP}", SaidKind.BY_USER),
        (f"Exited by Runpod: {STAMP}", SaidKind.BY_RUNPOD),
        (f"exited by RUNPOD: {STAMP}", SaidKind.BY_RUNPOD),
        ("Exited by RunPod: Insufficient balance", SaidKind.BALANCE),
        (f"Terminated by RunPod: {STAMP}", SaidKind.BY_RUNPOD),
        (f"Outbid: {STAMP}", SaidKind.OUTBID),
        (f"Rented by User: {STAMP}", SaidKind.STARTED_BY_USER),
        ("Evicted for reasons", SaidKind.UNATTRIBUTED),
        ("The pod was not exited by user", SaidKind.UNATTRIBUTED),
        ("", SaidKind.UNATTRIBUTED),
        (None, SaidKind.UNATTRIBUTED),
        # Words about an earlier change say nothing of this one.
        (f"Exited by user: {OLD}", SaidKind.UNATTRIBUTED),
        (f"Outbid: {OLD}", SaidKind.UNATTRIBUTED),
        # A stamp that cannot be read is no reason to disbelieve the words.
        ("Exited by user: Foo 99 2026 12:00:30 GMT+0000", SaidKind.BY_USER),
        ("Exited by user: Nov 31 2026 12:00:30 GMT+0000", SaidKind.BY_USER),
    ],
)
def test_what_a_last_status_change_says(text: str | None, kind: SaidKind) -> None:
    assert said(text, at(0)).kind is kind


def line(text: str, seconds: float = 10) -> LogLine:
    return LogLine(ts=at(seconds), source="system", line=text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("container killed: out of memory", CauseKind.OUT_OF_MEMORY),
        ("OOMKilled", CauseKind.OUT_OF_MEMORY),
        ("error pulling image: manifest unknown", CauseKind.IMAGE_PULL),
        ("image pull failed: unauthorized", CauseKind.IMAGE_PULL),
        ("pull access denied for example/x", CauseKind.IMAGE_PULL),
        ("nvidia-container-cli: initialization error: cuda version mismatch", CauseKind.CUDA),
        ("NVRM: Xid 79: GPU has fallen off the bus", CauseKind.CUDA),
        ("host is unreachable", CauseKind.HOST),
        ("write failed: no space left on device", CauseKind.HOST),
        ("container exited with code 137", CauseKind.PROCESS),
        ("image pull complete example/x", CauseKind.NOT_KNOWN),
        ("start container: begin", CauseKind.NOT_KNOWN),
        ("ghost in the machine is well", CauseKind.NOT_KNOWN),
    ],
)
def test_what_a_hosts_log_says(text: str, kind: CauseKind) -> None:
    cause = log_cause([line("create container example/x"), line(text)], at(0))
    assert cause.kind is kind
    assert cause.evidence == (text if kind is not CauseKind.NOT_KNOWN else "")


def test_lines_of_an_earlier_life_say_nothing() -> None:
    assert log_cause([line("OOMKilled", -3600)], at(0)) == Cause()
    assert container_exit([line("container exited with code 1", -3600)], at(0)) is None


def test_a_line_without_a_time_proves_no_end() -> None:
    assert container_exit([LogLine(ts=None, source="system", line="container exited with code 1")], at(0)) is None


OOM = Cause(kind=CauseKind.OUT_OF_MEMORY, evidence="OOMKilled", source=Source.SYSTEM_LOG)
EXIT = Cause(kind=CauseKind.PROCESS, evidence="container exited with code 1", source=Source.SYSTEM_LOG)
WINDOW = Maintenance(pod_id="p", starts_at=at(-600), ends_at=at(3600), note="new fans")


def spoken(kind: SaidKind) -> Said:
    return Said(kind=kind, text=f"words of {kind.value}")


@pytest.mark.parametrize(
    ("changes", "kind", "evidence"),
    [
        ({}, CauseKind.NOT_KNOWN, ""),
        ({"said": spoken(SaidKind.OUTBID), "log": OOM}, CauseKind.OUTBID, "words of outbid"),
        ({"said": spoken(SaidKind.BALANCE)}, CauseKind.BALANCE, "words of balance"),
        ({"said": spoken(SaidKind.BY_RUNPOD), "balance": Decimal(0)}, CauseKind.BALANCE, "balance $0.00"),
        ({"said": spoken(SaidKind.BY_RUNPOD), "balance": Decimal(5)}, CauseKind.RUNPOD, "words of by_runpod"),
        ({"said": spoken(SaidKind.BY_RUNPOD), "log": OOM}, CauseKind.OUT_OF_MEMORY, "OOMKilled"),
        ({"maintenance": WINDOW}, CauseKind.MAINTENANCE, "new fans"),
        ({"maintenance": WINDOW, "at": at(90_000)}, CauseKind.NOT_KNOWN, ""),
        ({"data_center": "all 4 in EU-RO-1"}, CauseKind.DATA_CENTER, "all 4 in EU-RO-1"),
        ({"log": EXIT}, CauseKind.PROCESS, EXIT.evidence),
        ({"log": EXIT, "said": spoken(SaidKind.BY_RUNPOD)}, CauseKind.RUNPOD, "words of by_runpod"),
        ({"said": spoken(SaidKind.UNATTRIBUTED)}, CauseKind.NOT_KNOWN, ""),
    ],
)
def test_the_most_telling_of_what_was_read_is_the_cause(
    changes: dict[str, object], kind: CauseKind, evidence: str
) -> None:
    given = {"said": Said(), "log": Cause(), "at": at(0)} | changes
    cause = cause_of(Evidence(**given))  # type: ignore[arg-type]
    assert (cause.kind, cause.evidence) == (kind, evidence)
