"""The walk of a request through Redis: accepted, taken, moved, decided, ended. Each change is one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

import redis

from pods.audit import AuditEntry
from pods.messages import Message
from pods.operations import DEADLINES, Code, Operation, OperationState, cancel
from pods.requests import Request
from pods.store.acceptance import Acceptance, Accepted, AllBusy, AlreadyAccepted, give_way
from pods.store.commit import RECORD_FOR, Busy, Claimed, Commit, Done, Exists, Result
from pods.store.connection import Scripts
from pods.store.keys import Keys
from pods.times import to_ms

#: The same person asking the same thing again within this is told what already runs.
INTENT_FOR: Final = timedelta(seconds=10)
LEASE_MS: Final = 10_000
#: Adds to a commit what belongs to it.
Also = Callable[[Commit], object]


@dataclass(frozen=True, slots=True)
class Taken:
    """The operation is ours for one step. `attempt` fences every write of the step."""

    operation: Operation
    attempt: str


class WalkStore:
    """Requests, operations and the marks and schedules that go with them."""

    def __init__(self, client: redis.Redis, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys

    # -- reading

    def request(self, request_id: str) -> Request | None:
        record = cast("str | None", self._client.get(self._keys.request(request_id)))
        return Request.model_validate_json(record) if record else None

    def operation(self, operation_id: str) -> Operation | None:
        record = cast("str | None", self._client.get(self._keys.operation(operation_id)))
        return Operation.model_validate_json(record) if record else None

    def operations(self, ids: Iterable[str]) -> tuple[Operation, ...]:
        keys = [self._keys.operation(each) for each in ids]
        if not keys:
            return ()
        records = cast("list[str | None]", self._client.mget(keys))
        return tuple(Operation.model_validate_json(record) for record in records if record)

    def holder(self, pod_id: str) -> Operation | None:
        """The operation that has the pod."""
        holder = cast("str | None", self._client.get(self._keys.busy(pod_id)))
        return self.operation(holder) if holder else None

    # -- accepting

    def accept(
        self,
        request: Request,
        operations: Sequence[Operation],
        messages: Sequence[Message],
        *,
        intent: str,
        audit: AuditEntry,
        now: datetime,
        queue_behind: bool = False,
    ) -> Acceptance:
        """Write everything the walk needs, or nothing.

        Pods in other hands: their operations are written as cancelled, saying whose; if all are, nothing is written.
        With `queue_behind` (an admin's terminate) they are accepted and wait for the pod instead.
        """
        while True:
            commit = self._acceptance(
                request, operations, messages, intent=intent, now=now, claim_pods=not queue_behind
            )
            commit.audit(audit)
            match commit.run(self._scripts):
                case Done():
                    return Accepted(request, tuple(operations))
                case Exists(record):
                    return AlreadyAccepted(Request.model_validate_json(record))
                case Claimed(_, request_id):
                    existing = self.request(request_id)
                    if existing is not None:
                        return AlreadyAccepted(existing)
                    self._client.delete(self._keys.intent(intent))
                case Busy(held):
                    holders = self._holders(held)
                    operations = give_way(operations, holders, now)
                    if all(operation.ended for operation in operations):
                        return AllBusy(tuple(holders.values()))

    def _holders(self, held: Mapping[str, str]) -> dict[str, Operation]:
        """Pod id -> the operation that has it. A mark whose operation is gone or ended is cleared."""
        found: dict[str, Operation] = {}
        for key, operation_id in held.items():
            operation = self.operation(operation_id)
            if operation is None or operation.ended:
                Commit(self._keys, _EPOCH).free(key, operation_id).run(self._scripts)
            else:
                found[operation.holds] = operation
        return found

    def _acceptance(
        self,
        request: Request,
        operations: Sequence[Operation],
        messages: Sequence[Message],
        *,
        intent: str,
        now: datetime,
        claim_pods: bool,
    ) -> Commit:
        keys = self._keys
        commit = Commit(keys, now).once(keys.request(request.id))
        commit.claim(keys.intent(intent), request.id, for_=INTENT_FOR)
        commit.put(keys.request(request.id), request, for_=RECORD_FOR)
        for operation in operations:
            self._write_operation(commit, operation, claim_pod=claim_pods)
        if request.open_gate is not None:
            commit.schedule(keys.gates, request.id, request.open_gate.expires_at)
        for message in messages:
            commit.put(keys.message(message.key), message, for_=RECORD_FOR).want(message.key)
        return commit

    def _write_operation(self, commit: Commit, operation: Operation, *, claim_pod: bool) -> None:
        keys = self._keys
        commit.put(keys.operation(operation.id), operation, for_=RECORD_FOR)
        if operation.pod_id:
            commit.index(keys.pod_operations(operation.pod_id), operation.id, operation.created_at)
        if operation.state is OperationState.ACCEPTED:
            commit.include(keys.open, operation.id).schedule(keys.due, operation.id, commit.now)
            if claim_pod:
                commit.occupy(keys.busy(operation.holds), operation.id)

    # -- stepping

    def take(self, operation_id: str, now: datetime) -> Taken | None:
        """The operation for one step, unless it is not due, is held, or waits behind another on its pod.

        Wake-ups may come twice or late; the place in `due` decides whether there is anything to do.
        """
        known = self.operation(operation_id)
        if known is None:
            self._forget(operation_id)
            return None
        answer = self._take(known, now)
        if answer[0] == "behind" and not self._holders({self._keys.busy(known.holds): answer[1]}):
            # The mark outlived its operation and is cleared now.
            answer = self._take(known, now)
        if answer[0] == "behind":
            self._wait_in_line(known, now)
        if answer[0] != "taken":
            return None
        return Taken(Operation.model_validate_json(answer[2]), answer[1])

    def _take(self, known: Operation, now: datetime) -> list[str]:
        keys = self._keys
        own = (keys.operation(known.id), keys.lease(known.id), keys.attempt(known.id))
        given = (known.id, LEASE_MS, to_ms(now), round(RECORD_FOR.total_seconds() * 1000))
        return cast("list[str]", self._scripts.run("take", (*own, keys.busy(known.holds), keys.due), given))

    def _wait_in_line(self, waiting: Operation, now: datetime) -> None:
        """Time spent behind another operation does not count against the deadline of the one that waits."""
        span = DEADLINES[waiting.verb]
        if waiting.state is not OperationState.ACCEPTED or waiting.deadline - now > span / 2:
            return
        longer = waiting.model_copy(update={"deadline": now + span, "version": waiting.version + 1})
        key = self._keys.operation(waiting.id)
        commit = Commit(self._keys, now).expect_version(key, waiting.version)
        commit.put(key, longer, for_=RECORD_FOR).run(self._scripts)

    def _forget(self, operation_id: str) -> None:
        """Nothing is on record: nobody need look at it."""
        commit = Commit(self._keys, _EPOCH).unschedule(self._keys.due, operation_id)
        commit.exclude(self._keys.open, operation_id).run(self._scripts)

    def look_now(self, operation_id: str, now: datetime) -> bool:
        """Bring forward the next look at an operation; False when nobody looks at it any more."""
        changed = self._client.zadd(self._keys.due, {operation_id: to_ms(now)}, xx=True, lt=True, ch=True)
        return bool(changed) or self._client.zscore(self._keys.due, operation_id) is not None

    def look_again(self, operation_id: str, now: datetime) -> None:
        """Have an operation taken for a step once more, though it has ended: there is news of it."""
        Commit(self._keys, now).schedule(self._keys.due, operation_id, now).run(self._scripts)

    def renew(self, taken: Taken) -> bool:
        return self._lease(taken, LEASE_MS)

    def give_back(self, taken: Taken) -> bool:
        return self._lease(taken, 0)

    def _lease(self, taken: Taken, ms: int) -> bool:
        key = self._keys.lease(taken.operation.id)
        return bool(self._scripts.run("renew", (key,), (taken.attempt, ms)))

    def still_ours(self, taken: Taken) -> bool:
        attempt = cast("str | None", self._client.get(self._keys.attempt(taken.operation.id)))
        return attempt == taken.attempt

    def move(
        self,
        taken: Taken,
        after: Operation,
        *,
        now: datetime,
        tell: bool,
        audit: AuditEntry | None = None,
        also: Also | None = None,
    ) -> Taken | None:
        """Write the operation after a decision; None when the attempt is no longer ours (nothing was written).

        `also` adds what must stand together with it, such as what is known of a pod from its first moment.
        """
        before = taken.operation
        after = after.model_copy(update={"version": before.version + 1})
        keys = self._keys
        commit = Commit(keys, now).expect_version(keys.operation(after.id), before.version)
        commit.expect(keys.attempt(after.id), taken.attempt)
        commit.put(keys.operation(after.id), after, for_=RECORD_FOR)
        if after.ended:
            commit.exclude(keys.open, after.id).free(keys.busy(after.holds), after.id)
        if after.next_at is None:
            commit.unschedule(keys.due, after.id)
        else:
            commit.schedule(keys.due, after.id, after.next_at)
        if tell:
            for key in after.told_by:
                commit.want(key)
        if after.pod_id != before.pod_id:
            commit.index(keys.pod_operations(after.pod_id), after.id, after.created_at)
        if audit is not None:
            commit.audit(audit)
        if also is not None:
            also(commit)
        return Taken(after, taken.attempt) if isinstance(commit.run(self._scripts), Done) else None

    def give_up(self, operation_id: str, *, now: datetime, audit: AuditEntry) -> Operation | None:
        """End an operation that waits between two tries; None: it waits no more, or a try is being made."""
        while True:
            before = self.operation(operation_id)
            if before is None or before.state is not OperationState.RUNNING or not before.rounds:
                return None
            after = cancel(before, Code.GIVEN_UP, now, sentence=audit.by)
            keys = self._keys
            commit = Commit(keys, now).expect_version(keys.operation(after.id), before.version)
            commit.put(keys.operation(after.id), after, for_=RECORD_FOR)
            commit.exclude(keys.open, after.id).free(keys.busy(after.holds), after.id).unschedule(keys.due, after.id)
            for key in after.told_by:
                commit.want(key)
            if isinstance(commit.audit(audit).run(self._scripts), Done):
                return after

    # -- gates

    def settle(
        self,
        request: Request,
        operations: Sequence[Operation],
        *,
        was: Request,
        messages: Sequence[Message],
        tell: Sequence[str],
        audit: AuditEntry,
        now: datetime,
        queue_behind: bool = False,
    ) -> Result:
        """Write a request after its gate was decided or ran out, with the operations it lets go or cancels."""
        keys = self._keys
        while True:
            commit = Commit(keys, now).expect_version(keys.request(request.id), was.version)
            commit.put(keys.request(request.id), request, for_=RECORD_FOR)
            for operation in operations:
                self._write_operation(commit, operation, claim_pod=not queue_behind)
            if request.open_gate is None:
                commit.unschedule(keys.gates, request.id)
            else:
                commit.schedule(keys.gates, request.id, request.open_gate.expires_at)
            for message in messages:
                if message.version > 1:
                    # A delivery may be about to write it: whichever comes second starts from what the first wrote.
                    commit.expect_version(keys.message(message.key), message.version - 1)
                commit.put(keys.message(message.key), message, for_=RECORD_FOR).want(message.key)
            for key in tell:
                commit.want(key)
            result = commit.audit(audit).run(self._scripts)
            if not isinstance(result, Busy):
                return result
            operations = give_way(operations, self._holders(result.held), now)

    # -- what the clock asks

    def due(self, now: datetime, limit: int = 500) -> list[str]:
        return cast("list[str]", self._client.zrangebyscore(self._keys.due, "-inf", to_ms(now), start=0, num=limit))

    def gates_due(self, now: datetime) -> list[str]:
        return cast("list[str]", self._client.zrangebyscore(self._keys.gates, "-inf", to_ms(now)))

    def forget_gate(self, request_id: str) -> None:
        """No gate of this request is open, so none can run out."""
        Commit(self._keys, _EPOCH).unschedule(self._keys.gates, request_id).run(self._scripts)

    def open_operations(self) -> list[str]:
        return sorted(cast("set[str]", self._client.smembers(self._keys.open)))

    def mend_due(self, now: datetime) -> list[str]:
        """Put every open operation that nobody would look at back into `due`; the ids so mended."""
        lost = [
            each
            for each in cast("Iterable[str]", self._client.sscan_iter(self._keys.open))
            if self._client.zscore(self._keys.due, each) is None
        ]
        for operation_id in lost:
            operation = self.operation(operation_id)
            commit = Commit(self._keys, now)
            if operation is None or operation.ended:
                commit.exclude(self._keys.open, operation_id)
            else:
                commit.schedule(self._keys.due, operation_id, now)
            commit.run(self._scripts)
        return lost

    def record_audit(self, entry: AuditEntry, now: datetime) -> None:
        Commit(self._keys, now).audit(entry).run(self._scripts)


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

__all__ = ["Acceptance", "Accepted", "AllBusy", "AlreadyAccepted", "Taken", "WalkStore"]
