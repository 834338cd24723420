"""Spans, times, GPUs and states, each read as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import durations, gpus, moments, states
from bot.moments import Here, Wrong
from bot.states import State
from pods.model import PodStatus
from tests.unit.bot.every_kind import BERLIN, NOW

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("90m", 1.5 * HOUR),
        ("4h", 4 * HOUR),
        ("14d", 14 * 24 * HOUR),
        ("2w", 14 * 24 * HOUR),
        ("1h30m", 1.5 * HOUR),
        ("1H 30Min", 1.5 * HOUR),
        ("2 hours", 2 * HOUR),
        ("1 hour 30 minutes", 1.5 * HOUR),
        ("1.5h", 1.5 * HOUR),
        ("3 hrs", 3 * HOUR),
        ("45 secs", timedelta(seconds=45)),
        ("366d", timedelta(days=366)),
    ],
)
def test_a_span_is_read(typed: str, span: timedelta) -> None:
    assert durations.read(typed) == span


@pytest.mark.parametrize(
    "typed",
    ["", "90", "h", "4x", "0m", "0.001s", "367d", "999999w", "4h-", "-4h", "4hs", "1h nothing", "\u0664h", "1e3h"],
)
def test_what_is_no_span_is_none(typed: str) -> None:
    assert durations.read(typed) is None


@given(st.integers(min_value=1, max_value=366 * 86400))
def test_a_span_is_written_as_it_is_read(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    assert durations.read(durations.write(span)) == span


def berlin(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("18:00", berlin(11, 23, 18)),
        ("6pm", berlin(11, 23, 18)),
        ("6:30 PM", berlin(11, 23, 18, 30)),
        ("at 18:00", berlin(11, 23, 18)),
        ("12am", berlin(11, 24, 0)),
        ("12:30pm", berlin(11, 24, 12, 30)),
        ("midnight", berlin(11, 24, 0)),
        ("noon", berlin(11, 24, 12)),
        ("13:00", berlin(11, 24, 13)),
        ("13:01", berlin(11, 23, 13, 1)),
        ("9:00", berlin(11, 24, 9)),
        ("today 18:00", berlin(11, 23, 18)),
        ("tomorrow 9:00", berlin(11, 24, 9)),
        ("tomorrow at 6 pm", berlin(11, 24, 18)),
        ("9:00 tomorrow", berlin(11, 24, 9)),
        ("friday 18:00", berlin(11, 27, 18)),
        ("on Fri at 6pm", berlin(11, 27, 18)),
        ("18:00 on friday", berlin(11, 27, 18)),
        ("sunday 18:00", berlin(11, 29, 18)),
        ("monday 18:00", berlin(11, 23, 18)),
        ("monday 9:00", berlin(11, 30, 9)),
        ("tues 9:00", berlin(11, 24, 9)),
        ("2026-12-24 18:00", berlin(12, 24, 18)),
    ],
)
def test_a_time_is_the_next_such_in_the_persons_zone(typed: str, moment: datetime) -> None:
    assert moments.read(typed, Here(now=NOW, tz=BERLIN)) == moment


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("soon", Wrong.UNREADABLE),
        ("", Wrong.UNREADABLE),
        ("6", Wrong.UNREADABLE),
        ("tomorrow", Wrong.UNREADABLE),
        ("25:00", Wrong.UNREADABLE),
        ("18:60", Wrong.UNREADABLE),
        ("13pm", Wrong.UNREADABLE),
        ("0am", Wrong.UNREADABLE),
        ("friday 18:00 monday", Wrong.UNREADABLE),
        ("2026-02-30 18:00", Wrong.UNREADABLE),
        ("today 9:00", Wrong.PAST),
        ("2026-11-22 18:00", Wrong.PAST),
        ("0001-01-01 00:00", Wrong.PAST),
        ("9999-12-31 23:59", Wrong.TOO_FAR),
    ],
)
def test_what_is_no_time_to_come_says_why(typed: str, why: Wrong) -> None:
    assert moments.read(typed, Here(now=NOW, tz=BERLIN)) is why


def test_a_doubled_hour_is_its_first_until_that_is_past_and_a_skipped_one_comes_after_the_gap() -> None:
    # The clocks go back on 25 October 2026 at 01:00 UTC.
    before, between = (datetime(2026, 10, day, hour, 45, tzinfo=UTC) for day, hour in ((24, 23), (25, 0)))
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert moments.read("2:30", Here(now=before, tz=BERLIN)) == first
    assert moments.read("2:30", Here(now=between, tz=BERLIN)) == second
    # And forward on 29 March 2026 at 01:00 UTC.
    spring = Here(now=datetime(2026, 3, 28, 23, 30, tzinfo=UTC), tz=BERLIN)
    assert moments.read("2:30", spring) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(minutes=st.integers(min_value=1, max_value=365 * 1440), start=st.integers(min_value=0, max_value=366 * 1440))
def test_a_time_is_written_as_it_is_read(minutes: int, start: int) -> None:
    here = Here(now=NOW + timedelta(minutes=start), tz=BERLIN)
    moment = here.now + timedelta(minutes=minutes)
    read = moments.read(moments.write(moment, BERLIN), here)
    assert isinstance(read, datetime)
    # In the doubled hour the first of two equal clock times is taken.
    assert moment - read in (timedelta(), HOUR)
    assert moments.read(moments.write(read, BERLIN), here) == read


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("H100", "h100"),
        ("a40", "a40"),
        ("4090", "4090"),
        ("L40S", "l40s"),
        ("l4", "l4"),
        ("mi300x", "mi300x"),
        ("RTX4090", "rtx 4090"),
        ("rtx-4090", "rtx 4090"),
        ("RTX PRO 6000", "rtx pro 6000"),
        ("RTX 6000 Ada", "rtx 6000 ada"),
        ("NVIDIA A100-SXM4-80GB", "nvidia a100 sxm4 80gb"),
        ("h100 nvl", "h100 nvl"),
    ],
)
def test_a_gpu_word_is_read(typed: str, word: str) -> None:
    assert gpus.read(typed) == word
    assert gpus.read(word) == word


@pytest.mark.parametrize("typed", ["", "rtx", "40", "nlp", "train1", "fast", "h", "abc123", "pro", "80gb"])
def test_other_words_are_no_gpu(typed: str) -> None:
    assert gpus.read(typed) is None


@pytest.mark.parametrize(
    ("word", "name", "meant"),
    [
        ("h100", "NVIDIA H100 80GB HBM3", True),
        ("a100", "NVIDIA A100-SXM4-80GB", True),
        ("4090", "NVIDIA GeForce RTX 4090", True),
        ("rtx 4090", "NVIDIA GeForce RTX 4090", True),
        ("rtx 6000 ada", "NVIDIA RTX 6000 Ada Generation", True),
        ("a40", "NVIDIA RTX A4000", False),
        ("l40", "NVIDIA L40S", False),
        ("h100 nvl", "NVIDIA H100 80GB HBM3", False),
    ],
)
def test_a_gpu_word_means_whole_parts_of_a_name(word: str, name: str, meant: bool) -> None:
    assert gpus.names(word, name) is meant
    assert gpus.names(word, "AMD Instinct MI250", name) is meant


def test_states_are_runpods_in_peoples_words() -> None:
    assert states.read("Exited") is State.STOPPED
    assert states.read("gone") is None
    assert State.STARTING.statuses == {PodStatus.PROVISIONING, PodStatus.STARTING}
    claimed = [status for state in State for status in state.statuses]
    assert len(claimed) == len(set(claimed))
