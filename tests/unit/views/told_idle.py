"""What the watch tells: an idle pod's message through its night, why, the fleet now, shadow mode's report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.views import idle_acks, idle_card, idle_watch, idle_why
from bot.views.idle_card import IdleSight
from bot.views.idle_chart import series
from pods.fleet import PodFacts
from pods.holds import Hold, HoldKind, Holds
from pods.ladder import Scene
from pods.messages import Content
from pods.model import Pod
from pods.protectors import Finding, Word
from pods.samples import BUCKET, Bucket, bucket_start
from pods.spells import Answer, End, Rung, Said, Spell, Step, Telling, began
from pods.telemetry import Reporting, Source
from pods.verdicts import Evidence, Reason, Verdict, VerdictKind
from pods.watch_rules import IdleRule, LadderRule, Mode, Protector
from tests.unit.views.samples import NOW, OWNER, TZ, ago, bare, owned, pod, stopped

RULE: Final = IdleRule()
LADDER: Final = LadderRule()
SINCE: Final = ago(minutes=165)
PRICE: Final = Decimal("2.69")


def word(protector: Protector, finding: Finding = Finding.QUIET, detail: str = "", **more: object) -> Word:
    return Word.model_validate(
        {"protector": protector, "finding": finding, "detail": detail, "at": ago(minutes=2), **more}
    )


QUIET: Final = (
    word(Protector.LOG_RATE, detail="0 lines per minute at most"),
    word(Protector.HEARTBEAT, detail="no heartbeats"),
    word(Protector.JUPYTER, detail="no kernel at work"),
)


def evidence(**changes: object) -> Evidence:
    usual = Evidence(
        rule=RULE,
        first_at=ago(minutes=33),
        last_at=NOW,
        used=66,
        longest_gap_s=60,
        began_at=ago(hours=9),
        gpu_quiet_since=ago(minutes=33),
        quiet_since=ago(minutes=33),
        gpu_peaks=(0,),
        gpu_memory_peaks=(1,),
        cpu_peak=3,
        memory_peak=8,
        words=QUIET,
        cost_per_hour=PRICE,
    )
    return usual.model_copy(update=changes)


def verdict(kind: VerdictKind = VerdictKind.IDLE, reason: Reason = Reason.QUIET, **changes: object) -> Verdict:
    since = SINCE if kind in {VerdictKind.IDLE, VerdictKind.HELD} else None
    known = evidence(**{key: value for key, value in changes.items() if key in Evidence.model_fields})
    more = {key: value for key, value in changes.items() if key not in Evidence.model_fields}
    return Verdict(kind=kind, reason=reason, at=NOW, since=since, evidence=known).model_copy(update=more)


def scene(seen: Verdict | None = None, **changes: object) -> Scene:
    one = changes.get("pod", pod())
    assert isinstance(one, Pod)
    usual: dict[str, object] = {
        "pod": one,
        "facts": owned(one.id, OWNER),
        "holds": Holds(pod_id=one.id),
        "verdict": seen or verdict(),
        "now": NOW,
        "healthy": True,
        "mode": Mode.STOP,
        "zone": TZ,
    }
    return Scene(**{**usual, **changes})  # type: ignore[arg-type]


def spell(rung: Rung, *told: tuple[Step, int], shadow: bool = False, **changes: object) -> Spell:
    """Told so many minutes ago."""
    tellings = tuple(
        Telling(
            step=step, number=number, said_at=ago(minutes=minutes), delivered_at=ago(minutes=minutes), shadow=shadow
        )
        for number, (step, minutes) in enumerate(told, start=1)
    )
    usual = began("abc123", SINCE, NOW, OWNER).model_copy(
        update={"rung": rung, "tellings": tellings, "pod_name": "nlp-train", "cost_per_hour": PRICE}
    )
    return usual.model_copy(update=changes)


NUDGED: Final = spell(Rung.NUDGED, (Step.NUDGE, 20))
ASKED: Final = spell(Rung.ASKED_AGAIN, (Step.NUDGE, 90), (Step.AGAIN, 30))
WARNED: Final = spell(Rung.WARNED, (Step.NUDGE, 120), (Step.AGAIN, 60), (Step.WARN, 0))
STOPPED: Final = WARNED.model_copy(update={"rung": Rung.STOPPING, "end": End.STOPPED, "ended_at": NOW})


def sight(one: Spell, seen: Scene | None = None, **changes: object) -> IdleSight:
    return IdleSight(spell=one, scene=seen or scene(), rule=LADDER, tz=TZ, **changes)  # type: ignore[arg-type]


def held(kind: HoldKind, reason: str = "") -> Holds:
    hold = Hold(kind=kind, until=NOW + timedelta(hours=4), by=OWNER, at=ago(minutes=3), reason=reason)
    return Holds(pod_id="abc123", holds=(hold,))


def _cards() -> Iterator[tuple[str, Content]]:
    shadow = spell(Rung.WARNED, (Step.NUDGE, 120), (Step.AGAIN, 60), (Step.WARN, 0), shadow=True)
    would = shadow.model_copy(update={"rung": Rung.WOULD_STOP})
    week = {"shadow_until": NOW + timedelta(days=5)}
    memory = verdict(VerdictKind.HELD, gpu_memory_peaks=(84,))
    unsure = verdict(VerdictKind.UNKNOWN, Reason.MISSING)
    failed = ASKED.model_copy(update={"stop_failed": True})
    cases: dict[str, IdleSight] = {
        "nudge": sight(NUDGED),
        "nudge-again": sight(ASKED),
        "nudge-held-memory": sight(NUDGED, scene(memory)),
        "nudge-held-memory-twice": sight(ASKED, scene(memory)),
        "nudge-locked": sight(NUDGED, scene(pod=pod(locked=True))),
        "nudge-would-lose-data": sight(NUDGED, scene(pod=bare(id="abc123", name="nlp-train"))),
        "nudge-nobodys": sight(NUDGED.model_copy(update={"owner": ""}), scene(facts=PodFacts(pod_id="abc123"))),
        "nudge-shadow": sight(NUDGED, scene(mode=Mode.SHADOW), **week),
        "nudge-not-proven-now": sight(NUDGED, scene(unsure)),
        "nudge-cost-unknown": sight(NUDGED.model_copy(update={"cost_per_hour": None})),
        "nudge-stop-failed": sight(failed),
        "warning": sight(WARNED),
        "warning-shadow": sight(shadow, scene(mode=Mode.SHADOW), **week),
        "warning-not-proven-now": sight(WARNED, scene(unsure)),
        "would-stop": sight(would, scene(mode=Mode.SHADOW), **week),
        "stopping": sight(WARNED.model_copy(update={"rung": Rung.STOPPING})),
        "stopped": sight(STOPPED, scene(pod=stopped(id="abc123", name="nlp-train"))),
        "snoozed": sight(ASKED, scene(holds=held(HoldKind.SNOOZE))),
        "kept": sight(ASKED, scene(holds=held(HoldKind.KEEP))),
        "said-busy": sight(ASKED, scene(holds=held(HoldKind.BUSY, "downloads the data set"))),
    }
    for end in (End.BUSY_AGAIN, End.RESTARTED, End.STOPPED_OTHERWISE, End.GONE):
        cases[end.value] = sight(ASKED.model_copy(update={"end": end, "ended_at": NOW}))
    for name, case in cases.items():
        yield f"idle-{name}", idle_card.card(case)


def _entries() -> Iterator[tuple[str, Content]]:
    yield "idle-note-again", idle_card.telling(sight(ASKED), ASKED.tellings[1])
    yield "idle-note-warning", idle_card.telling(sight(WARNED), WARNED.tellings[2])
    shadow = WARNED.tellings[2].model_copy(update={"shadow": True})
    void = WARNED.tellings[2].model_copy(update={"void": True})
    yield "idle-note-warning-void", idle_card.telling(sight(WARNED), void)
    yield "idle-note-warning-shadow", idle_card.telling(sight(WARNED, scene(mode=Mode.SHADOW)), shadow)
    yield "idle-note-stopped", idle_card.ending(sight(STOPPED, scene(pod=stopped(id="abc123"))))
    yield "idle-note-would", idle_card.would(sight(WARNED, scene(mode=Mode.SHADOW)))
    until = NOW + timedelta(hours=4)
    for said in Said:
        given = Answer(said=said, by=OWNER, at=NOW, until=None if said in {Said.STOP_NOW, Said.NOT_MINE} else until)
        yield f"idle-answer-{said.value}", idle_card.answered(sight(ASKED), given)


def _acks() -> Iterator[tuple[str, Content]]:
    yield "idle-over", idle_acks.over("nlp-train", "abc123")
    yield "idle-nobodys", idle_acks.nobodys(pod())
    yield "idle-somebodys", idle_acks.somebodys(pod(), OWNER)
    yield "idle-unknown-choice", idle_acks.unknown_choice()


def buckets(gpu: Sequence[int | None], cpu: Sequence[int | None]) -> list[Bucket]:
    """Of five minutes each, up to now."""
    first = bucket_start(NOW) - BUCKET * (len(gpu) - 1)
    return [
        Bucket(
            start=first + BUCKET * place,
            minutes=0b11111 if use is not None else 0,
            gpu_peaks=() if use is None else (use,),
            cpu_peak=cpu[place],
        )
        for place, use in enumerate(gpu)
    ]


WORKED_THEN_RESTED: Final = buckets([97, 95, 98, *[0] * 16], [40, 38, 41, *[3] * 16])


def why(
    seen: Scene,
    one: Spell | None = None,
    shown: Sequence[Bucket] = tuple(WORKED_THEN_RESTED),
) -> idle_why.Why:
    return idle_why.Why(scene=seen, spell=one, rule=LADDER, shown=series(shown, ago(minutes=95), NOW), tz=TZ)


def _whys() -> Iterator[tuple[str, Content]]:
    kernel = word(Protector.JUPYTER, Finding.ACTIVE, "1 kernel at work", active_at=ago(minutes=4))
    mute = word(Protector.LOG_RATE, Finding.UNKNOWN, "RunPod's API did not answer in time.")
    cases = {
        "idle": why(scene(), NUDGED),
        "idle-with-a-hole": why(scene(), NUDGED, buckets([0, 0, None, None, 0, 0], [3, 3, None, None, 3, 2])),
        "idle-no-figures": why(scene(), NUDGED, ()),
        "held": why(scene(verdict(VerdictKind.HELD, gpu_memory_peaks=(84,))), ASKED),
        "busy": why(scene(verdict(VerdictKind.BUSY, Reason.GPU, gpu_peaks=(97,), words=()))),
        "busy-by-jupyter": why(scene(verdict(VerdictKind.BUSY, Reason.PROTECTED, words=(kernel,), decided_by=kernel))),
        "cpu-bound": why(scene(verdict(VerdictKind.CPU_BOUND, cpu_peak=99, words=()))),
        "warm-up": why(scene(verdict(VerdictKind.STARTING, Reason.WARM_UP, words=()))),
        "not-covered": why(scene(verdict(VerdictKind.UNKNOWN, Reason.NOT_COVERED, words=()))),
        "missing": why(scene(verdict(VerdictKind.UNKNOWN, Reason.MISSING, missing=12, words=()))),
        "protector-mute": why(scene(verdict(VerdictKind.UNKNOWN, Reason.PROTECTOR, words=(mute,), decided_by=mute))),
        "not-asked-yet": why(scene(verdict(words=(), ask=(Protector.LOG_RATE, Protector.JUPYTER)))),
        "kept": why(scene(holds=held(HoldKind.KEEP)), ASKED),
        "ladder-off": why(scene(mode=Mode.OFF)),
    }
    for name, case in cases.items():
        yield f"why-{name}", idle_why.why(case)
    rest = scene(pod=stopped(id="abc123", name="nlp-train"))
    yield "why-stopped-by-rule", idle_why.not_running(why(rest, STOPPED))
    yield "why-stopped", idle_why.not_running(why(rest))


def fleet_watch(*pods: idle_watch.Watched, **changes: object) -> idle_watch.FleetWatch:
    usual: dict[str, object] = {
        "pods": pods,
        "reporting": Reporting(source=Source.LIST, at=NOW, wanted=len(pods), got=len(pods)),
        "judged_at": NOW,
        "failing_since": None,
        "shadow_until": None,
        "now": NOW,
        "tz": TZ,
    }
    return idle_watch.FleetWatch(**{**usual, **changes})  # type: ignore[arg-type]


def watched(name: str, seen: Verdict, one: Spell | None = None, **changes: object) -> idle_watch.Watched:
    of = pod(id=f"{name}-id", name=name)
    return idle_watch.Watched(scene=scene(seen, pod=of, **changes), spell=one, rule=LADDER)


def _watches() -> Iterator[tuple[str, Content]]:
    fleet = (
        watched("warned", verdict(), WARNED),
        watched("nudged", verdict(), NUDGED),
        watched("kept", verdict(), ASKED, holds=held(HoldKind.KEEP)),
        watched("server", verdict(VerdictKind.HELD, gpu_memory_peaks=(84,)), ASKED),
        watched("unasked", verdict(ask=(Protector.LOG_RATE,))),
        watched("young", verdict(VerdictKind.STARTING, Reason.WARM_UP)),
        watched("blind", verdict(VerdictKind.UNKNOWN, Reason.MISSING)),
        watched("tokenise", verdict(VerdictKind.CPU_BOUND, cpu_peak=99)),
        watched("train", verdict(VerdictKind.BUSY, Reason.GPU, gpu_peaks=(97, 98))),
        watched("told-nobody", verdict(), _undelivered(NUDGED)),
    )
    yield "watch", idle_watch.watch(fleet_watch(*fleet))
    yield "watch-nothing-runs", idle_watch.watch(fleet_watch(reporting=Reporting()))
    yield "watch-outage", idle_watch.watch(fleet_watch(fleet[1], failing_since=ago(minutes=7)))
    until = NOW + timedelta(days=5)
    shadow = watched("nudged", verdict(), NUDGED, mode=Mode.SHADOW)
    yield "watch-shadow", idle_watch.watch(fleet_watch(shadow, shadow_until=until))
    for source, more in ((Source.GRAPHQL, {}), (Source.READS, {"unread": 3, "got": 7}), (Source.NOWHERE, {"got": 0})):
        reporting = Reporting(source=source, at=NOW, wanted=10, got=10).model_copy(update=more)
        yield f"watch-{source.value}", idle_watch.watch(fleet_watch(fleet[1], reporting=reporting))


def _undelivered(one: Spell) -> Spell:
    last = one.tellings[-1].model_copy(update={"delivered_at": None})
    return one.model_copy(update={"tellings": (*one.tellings[:-1], last)})


KINDS: Final = (_cards, _entries, _acks, _whys, _watches)
