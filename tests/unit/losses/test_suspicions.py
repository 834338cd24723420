"""What a suspicion was, by its second look."""

from __future__ import annotations

import pytest

from pods.causes import Said, SaidKind
from pods.errors import ServerFault
from pods.losses import LossKind
from pods.model import Gpu, PodStatus, Verb
from pods.operations import Operation, OperationState
from pods.sights import begun
from pods.steps import Absent, Reading, Seen, Unread
from pods.suspicions import Finding, Second, Verdict, crash_kind, due, judged, waited
from tests.unit.losses.scenes import RULES, down, running, seen, silent, suspect, watched
from tests.unit.pods.builders import at, operation

EXITED, ERROR, GONE = Seen(down()), Seen(down(PodStatus.ERROR)), Absent(listed=False)
UNREAD = Unread(ServerFault())
NO_GPU = Seen(running(3640, gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=0)))
WELL = Seen(running(3640))
EXIT_LINE = "container exited with code 137"


def look(kind: LossKind, reading: Reading, seconds: float = 40, /, **changes: object) -> Finding:
    given = {"reading": reading, "now": at(seconds), "others_listed": True} | changes
    return judged(suspect(kind), Second(**given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "reading", "seconds", "verdict", "shown"),
    [
        (LossKind.EXITED, EXITED, 31, Verdict.LOST, LossKind.EXITED),
        (LossKind.EXITED, ERROR, 31, Verdict.LOST, LossKind.ERROR),
        (LossKind.EXITED, WELL, 40, Verdict.FALSE_ALARM, None),
        (LossKind.EXITED, UNREAD, 31, Verdict.WAIT, None),
        (LossKind.EXITED, Seen(down(PodStatus.UNKNOWN)), 31, Verdict.WAIT, None),
        (LossKind.EXITED, Seen(down(PodStatus.STARTING)), 31, Verdict.WAIT, None),
        # A 404 for what the list still has is a first sign, no second one.
        (LossKind.EXITED, GONE, 31, Verdict.WAIT, None),
        (LossKind.ERROR, ERROR, 31, Verdict.LOST, LossKind.ERROR),
        (LossKind.GONE, GONE, 49, Verdict.WAIT, None),
        (LossKind.GONE, GONE, 50, Verdict.LOST, LossKind.GONE),
        (LossKind.GONE, WELL, 50, Verdict.FALSE_ALARM, None),
        (LossKind.GONE, EXITED, 50, Verdict.LOST, LossKind.EXITED),
        (LossKind.GONE, UNREAD, 50, Verdict.WAIT, None),
        (LossKind.RESTARTED, Seen(running(15)), 40, Verdict.LOST, LossKind.RESTARTED),
        (LossKind.RESTARTED, WELL, 40, Verdict.FALSE_ALARM, None),
        (LossKind.ZERO_GPU, NO_GPU, 40, Verdict.LOST, LossKind.ZERO_GPU),
        (LossKind.ZERO_GPU, WELL, 40, Verdict.FALSE_ALARM, None),
        (LossKind.CONTAINER_EXIT, Seen(silent()), 95, Verdict.WAIT, None),
        (LossKind.CONTAINER_EXIT, Seen(running(3695)), 95, Verdict.FALSE_ALARM, None),
    ],
)
def test_only_a_second_look_that_agrees_makes_a_loss(
    kind: LossKind, reading: Reading, seconds: float, verdict: Verdict, shown: LossKind | None
) -> None:
    finding = look(kind, reading, seconds)
    assert finding.verdict is verdict
    if shown is not None:
        assert finding.kind is shown


def test_a_silent_container_has_ended_only_by_its_hosts_own_word() -> None:
    finding = look(LossKind.CONTAINER_EXIT, Seen(silent()), 95, exit_line=EXIT_LINE)
    assert (finding.verdict, finding.kind) == (Verdict.LOST, LossKind.CONTAINER_EXIT)


@pytest.mark.parametrize(("seconds", "verdict"), [(50, Verdict.WAIT), (89, Verdict.WAIT), (90, Verdict.LOST)])
def test_where_no_other_pod_is_listed_absence_must_last_longer(seconds: float, verdict: Verdict) -> None:
    assert look(LossKind.GONE, GONE, seconds, others_listed=False).verdict is verdict


@pytest.mark.parametrize("state", list(OperationState))
@pytest.mark.parametrize("verb", [Verb.STOP, Verb.TERMINATE, Verb.RESTART])
def test_what_somebody_asked_for_is_no_loss_in_whatever_state_it_is(verb: Verb, state: OperationState) -> None:
    asked = operation(verb, state=state, created_at=at(-600), accepted_at=at(-600), by="U1")
    finding = look(LossKind.EXITED, EXITED, 31, operations=(asked,))
    assert (finding.verdict, finding.by) == (Verdict.ASKED_FOR, "U1")


@pytest.mark.parametrize(
    ("seconds_before", "verdict"), [(899, Verdict.ASKED_FOR), (901, Verdict.LOST), (86_400, Verdict.LOST)]
)
def test_an_operation_older_than_15_minutes_before_it_was_last_well_excuses_nothing(
    seconds_before: float, verdict: Verdict
) -> None:
    old = at(-seconds_before)
    asked = operation(Verb.STOP, state=OperationState.DONE, created_at=old, accepted_at=old, ended_at=old)
    assert look(LossKind.EXITED, EXITED, 31, operations=(asked,)).verdict is verdict


def test_what_was_started_shortly_before_is_lost_and_says_who_started_it() -> None:
    started: Operation = operation(Verb.START, state=OperationState.DONE, ended_at=at(-300), by="U2")
    finding = look(LossKind.EXITED, EXITED, 31, operations=(started,))
    assert (finding.verdict, finding.started_by) == (Verdict.LOST, "U2")


def test_what_a_rule_had_started_pages_as_anything_else() -> None:
    started: Operation = operation(Verb.START, state=OperationState.DONE, ended_at=at(-300), by="rule:recovery")
    finding = look(LossKind.EXITED, EXITED, 31, operations=(started,))
    assert (finding.verdict, finding.started_by) == (Verdict.LOST, "")


@pytest.mark.parametrize(
    ("kind", "reading", "said", "verdict"),
    [
        (LossKind.EXITED, EXITED, SaidKind.BY_USER, Verdict.ASKED_FOR),
        (LossKind.EXITED, EXITED, SaidKind.OUTBID, Verdict.LOST),
        (LossKind.EXITED, EXITED, SaidKind.BY_RUNPOD, Verdict.LOST),
        (LossKind.EXITED, EXITED, SaidKind.UNATTRIBUTED, Verdict.LOST),
        # The words of its start are no word on its end.
        (LossKind.EXITED, EXITED, SaidKind.STARTED_BY_USER, Verdict.LOST),
        (LossKind.RESTARTED, Seen(running(15)), SaidKind.STARTED_BY_USER, Verdict.ASKED_FOR),
        (LossKind.RESTARTED, Seen(running(15)), SaidKind.BY_USER, Verdict.LOST),
    ],
)
def test_what_runpod_says_a_user_did_is_no_loss(
    kind: LossKind, reading: Reading, said: SaidKind, verdict: Verdict
) -> None:
    assert look(kind, reading, 40, said=Said(kind=said)).verdict is verdict


def test_readings_that_settle_nothing_are_repeated_ever_more_rarely() -> None:
    sight, now, waits = suspect(LossKind.CONTAINER_EXIT), at(90), []
    for _ in range(8):
        assert sight.suspicion is not None
        assert due(sight.suspicion, now)
        sight = waited(sight, now)
        assert sight.suspicion is not None
        waits.append((sight.suspicion.next_at - now).total_seconds())
        now = sight.suspicion.next_at
    assert waits == [0, 30, 60, 120, 300, 600, 600, 600]


def test_the_third_restart_within_the_window_is_a_crash_loop() -> None:
    sight, kinds = watched(), []
    for minute in (5, 10, 15):
        seconds = 60.0 * minute
        sight = watched(seen(running(3600 + round(seconds)), seconds)).model_copy(update={"restarts": sight.restarts})
        sight = begun(sight, running(5), at(seconds), RULES)
        kinds.append(crash_kind(sight, LossKind.RESTARTED, RULES))
    assert kinds == [LossKind.RESTARTED, LossKind.RESTARTED, LossKind.CRASH_LOOP]
    later = begun(sight, running(5), at(3600), RULES)
    assert crash_kind(later, LossKind.RESTARTED, RULES) is LossKind.RESTARTED
