"""Small samples, verdicts and scenes for tables. Times are minutes from one evening."""

from __future__ import annotations

from datetime import UTC as UTC_TIME
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pods.fleet import Owner, OwnerKind, PodFacts, PodOrigin
from pods.holds import Hold, HoldKind, Holds
from pods.idle import judge
from pods.ladder import Climb, Scene, Tell
from pods.model import GpuSample, PodStatus
from pods.protectors import Word
from pods.samples import Sample
from pods.spells import Rung, Spell, Step, Telling, began
from pods.verdicts import Evidence, Reason, Verdict, VerdictKind
from pods.watch_rules import IdleRule, LadderRule, Mode
from tests.unit.pods.builders import pod
from tests.unit.watch.replay import NIGHTFALL

POD_ID = "abc123def456gh"
RULE = IdleRule(protectors=())
LADDER = LadderRule()
UTC = ZoneInfo("UTC")
PERSON = Owner(kind=OwnerKind.PERSON, user="U1", since=NIGHTFALL, by="U1")
#: Old enough that no test meets its warm-up unless it means to.
BEGAN_MIN = -1000


def minute(number: float) -> datetime:
    return NIGHTFALL + timedelta(minutes=number)


def sample(at_min: float, **changes: object) -> Sample:
    usual = Sample(
        at=minute(at_min),
        gpu_count=2,
        gpus=(GpuSample(util=0, memory_util=0),) * 2,
        cpu_util=1,
        memory_util=4,
        uptime_s=round((at_min - BEGAN_MIN) * 60),
        started_at=minute(BEGAN_MIN),
        cost_per_hour=Decimal("2.40"),
    )
    return usual.model_copy(update=changes)


def quiet(first: int, last: int) -> list[Sample]:
    return [sample(number) for number in range(first, last + 1)]


def gpus(*utils: int | None, memory: int | None = 0) -> dict[str, object]:
    return {"gpus": tuple(GpuSample(util=util, memory_util=memory) for util in utils)}


def verdict(kind: VerdictKind = VerdictKind.IDLE, *, at_min: float, since_min: float = 0, **changes: object) -> Verdict:
    quiet_kind = kind in {VerdictKind.IDLE, VerdictKind.HELD, VerdictKind.CPU_BOUND}
    usual = Verdict(
        kind=kind,
        reason=Reason.QUIET if quiet_kind else Reason.GPU,
        at=minute(at_min),
        since=minute(since_min) if quiet_kind else None,
        evidence=Evidence(rule=RULE, last_at=minute(at_min), began_at=minute(BEGAN_MIN), cost_per_hour=Decimal("2.40")),
    )
    return usual.model_copy(update=changes)


def scene(at_min: float, seen: Verdict | None = None, **changes: object) -> Scene:
    usual: dict[str, object] = {
        "pod": pod(PodStatus.RUNNING),
        "facts": PodFacts(pod_id=POD_ID, origin=PodOrigin.OURS, owner=PERSON),
        "holds": Holds(pod_id=POD_ID),
        "verdict": seen or verdict(at_min=at_min),
        "now": minute(at_min),
        "healthy": True,
        "mode": Mode.STOP,
        "zone": UTC,
    }
    return Scene(**{**usual, **changes})  # type: ignore[arg-type]


def spell(rung: Rung = Rung.NOTICED, *told: tuple[Step, float], **changes: object) -> Spell:
    """Idle since minute 0; each telling was said and delivered at its minute."""
    tellings = tuple(
        Telling(step=step, number=index + 1, said_at=minute(at_min), delivered_at=minute(at_min))
        for index, (step, at_min) in enumerate(told)
    )
    last_min = told[-1][1] if told else 30
    usual = began(POD_ID, minute(0), minute(last_min), "U1")
    return usual.model_copy(update={"rung": rung, "tellings": tellings, **changes})


NUDGED = spell(Rung.NUDGED, (Step.NUDGE, 45))
ASKED = spell(Rung.ASKED_AGAIN, (Step.NUDGE, 45), (Step.AGAIN, 105))
WARNED = spell(Rung.WARNED, (Step.NUDGE, 45), (Step.AGAIN, 105), (Step.WARN, 165))
KEPT = Holds(pod_id=POD_ID, holds=(Hold(kind=HoldKind.KEEP, until=minute(300), by="U1", at=minute(50)),))
STOPPING = WARNED.model_copy(update={"rung": Rung.STOPPING, "stop_ordered_at": minute(195)})


def steps(climbed: Climb) -> list[Step]:
    return [effect.step for effect in climbed.effects if isinstance(effect, Tell)]


def changed(climbed: Climb) -> Spell:
    assert climbed.spell is not None
    return climbed.spell


def judged(samples: list[Sample], now_min: float, rule: IdleRule = RULE, *heard: Word) -> Verdict:
    return judge(samples, rule, minute(now_min), words=heard)


def outcome(verdict: Verdict) -> tuple[VerdictKind, Reason]:
    return verdict.kind, verdict.reason


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC_TIME)
