from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sim.slack import SimSlack, Workspace
from sim.slack.app import slack_app
from sim.slack.delivery import AckResult, Envelope
from sim.slack.serving import Loopback

Json = dict[str, Any]


@dataclass
class HandClock:
    """Both clocks of the simulator, moved only by hand."""

    day: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    seconds: float = 1000.0

    def now(self) -> datetime:
        return self.day

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.day += timedelta(seconds=seconds)


@dataclass
class RecordingApp:
    """An app that keeps what it is sent and answers what it was told to."""

    got: list[Envelope] = field(default_factory=list)
    answers: list[Callable[[Envelope], AckResult]] = field(default_factory=list)

    def __call__(self, envelope: Envelope) -> AckResult:
        self.got.append(envelope)
        return self.answers.pop(0)(envelope) if self.answers else AckResult(acked=True)

    def will(self, *, acked: bool = True, payload: Json | str | None = None) -> None:
        self.answers.append(lambda _: AckResult(acked=acked, payload=payload, reason=None if acked else "timeout"))

    @property
    def last(self) -> Json:
        return self.got[-1].payload


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def app() -> RecordingApp:
    return RecordingApp()


@pytest.fixture
def sim(clock: HandClock, app: RecordingApp) -> SimSlack:
    return SimSlack(Workspace.seeded(), clock, monotonic=clock.monotonic, deliver=app)


@pytest.fixture
def server() -> Iterator[tuple[SimSlack, str]]:
    """The whole simulator on loopback, with real seconds and no in-process app."""
    sim = SimSlack(Workspace.seeded(), HandClock())
    with Loopback(slack_app(sim)) as running:
        yield sim, running.url
