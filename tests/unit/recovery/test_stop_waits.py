"""Waiting for a checkpoint before a stop: never without one, never given up in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.model import Pod, PodStatus
from pods.recovery.checkpoints import Checkpoints, seen
from pods.recovery.look import Came, Ordered
from pods.recovery.stop_waits import StopWait, WaitEnd, WaitState, advance, cancel, stop_now, wait_on
from tests.unit.recovery.samples import NOON, at, lost

UNORDERED = Ordered(came=Came.UNORDERED)


def wait(**changes: object) -> StopWait:
    usual = StopWait(
        id="w1", pod_id="xyz789", pod_name="llama-ft", by="U1", team="T1", channel="C1", asked_at=NOON, until=at(3600)
    )
    return usual.model_copy(update=changes)


def saved(*seconds: float) -> Checkpoints:
    return seen(None, "xyz789", [at(each) for each in seconds], at(max(seconds)))


@pytest.mark.parametrize(
    ("record", "pod", "known", "now", "state", "end"),
    [
        (wait(), lost(), None, 60, WaitState.WAITING, None),
        (wait(), lost(), saved(-60), 60, WaitState.WAITING, None),
        (wait(), lost(), saved(0), 60, WaitState.WAITING, None),
        (wait(), lost(), saved(30), 60, WaitState.STOPPING, None),
        (wait(), lost(), saved(-60), 3600, WaitState.ASKING, None),
        (wait(), lost(), saved(3590), 3600, WaitState.STOPPING, None),
        (wait(state=WaitState.ASKING), lost(), saved(-60), 90_000, WaitState.ASKING, None),
        (wait(state=WaitState.ASKING), lost(), saved(80_000), 90_000, WaitState.STOPPING, None),
        (wait(), lost(status=PodStatus.EXITED), None, 60, WaitState.ENDED, WaitEnd.DOWN),
        (wait(), lost(status=PodStatus.UNKNOWN), None, 60, WaitState.WAITING, None),
        (wait(), None, None, 60, WaitState.ENDED, WaitEnd.GONE),
    ],
)
def test_it_stops_after_the_next_checkpoint_and_asks_when_none_comes(  # noqa: PLR0917
    record: StopWait, pod: Pod | None, known: Checkpoints | None, now: float, state: WaitState, end: WaitEnd | None
) -> None:
    after = advance(record, pod, known, UNORDERED, at(now))
    assert (after.state, after.end) == (state, end)


@pytest.mark.parametrize(
    ("came", "state", "end"),
    [
        (Came.UNORDERED, WaitState.STOPPING, None),
        (Came.OPEN, WaitState.STOPPING, None),
        (Came.DOUBTFUL, WaitState.STOPPING, None),
        (Came.DONE, WaitState.ENDED, WaitEnd.STOPPED),
        (Came.REFUSED, WaitState.ENDED, WaitEnd.NOT_STOPPED),
        (Came.CALLED_OFF, WaitState.ENDED, WaitEnd.NOT_STOPPED),
        (Came.UNCLEAR, WaitState.ENDED, WaitEnd.NOT_STOPPED),
    ],
)
def test_it_ends_with_what_became_of_the_stop(came: Came, state: WaitState, end: WaitEnd | None) -> None:
    stopping = wait(state=WaitState.STOPPING)
    after = advance(stopping, lost(), None, Ordered(came=came, sentence="No."), at(60))
    assert (after.state, after.end) == (state, end)
    assert after.sentence == ("No." if end is WaitEnd.NOT_STOPPED else "")


def test_the_buttons_stop_wait_on_and_cancel_while_it_looks() -> None:
    assert stop_now(wait(), "U2", at(5)).state is WaitState.STOPPING
    later = wait_on(wait(state=WaitState.ASKING, until=at(10)), "U2", at(60))
    assert (later.state, later.until) == (WaitState.WAITING, at(60) + timedelta(hours=1))
    assert cancel(wait(), "U2", at(5)).end is WaitEnd.CANCELLED


def test_once_the_stop_is_ordered_or_over_no_button_changes_it() -> None:
    for record in (wait(state=WaitState.STOPPING), wait(state=WaitState.ENDED, end=WaitEnd.STOPPED)):
        assert stop_now(record, "U2", NOON) is record
        assert wait_on(record, "U2", NOON) is record
        assert cancel(record, "U2", NOON) is record
    over = wait(state=WaitState.ENDED, end=WaitEnd.STOPPED)
    assert advance(over, None, None, UNORDERED, at(9)) is over
