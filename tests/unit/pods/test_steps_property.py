"""What holds of an operation whatever RunPod answers, whenever workers die and the clock wakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pods import errors
from pods.errors import ProviderError, RateLimited, Refused
from pods.gates import Binding, still_bound
from pods.model import POD_VERBS, Api, Gpu, Pod, PodStatus, Runtime, Verb
from pods.operations import ENDED, LOOK_ON, Code, Operation, OperationState
from pods.ports import ActionResult
from pods.steps import ABSENT_FOR, MAX_CALLS, MAX_PUSHBACKS, Absent, Reading, Seen, Step, Unread, after_call, after_read
from tests.unit.pods.builders import at, bound_to, operation, pod

SETTLED = frozenset({OperationState.DONE, OperationState.FAILED, OperationState.CANCELLED})
PLAIN_ERRORS = (
    ProviderError,
    errors.Unauthorized,
    errors.ActionConflict,
    errors.PodLocked,
    errors.InsufficientBalance,
    errors.Unreachable,
    errors.ServerFault,
    errors.TimedOut,
)


@dataclass(frozen=True, slots=True)
class Died:
    """The worker was not heard of after it wrote that it would call."""


Answer = ActionResult | ProviderError | Died

statuses = st.sampled_from([*PodStatus, PodStatus.RUNNING, PodStatus.RUNNING, PodStatus.EXITED])
rate_limits = st.sampled_from([0, 1, 30, 900]).map(lambda seconds: RateLimited(retry_after_s=seconds))
provider_errors = st.one_of(st.sampled_from(PLAIN_ERRORS).map(lambda kind: kind("wire")), rate_limits)
answers: st.SearchStrategy[Answer] = st.one_of(
    st.just(ActionResult(request_id="r")), provider_errors, st.just(errors.PodNotFound("wire")), st.just(Died())
)
pods_seen = st.builds(
    lambda status, changes: pod(status, **changes),
    statuses,
    st.fixed_dictionaries(
        {},
        optional={
            "api": st.sampled_from(Api),
            "locked": st.booleans(),
            "cluster_id": st.sampled_from([None, None, "cl1"]),
            "name": st.sampled_from(["nlp-train", "nlp-train", "other"]),
            "gpu": st.sampled_from([None, Gpu(id="x", count=0)]),
            "runtime": st.one_of(st.none(), st.builds(Runtime, uptime_s=st.integers(0, 4_000))),
            "started_at": st.one_of(st.none(), st.integers(-3_600, 1_500).map(at)),
        },
    ),
)
#: What lets most verbs go on, so that walks of several calls are common.
plain_readings = st.sampled_from([Seen(pod()), Seen(pod()), Seen(pod(PodStatus.EXITED)), Absent(listed=None)])
readings: st.SearchStrategy[Reading] = st.one_of(
    plain_readings,
    plain_readings,
    pods_seen.map(Seen),
    pods_seen.map(Seen),
    st.sampled_from([True, False, False, None]).map(lambda listed: Absent(listed=listed)),
    provider_errors.map(Unread),
)
#: Mostly about when it is due; at times nobody comes for long.
offsets = st.one_of(st.integers(-12, 20), st.sampled_from([0, 15, 1_200]))
#: A wake-up: how far from the due time (early ones are the watch's), what is read, what a call would be answered.
Event = tuple[int, Reading, Answer, int]
events: st.SearchStrategy[Event] = st.tuples(offsets, readings, answers, st.integers(0, 12))

#: Walks where calls follow calls: the same pod, or hardly changed, and no yes.
retries: st.SearchStrategy[Event] = st.tuples(
    st.sampled_from([0, 15]),
    st.sampled_from(
        [
            *[Seen(pod()), Seen(pod(PodStatus.EXITED))] * 2,
            Seen(pod(locked=True)),
            Seen(pod(name="other")),
            Seen(pod(PodStatus.TERMINATED)),
        ]
    ),
    st.sampled_from(
        [
            *[Died(), errors.TimedOut("wire")] * 2,
            errors.InsufficientBalance("wire"),
            errors.PodLocked("wire"),
            errors.ActionConflict("wire"),
            RateLimited(retry_after_s=30),
        ]
    ),
    st.just(1),
)
#: Walks where the pod is not found, time and again.
absences: st.SearchStrategy[Event] = st.tuples(
    st.sampled_from([0, 15]),
    st.sampled_from([Seen(pod()), *(Absent(listed=listed) for listed in (True, False, None))]),
    st.one_of(st.just(Died()), st.just(errors.TimedOut("wire"))),
    st.just(1),
)


@dataclass
class Walk:
    """One operation with everything that was read of it and asked for it."""

    operation: Operation
    now: datetime
    read: list[tuple[datetime, Reading]] = field(default_factory=list)
    sent: list[Answer] = field(default_factory=list)
    endings: list[Operation] = field(default_factory=list)

    def wake(self, offset_s: int, reading: Reading, answer: Answer, call_s: int) -> None:
        due = self.operation.next_at
        if due is not None:
            self.now = max(self.now, due + timedelta(seconds=offset_s))
        before = self.operation
        step = after_read(before, reading, self.now)
        if before.state not in SETTLED:
            self.read.append((self.now, reading))
        self.check_call(before, step, reading)
        self.moved(step.operation)
        if not step.call:
            return
        self.sent.append(answer)
        if isinstance(answer, Died):
            return
        self.now += timedelta(seconds=call_s)
        self.moved(after_call(self.operation, answer, self.now))

    def check_call(self, before: Operation, step: Step, reading: Reading) -> None:
        if not step.call:
            assert step.operation.calls == before.calls
            return
        assert not before.ended
        assert self.now < before.deadline
        assert step.operation.state is OperationState.CALLING
        assert isinstance(reading, Seen)
        assert reading.pod.status not in {PodStatus.UNKNOWN, PodStatus.TERMINATED}
        assert not any(isinstance(each, ActionResult) for each in self.sent), "called again after a yes"
        assert reading.pod.cluster_id is None
        assert before.bound is None or still_bound(before.bound, reading.pod)
        assert not (reading.pod.locked and before.verb in {Verb.STOP, Verb.RESTART, Verb.TERMINATE})

    def moved(self, after: Operation) -> None:
        before = self.operation
        self.operation = after
        if before.ended:
            assert after.state is before.state or (before.state, after.state) == (
                OperationState.UNKNOWN,
                OperationState.DONE,
            )
        if after.state is not before.state and after.ended:
            self.endings.append(after)
        if after.state in SETTLED:
            assert after.next_at is None
        if not after.ended:
            assert after.outcome is None
            assert after.next_at is not None
            assert self.now < after.next_at <= max(after.deadline, self.now + ABSENT_FOR)
        if after.state is OperationState.UNKNOWN and after.next_at is not None:
            assert after.ended_at is not None
            assert self.now < after.next_at < after.ended_at + LOOK_ON

    def pods(self) -> list[tuple[datetime, Pod]]:
        return [(when, each.pod) for when, each in self.read if isinstance(each, Seen)]


def walked(verb: Verb, bound: Binding | None, shaken: Sequence[Event], steady: Event) -> Walk:
    """Whatever comes first, then the same at each wake-up until nobody is woken any more."""
    walk = Walk(operation(verb, bound=bound), at(0))
    for event in shaken:
        walk.wake(*event)
    offset, reading, answer, call_s = steady
    for _ in range(300):
        if walk.operation.next_at is None:
            break
        walk.wake(abs(offset), reading, answer, call_s)
    return walk


@settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    verb=st.sampled_from(POD_VERBS),
    bound=st.sampled_from([None, bound_to(pod()), bound_to(pod(PodStatus.EXITED))]),
    shaken=st.one_of(st.lists(events, max_size=12), st.lists(retries, max_size=12), st.lists(absences, max_size=12)),
    steady=st.one_of(events, retries, absences),
)
def test_whatever_happens_it_ends_in_time_calls_little_and_claims_only_what_was_read(
    verb: Verb, bound: Binding | None, shaken: list[Event], steady: Event
) -> None:
    walk = walked(verb, bound, shaken, steady)
    check_ending(walk)
    check_calls(walk)
    check_claim(walk)
    check_denial(walk)


def check_ending(walk: Walk) -> None:
    """It ends at the first look after its deadline at the latest, and is put right once at most."""
    final, states = walk.operation, [each.state for each in walk.endings]
    assert Operation.model_validate_json(final.model_dump_json()) == final
    assert final.next_at is None, "somebody is still woken for it"
    assert states[0] in ENDED
    assert states[1:] in ([], [OperationState.DONE])
    assert [each.outcome.corrected for each in walk.endings if each.outcome] == [False, True][: len(states)]
    first = walk.endings[0]
    assert first.ended_at is not None
    looks = [when for when, _ in walk.read if when >= first.deadline]
    assert not looks or first.ended_at <= looks[0]


def check_calls(walk: Walk) -> None:
    refused = [each for each in walk.sent if isinstance(each, Refused) and not isinstance(each, errors.PodNotFound)]
    assert len(walk.sent) - len(refused) <= MAX_CALLS
    assert len(refused) <= MAX_PUSHBACKS
    assert walk.operation.calls == len(walk.sent) - len(refused)


def check_claim(walk: Walk) -> None:
    """Done is said only of what was read, or of a terminate that RunPod said yes to."""
    final, seen = walk.operation, walk.pods()
    if final.state is not OperationState.DONE:
        return
    assert final.outcome is not None
    assert (final.outcome.code is Code.ALREADY) <= (final.calls == 0)
    said_yes = any(isinstance(each, ActionResult) for each in walk.sent)
    last = seen[-1][1] if seen else None
    if final.verb is Verb.TERMINATE:
        assert said_yes or _absent_for_long(walk) or (last and last.status is PodStatus.TERMINATED)
        return
    assert last is not None
    assert isinstance(walk.read[-1][1], Seen)
    if final.verb is Verb.STOP:
        assert last.status is PodStatus.EXITED
        assert last.api is Api.REST or _exited_for_long(seen)
    elif final.change is not None:
        assert final.change.name in {None, last.name}
        assert final.change.locked in {None, last.locked}
    else:
        assert last.status is PodStatus.RUNNING
    if final.verb is Verb.START:
        assert (final.outcome.code is Code.ZERO_GPU) == (last.gpu is not None and last.gpu.count == 0)
    if final.verb is Verb.RESTART:
        assert final.calls


def _absent_for_long(walk: Walk) -> bool:
    when, reading = walk.read[-1]
    if not isinstance(reading, Absent) or reading.listed is not False:
        return False
    said_so = any(isinstance(each, errors.PodNotFound) for each in walk.sent)
    return said_so or any(isinstance(r, Absent) and when - w >= ABSENT_FOR for w, r in walk.read)


def _exited_for_long(pods: list[tuple[datetime, Pod]]) -> bool:
    when = pods[-1][0]
    for earlier, each in reversed(pods):
        if each.status is not PodStatus.EXITED or each.runtime is not None:
            return False
        if when - earlier >= timedelta(seconds=10):
            return True
    return False


def check_denial(walk: Walk) -> None:
    """It is said that nothing was done only where no call can have worked."""
    first = walk.endings[0]
    assert first.outcome is not None
    nothing = {Code.REFUSED, Code.NEVER_ASKED, Code.LOCKED, Code.CLUSTER, Code.CHANGED, Code.NOT_POSSIBLE, Code.ALREADY}
    if first.outcome.code in nothing:
        assert all(isinstance(each, Refused) for each in walk.sent)
        assert not any(isinstance(each, errors.PodNotFound) for each in walk.sent)
    if first.state is OperationState.UNKNOWN:
        assert walk.sent
