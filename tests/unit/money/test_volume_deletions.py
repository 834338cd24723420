"""A network volume is deleted once, only while it is what was shown and on no pod, and told as gone when it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.errors import InvalidRequest, ProviderError, RateLimited, ServerFault, TimedOut, VolumeNotFound
from pods.model import NetworkMount
from pods.offers import NetworkVolume
from pods.volume_deletions import (
    ABSENT_FOR,
    DEADLINE,
    DeletionState,
    Sight,
    VolumeDeletion,
    after_call,
    after_sight,
    cancelled,
    confirmed,
    expired,
)
from tests.unit.pods.builders import NOON, at, pod

VOLUME = NetworkVolume(id="v1", name="data", size_gb=500, data_center="EU-RO-1")
FREE = Sight(volume=VOLUME, listed=True, pods=(pod(network=None),))
GONE = Sight(volume=None, listed=False, pods=None)


def asked(**changes: Any) -> VolumeDeletion:
    made = VolumeDeletion(id="d1", volume=VOLUME, by="U1", team="T1", channel="C1", asked_at=NOON)
    return made.model_copy(update=changes)


def accepted() -> VolumeDeletion:
    return confirmed(asked(), NOON)


def test_it_is_let_go_in_time_and_decided_once() -> None:
    assert confirmed(asked(), at(299)).state is DeletionState.ACCEPTED
    assert confirmed(asked(), at(300)).state is DeletionState.EXPIRED
    assert expired(asked(), at(299)).state is DeletionState.ASKED
    assert cancelled(accepted(), at(1)).state is DeletionState.ACCEPTED
    assert confirmed(cancelled(asked(), at(1)), at(2)).state is DeletionState.CANCELLED


@pytest.mark.parametrize(
    ("sight", "says"),
    [
        (Sight(volume=VOLUME, listed=True, pods=(pod(network=NetworkMount(volume_id="v1", path="/w")),)), "uses it"),
        (Sight(volume=VOLUME, listed=True, pods=(pod(mounts_known=False, network=None),)), "may be this volume"),
        (FREE.__class__(volume=VOLUME.model_copy(update={"size_gb": 600}), listed=True, pods=()), "size changed"),
        (FREE.__class__(volume=VOLUME.model_copy(update={"name": "other"}), listed=True, pods=()), "name or its size"),
        (InvalidRequest(sentence="No."), "No."),
    ],
)
def test_what_speaks_against_it_ends_it_uncalled(sight: Sight | ProviderError, says: str) -> None:
    step = after_sight(accepted(), sight, at(1))
    assert not step.call
    assert step.deletion.state is DeletionState.NOT_DONE
    assert says in step.deletion.why


@pytest.mark.parametrize("sight", [Sight(volume=VOLUME, listed=True, pods=None), TimedOut(), ServerFault()])
def test_what_is_not_known_is_looked_at_again_and_not_called(sight: Sight | ProviderError) -> None:
    step = after_sight(accepted(), sight, at(1))
    assert (step.call, step.deletion.open) == (False, True)
    late = after_sight(step.deletion, sight, NOON + DEADLINE)
    assert late.deletion.state is DeletionState.NOT_DONE


def test_it_is_gone_after_two_readings_and_a_list_without_it() -> None:
    calling = after_sight(accepted(), FREE, at(1))
    assert calling.call
    confirming = after_call(calling.deletion, "req-1", at(2))
    once = after_sight(confirming, GONE, at(3)).deletion
    assert once.open
    still_listed = Sight(volume=None, listed=True, pods=None)
    assert after_sight(once, still_listed, at(30)).deletion.open
    assert after_sight(once, Sight(volume=None, listed=None, pods=None), at(30)).deletion.open
    told = after_sight(once, GONE, at(3) + ABSENT_FOR).deletion
    assert (told.state, told.before_us) == (DeletionState.GONE, False)


def test_gone_before_anything_was_called_is_said_so() -> None:
    once = after_sight(accepted(), GONE, at(1)).deletion
    told = after_sight(once, GONE, at(1) + ABSENT_FOR).deletion
    assert (told.state, told.before_us, told.calls) == (DeletionState.GONE, True, 0)


def test_an_unclear_answer_is_read_back_and_called_again_only_after_a_while() -> None:
    calling = after_sight(accepted(), FREE, at(1)).deletion
    unclear = after_call(calling, TimedOut(), at(6))
    assert not after_sight(unclear, FREE, at(11)).call
    assert after_sight(unclear, FREE, at(16)).call
    # A worker that died before it could say whether it called leaves the same behind.
    assert not after_sight(calling, FREE, at(10)).call
    assert after_sight(calling, FREE, at(16)).call


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (InvalidRequest(sentence="network volume is in use by pod x"), DeletionState.NOT_DONE),
        (RateLimited(retry_after_s=7), DeletionState.CONFIRMING),
        (VolumeNotFound(), DeletionState.CONFIRMING),
        (ServerFault(), DeletionState.CONFIRMING),
    ],
)
def test_what_runpod_says_to_the_call(error: ProviderError, state: DeletionState) -> None:
    calling = after_sight(accepted(), FREE, at(1)).deletion
    assert after_call(calling, error, at(2)).state is state


def test_called_and_never_seen_gone_is_not_known() -> None:
    confirming = after_call(after_sight(accepted(), FREE, at(1)).deletion, "req-1", at(2))
    assert after_sight(confirming, TimedOut(), NOON + DEADLINE).deletion.state is DeletionState.UNKNOWN


sights = st.sampled_from(
    [FREE, GONE, Sight(volume=None, listed=None, pods=None), Sight(volume=VOLUME, listed=True, pods=None), TimedOut()]
)
answers = st.sampled_from(["req", TimedOut(), ServerFault(), RateLimited(retry_after_s=3), VolumeNotFound()])


@given(st.lists(st.tuples(sights, answers, st.integers(1, 30), st.booleans()), max_size=40))
def test_it_ends_once_and_gone_only_where_it_was_read_as_gone(
    steps: list[tuple[Sight | ProviderError, Any, int, bool]],
) -> None:
    """A worker may die after any line: then what it would have written next is missing."""
    deletion, now, absent_at = accepted(), NOON, []
    for sight, answer, seconds, died in [*steps, (TimedOut(), "req", 300, False)]:
        now += timedelta(seconds=seconds)
        ended = not deletion.open
        before = deletion
        step = after_sight(deletion, sight, now)
        deletion = step.deletion
        if ended:
            assert deletion == before
            continue
        if isinstance(sight, Sight) and sight.volume is None:
            absent_at.append(now)
        if step.call:
            assert isinstance(sight, Sight)
            assert sight.volume == VOLUME
            if not died:
                deletion = after_call(deletion, answer, now)
    assert not deletion.open
    if deletion.state is DeletionState.GONE:
        assert len(absent_at) >= 1
        assert _last(absent_at) - _first(deletion) >= ABSENT_FOR


def _last(times: list[datetime]) -> datetime:
    return times[-1]


def _first(deletion: VolumeDeletion) -> datetime:
    assert deletion.absent_since is not None
    return deletion.absent_since
