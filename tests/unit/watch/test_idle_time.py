"""Idle time for the books: only what was proven, once, whatever is said twice."""

from __future__ import annotations

from datetime import timedelta

from pods.idle_time import KEPT_FOR, idled
from pods.ledger.entries import IdleSpan
from pods.verdicts import Evidence, VerdictKind
from pods.watch_rules import Protector
from tests.unit.watch.scenes import RULE, minute, verdict


def span(start: float, end: float) -> IdleSpan:
    return IdleSpan(start=minute(start), end=minute(end))


def test_a_proof_makes_a_span_and_the_next_ones_lengthen_it() -> None:
    spans = idled((), verdict(at_min=40, since_min=5))
    assert spans == (span(5, 40),)
    again = idled(spans, verdict(at_min=41, since_min=5))
    assert again == (span(5, 41),)
    # A second watcher, or one whose window has moved on.
    assert idled(again, verdict(at_min=41, since_min=5)) is again
    assert idled(again, verdict(at_min=42, since_min=9)) == (span(5, 42),)


def test_time_between_two_proofs_that_nothing_proves_is_not_idle() -> None:
    assert idled((span(5, 40),), verdict(at_min=90, since_min=55)) == (span(5, 40), span(55, 90))


def test_held_memory_is_idle_and_neither_work_nor_doubt_is() -> None:
    assert idled((), verdict(VerdictKind.HELD, at_min=40)) == (span(0, 40),)
    for kind in (VerdictKind.BUSY, VerdictKind.CPU_BOUND, VerdictKind.UNKNOWN, VerdictKind.STARTING):
        assert idled((), verdict(kind, at_min=40)) == ()
    assert idled((), verdict(at_min=40, ask=(Protector.LOG_RATE,))) == ()
    assert idled((), verdict(at_min=40, evidence=Evidence(rule=RULE))) == ()


def test_what_is_older_than_the_books_is_forgotten() -> None:
    old = IdleSpan(start=minute(0) - KEPT_FOR, end=minute(1) - KEPT_FOR + timedelta(minutes=5))
    assert idled((old,), verdict(at_min=100, since_min=60)) == (span(60, 100),)
