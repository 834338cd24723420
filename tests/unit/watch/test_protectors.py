"""What proves work that utilisation does not show, and what is asked of whom."""

from __future__ import annotations

import pytest

from pods.idle import judge
from pods.model import LogLine
from pods.protectors import HEARTBEAT, Finding, Word, read_logs, remember, unread
from pods.samples import Rings, record
from pods.verdicts import Reason, VerdictKind
from pods.watch_rules import Protector
from tests.unit.watch.scenes import RULE, gpus, judged, minute, outcome, quiet, sample

K, R = VerdictKind, Reason
ASKING = RULE.model_copy(update={"protectors": (Protector.LOG_RATE, Protector.JUPYTER)})


def heard(protector: Protector, at_min: float, finding: Finding, active_min: float | None = None) -> Word:
    active_at = minute(active_min) if active_min is not None else None
    return Word(protector=protector, at=minute(at_min), finding=finding, active_at=active_at)


def test_protectors_are_asked_of_candidates_only_and_again_when_their_word_is_old() -> None:
    busy = [*quiet(0, 39), sample(40, **gpus(9, 0))]
    assert judged(busy, 40, ASKING).ask == ()
    fresh = judged(quiet(0, 40), 40, ASKING)
    assert (fresh.kind, fresh.ask, fresh.settled) == (K.IDLE, (Protector.LOG_RATE, Protector.JUPYTER), False)
    logs = heard(Protector.LOG_RATE, 35, Finding.QUIET)
    old = heard(Protector.JUPYTER, 34.9, Finding.ABSENT)
    assert judged(quiet(0, 40), 40, ASKING, logs, old).ask == (Protector.JUPYTER,)
    jupyter = heard(Protector.JUPYTER, 40, Finding.ABSENT)
    settled = judged(quiet(0, 40), 40, ASKING, logs, jupyter)
    assert settled.settled
    assert settled.evidence.words == (logs, jupyter)


def test_a_protector_that_knows_of_work_makes_it_busy() -> None:
    words = heard(Protector.LOG_RATE, 40, Finding.QUIET), heard(Protector.JUPYTER, 40, Finding.ACTIVE, 12)
    verdict = judged(quiet(0, 40), 40, ASKING, *words)
    assert outcome(verdict) == (K.BUSY, R.PROTECTED)
    assert verdict.decided_by == words[1]
    without_jupyter = ASKING.model_copy(update={"protectors": (Protector.LOG_RATE,)})
    assert judged(quiet(0, 40), 40, without_jupyter, *words).kind is K.IDLE


def test_idleness_counts_from_the_last_work_a_protector_knew_of() -> None:
    words = (
        heard(Protector.JUPYTER, 50, Finding.ACTIVE, 49),
        heard(Protector.LOG_RATE, 80, Finding.QUIET),
        heard(Protector.JUPYTER, 80, Finding.QUIET),
    )
    rings = record(Rings(pod_id="abc123"), quiet(0, 80), minute(80))
    verdict = judge(rings.raw, ASKING, minute(80), words=words, buckets=rings.buckets)
    assert (verdict.kind, verdict.since) == (K.IDLE, minute(49))


def test_a_protector_that_cannot_say_leaves_it_unknown() -> None:
    words = heard(Protector.LOG_RATE, 40, Finding.QUIET), *unread((Protector.JUPYTER,), minute(40), "timed out")
    verdict = judged(quiet(0, 40), 40, ASKING, *words)
    assert outcome(verdict) == (K.UNKNOWN, R.PROTECTOR)
    assert verdict.decided_by == words[1]
    again = remember(words, [heard(Protector.JUPYTER, 41, Finding.QUIET)])
    assert judged(quiet(0, 41), 41, ASKING, *again).kind is K.IDLE
    newest_first = heard(Protector.JUPYTER, 41, Finding.QUIET), *words
    assert judged(quiet(0, 41), 41, ASKING, *newest_first).kind is K.IDLE


def test_of_each_protector_its_newest_word_and_proof_are_remembered() -> None:
    active = heard(Protector.JUPYTER, 1, Finding.ACTIVE)
    older = heard(Protector.JUPYTER, 0, Finding.ACTIVE)
    quiet_word = heard(Protector.JUPYTER, 2, Finding.QUIET)
    logs = heard(Protector.LOG_RATE, 2, Finding.QUIET)
    assert set(remember([quiet_word, older], [active, logs])) == {active, quiet_word, logs}
    assert remember([active], [active]) == (active,)


def line(at_min: float | None, text: str = "step", source: str = "container") -> LogLine:
    return LogLine(ts=None if at_min is None else minute(at_min), source=source, line=text)


@pytest.mark.parametrize(
    ("lines", "rate", "beats"),
    [
        ([], Finding.QUIET, Finding.QUIET),
        ([line(12), line(13)], Finding.QUIET, Finding.QUIET),
        ([line(11), line(12), line(13)], Finding.ACTIVE, Finding.QUIET),
        ([line(9), line(11), line(12)], Finding.QUIET, Finding.QUIET),
        ([line(None)] * 3, Finding.ACTIVE, Finding.QUIET),
        ([line(11, source="system")] * 9, Finding.QUIET, Finding.QUIET),
        ([line(-1)] * 9, Finding.QUIET, Finding.QUIET),
        ([line(14, f"x {HEARTBEAT} y")], Finding.QUIET, Finding.ACTIVE),
    ],
)
def test_log_lines_prove_work_by_their_best_five_minutes_or_by_a_heartbeat(
    lines: list[LogLine], rate: Finding, beats: Finding
) -> None:
    of_rate, of_beats = read_logs(lines, RULE, since=minute(0), now=minute(30))
    assert (of_rate.finding, of_beats.finding) == (rate, beats)
    assert (of_rate.protector, of_beats.protector) == (Protector.LOG_RATE, Protector.HEARTBEAT)
    if beats is Finding.ACTIVE:
        assert of_beats.active_at == minute(14)


def test_a_log_cut_short_may_have_lost_a_heartbeat() -> None:
    lines = [line(25), line(26)]
    assert read_logs(lines, RULE, since=minute(0), now=minute(30), whole=False)[1].finding is Finding.UNKNOWN
    beats = [*lines, line(27, HEARTBEAT)]
    assert read_logs(beats, RULE, since=minute(0), now=minute(30), whole=False)[1].finding is Finding.ACTIVE
