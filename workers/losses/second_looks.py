"""The second look at a suspect: the pod read directly, who asked for it, and what RunPod and the host say of it.

Readings cost calls, so a poll makes at most `READS` of them, the most precious pods first. When many pods look lost at
once, the first readings stand for the rest of their kind, if a second list agrees and not one reading spoke against it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from pods.causes import Evidence, Said, cause_of, container_exit, log_cause, said
from pods.errors import PodNotFound, ProviderError
from pods.losses import Cause, LossKind
from pods.model import LogLine, Maintenance, Pod, PodStatus
from pods.operations import Operation
from pods.patterns import struck
from pods.ports import Capability
from pods.sights import Sight, Suspicion
from pods.steps import Absent, Reading, Seen, Unread
from pods.suspicions import Finding, Second, Verdict, judged
from workers.context import Context
from workers.passes.look import Look

log = structlog.get_logger()

#: Direct readings in one poll.
READS: Final = 20
#: So many readings of one kind that agree, and none that does not, speak for the rest of that kind.
SPEAK_FOR_ALL: Final = 10
LOG_TAIL: Final = 50
#: An operation that waited for long may have worked lately.
ASKED_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of one suspicion."""

    sight: Sight
    finding: Finding
    cause: Cause
    #: The pod as read now, where it was.
    pod: Pod | None
    at: datetime


@dataclass(slots=True)
class Reader:
    """Reads for one pass. What is true of the whole account is read once."""

    context: Context
    look: Look
    sights: Mapping[str, Sight]
    _balance: list[Decimal | None] = field(default_factory=list)
    _windows: list[Mapping[str, Maintenance]] = field(default_factory=list)
    _struck: dict[str, str] | None = None

    def second_looks(self, suspects: Sequence[Sight]) -> list[Found]:
        """Settle as many as the poll's readings allow; the rest waits, or goes with what the readings say."""
        read = [self.second_look(sight) for sight in suspects[:READS]]
        return read + self._spoken_for(read, suspects[READS:])

    def second_look(self, sight: Sight) -> Found:
        suspicion = _suspicion(sight)
        reading = self._read(sight.pod_id)
        second = Second(
            reading=reading,
            now=self.context.clock.now(),
            others_listed=self._others_listed(sight.pod_id),
            operations=self._operations(sight.pod_id, suspicion),
        )
        pod = reading.pod if isinstance(reading, Seen) else None
        finding, cause = judged(sight, second), Cause()
        if finding.verdict is Verdict.LOST or _log_may_settle(suspicion, pod):
            finding, cause = self._explained(sight, second)
        return Found(sight=sight, finding=finding, cause=cause, pod=pod, at=second.now)

    def _explained(self, sight: Sight, second: Second) -> tuple[Finding, Cause]:
        """The finding with RunPod's own words, and the cause they show; they may say that a user did it."""
        suspicion = _suspicion(sight)
        words = self._said(sight.pod_id, second.reading, suspicion)
        lines = self._log(sight, second.reading)
        told = replace(second, said=words, exit_line=container_exit(lines, suspicion.well_at))
        finding = judged(sight, told)
        lost = finding.verdict is Verdict.LOST
        return finding, self._cause(sight, finding, words, lines) if lost else Cause()

    def _spoken_for(self, read: Sequence[Found], rest: Sequence[Sight]) -> list[Found]:
        now = self.context.clock.now()
        causes = {kind: _common(read, kind) for kind in LossKind}
        found = []
        for sight in rest:
            suspicion = _suspicion(sight)
            common = causes[suspicion.kind]
            if common is None or suspicion.since >= self.look.now:
                # For what this very list showed first there is no second look yet.
                continue
            if self._operations(sight.pod_id, suspicion):
                continue
            finding = Finding(verdict=Verdict.LOST, kind=suspicion.kind)
            found.append(Found(sight=sight, finding=finding, cause=common, pod=None, at=now))
        return found

    def _read(self, pod_id: str) -> Reading:
        try:
            return Seen(self.context.provider.get(pod_id))
        except PodNotFound:
            return Absent(listed=None)
        except ProviderError as error:
            log.warning("suspect.unread", pod=pod_id, error=type(error).__name__, detail=error.detail)
            return Unread(error)

    def _others_listed(self, pod_id: str) -> bool:
        """Whether the newest list has another pod that was known before."""
        entries = self.look.after.entries
        return any(
            entry.pod.id != pod_id and entry.missing_since is None and entry.pod.id in self.sights for entry in entries
        )

    def _operations(self, pod_id: str, suspicion: Suspicion) -> tuple[Operation, ...]:
        return self.context.store.history.since(pod_id, suspicion.well_at - ASKED_WITHIN)

    def _said(self, pod_id: str, reading: Reading, suspicion: Suspicion) -> Said:
        """RunPod's own word; unread is unsaid."""
        if isinstance(reading, Unread):
            return Said()
        if isinstance(reading, Seen) and reading.pod.last_status_change:
            return said(reading.pod.last_status_change, suspicion.well_at)
        if Capability.STOP_REASON not in self.context.provider.capabilities():
            return Said()
        try:
            return said(self.context.provider.last_status_change(pod_id), suspicion.well_at)
        except ProviderError as error:
            log.info("reason.unread", pod=pod_id, error=type(error).__name__, detail=error.detail)
            return Said()

    def _log(self, sight: Sight, reading: Reading) -> Sequence[LogLine]:
        if not isinstance(reading, Seen) or Capability.LOGS not in self.context.provider.capabilities():
            return ()
        try:
            return self.context.provider.logs(sight.pod_id, source="system", tail=LOG_TAIL)
        except ProviderError as error:
            log.info("log.unread", pod=sight.pod_id, error=type(error).__name__, detail=error.detail)
            return ()

    def _cause(self, sight: Sight, finding: Finding, words: Said, lines: Sequence[LogLine]) -> Cause:
        suspicion = _suspicion(sight)
        evidence = Evidence(
            said=words,
            log=log_cause(lines, suspicion.well_at),
            balance=self._account_balance() if finding.kind in _BY_ACCOUNT else None,
            maintenance=self._maintenance(sight.pod_id),
            data_center=self._data_center(sight),
            at=suspicion.since,
        )
        return cause_of(evidence)

    def _account_balance(self) -> Decimal | None:
        if not self._balance:
            self._balance.append(self._ask_balance())
        return self._balance[0]

    def _ask_balance(self) -> Decimal | None:
        if Capability.ACCOUNT not in self.context.provider.capabilities():
            return None
        try:
            return self.context.provider.account().balance
        except ProviderError as error:
            log.info("account.unread", error=type(error).__name__, detail=error.detail)
            return None

    def _maintenance(self, pod_id: str) -> Maintenance | None:
        if not self._windows:
            self._windows.append(self._ask_windows())
        return self._windows[0].get(pod_id)

    def _ask_windows(self) -> Mapping[str, Maintenance]:
        if Capability.STOP_REASON not in self.context.provider.capabilities():
            return {}
        try:
            return {window.pod_id: window for window in self.context.provider.maintenances()}
        except ProviderError as error:
            log.info("maintenance.unread", error=type(error).__name__, detail=error.detail)
            return {}

    def _data_center(self, sight: Sight) -> str:
        if self._struck is None:
            self._struck = struck(self.sights.values())
        return self._struck.get(sight.pod.data_center or "", "")


#: Only a stop or an end is the account's doing.
_BY_ACCOUNT: Final = frozenset({LossKind.EXITED, LossKind.GONE})


def _suspicion(sight: Sight) -> Suspicion:
    if sight.suspicion is None:
        raise ValueError(f"nothing is suspected of {sight.pod_id}")
    return sight.suspicion


def _log_may_settle(suspicion: Suspicion, pod: Pod | None) -> bool:
    """A container that is silent has ended only by its host's own word."""
    silent = pod is not None and pod.status is PodStatus.RUNNING and pod.runtime is None
    return silent and suspicion.kind is LossKind.CONTAINER_EXIT


def _common(read: Collection[Found], kind: LossKind) -> Cause | None:
    """The cause that the readings of this kind share, "not known" where they differ; None: they do not speak for it."""
    alike = [each for each in read if _suspicion(each.sight).kind is kind]
    agreeing = [each for each in alike if each.finding.verdict is Verdict.LOST and each.finding.kind is kind]
    if len(agreeing) < SPEAK_FOR_ALL or len(agreeing) < len(alike):
        return None
    causes = {each.cause.kind for each in agreeing}
    return agreeing[0].cause if len(causes) == 1 else Cause()
