"""Incidents through their life, their threads, early signs, the balance, outages and silences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from slackblocks import Button

from bot.views import early_signs, incident_answers, incident_notes, notices, oncall
from bot.views import incident as cards
from bot.views import runway as runways
from pods.early_signs import Sign, SignKind
from pods.funds import Funds
from pods.incidents import Incident, IncidentState, Note, NoteKind, acknowledged, joined, losses_over
from pods.ledger.runway import Level, runway
from pods.losses import Cause, CauseKind, EndKind, Loss, LossEnd, LossKind, Source, bare, ended
from pods.messages import Content
from pods.model import Maintenance, NetworkMount, PodStatus
from pods.oncall import OnCall, OnCallRule, Step
from pods.outages import Change, Outage
from pods.protection import Stake
from pods.watchdog import Part, Silence
from tests.unit.views.samples import NOW, OWNER, TZ, ago, pod, stopped

ON_CALL: Final = OnCall(users=("U0CALLED",), group="S0ONCALL")
STEP: Final = Step(after_min=15, users=("U0NEXT",))
EVIDENCE: Final = {
    CauseKind.NOT_KNOWN: ("", Source.NONE),
    CauseKind.OUTBID: ("Outbid: Tue Nov 24 2026 02:02:00 GMT+0000", Source.STATUS_CHANGE),
    CauseKind.BALANCE: ("balance $0.00", Source.ACCOUNT),
    CauseKind.MAINTENANCE: ("NVMe replacement", Source.MAINTENANCE),
    CauseKind.DATA_CENTER: ("6 of 6 running pods in EU-RO-1", Source.FLEET),
    CauseKind.HOST: ("host is unreachable", Source.SYSTEM_LOG),
    CauseKind.OUT_OF_MEMORY: ("Memory cgroup out of memory: Killed process 4711", Source.SYSTEM_LOG),
    CauseKind.IMAGE_PULL: ("manifest for example/x not found", Source.SYSTEM_LOG),
    CauseKind.CUDA: ("nvidia-container-cli: initialization error", Source.SYSTEM_LOG),
    CauseKind.PROCESS: ("container exited with code 137", Source.SYSTEM_LOG),
    CauseKind.RUNPOD: ("Exited by Runpod: Tue Nov 24 2026 02:02:00 GMT+0000", Source.STATUS_CHANGE),
}


def loss(name: str = "l1", kind: LossKind = LossKind.EXITED, /, **changes: object) -> Loss:
    usual = Loss(
        id=name,
        pod_id="abc123",
        pod=bare(pod(network=NetworkMount(volume_id="vol1", path="/workspace"), persistent=None)),
        kind=kind,
        stake=Stake.PROTECTED,
        cause=cause(CauseKind.RUNPOD),
        well_at=ago(seconds=150),
        seen_at=ago(minutes=2),
        confirmed_at=ago(minutes=2),
        began_at=ago(hours=5),
        restarts=3 if kind is LossKind.CRASH_LOOP else 1,
    )
    return usual.model_copy(update=changes)


def cause(kind: CauseKind) -> Cause:
    evidence, source = EVIDENCE[kind]
    return Cause(kind=kind, evidence=evidence, source=source)


def incident(*losses: Loss, **changes: object) -> Incident:
    opened = joined(None, "inc1234567", losses, ago(minutes=2), channels=("C0ONCALL",), hushed=False)
    return opened.model_copy(update=changes)


def scene(*losses: Loss, of: Incident | None = None, **changes: object) -> Content:
    told = of or incident(*losses)
    usual: dict[str, object] = {
        "incident": told,
        "losses": losses,
        "rate": Decimal("2.69") * len(losses),
        "owners": {"abc123": OWNER},
        "on_call": ON_CALL,
        "step": STEP,
        "step_at": NOW + timedelta(minutes=13),
        "now": NOW,
        "tz": TZ,
    }
    return cards.card(cards.Scene(**(usual | changes)))  # type: ignore[arg-type]


def over(one: Loss, kind: EndKind) -> Loss:
    by = "U0BOB" if kind in {EndKind.CLAIMED, EndKind.TERMINATED} else ""
    return ended(one, LossEnd(kind=kind, at=NOW, by=by, pod_id="new456" if kind is EndKind.REPLACED else ""))


def _cards() -> Iterator[tuple[str, Content]]:
    for kind in LossKind:
        yield f"incident-{kind.value}", scene(loss("l1", kind))
    for why in CauseKind:
        yield f"incident-cause-{why.value}", scene(loss(cause=cause(why)))
    yield "incident-gone-host-disk", scene(loss("l1", LossKind.GONE, pod=bare(pod())))
    yield "incident-mounts-unknown", scene(loss(pod=bare(pod(mounts_known=False, persistent=None))))
    yield "incident-cost-unknown", scene(loss(pod=bare(pod(cost_known=False))))
    yield "incident-between-two-far-lists", scene(loss(well_at=ago(hours=3)))
    resuming = "Now: resuming it on its host, try 1 of 3."
    offered = [Button("Stop trying", action_id="recovery.stop", value="inc1234567")]
    yield (
        "incident-in-recovery",
        scene(
            loss(),
            progress=(resuming,),
            offers=offered,
            saved_at={"abc123": ago(minutes=8)},
            checkpoints={"abc123": "Last checkpoint 6 min before."},
        ),
    )
    yield "incident-acknowledged", scene(loss(), of=acknowledged(incident(loss()), "U0BOB", ago(minutes=1)))
    hushed = loss("l1", LossKind.RESTARTED)
    yield "incident-hushed", scene(hushed, of=incident(hushed, hushed=True), hushed_until=NOW + timedelta(hours=4))
    plain = loss(stake=Stake.PLAIN)
    yield "incident-plain", scene(plain)
    yield "incident-just-started", scene(loss(started_by="U0BOB"))
    yield "incident-nobody-on-call", scene(loss(), on_call=OnCall(), step=None, step_at=None, owners={})


def _lists() -> Iterator[tuple[str, Content]]:
    causes = (CauseKind.OUTBID, CauseKind.OUTBID, CauseKind.HOST)
    losses = [
        loss(
            f"l{index}", pod_id=f"many{index}", pod=bare(pod(id=f"many{index}", name=f"run-{index}")), cause=cause(why)
        )
        for index, why in enumerate(causes)
    ]
    yield "incident-several", scene(*losses)
    first = over(losses[0], EndKind.BACK)
    part = losses_over(incident(*losses), [first], NOW)
    yield "incident-several-one-back", scene(first, *losses[1:], of=part)
    ends = [
        over(each, kind) for each, kind in zip(losses, (EndKind.BACK, EndKind.REPLACED, EndKind.CLAIMED), strict=True)
    ]
    yield "incident-several-over", scene(*ends, of=losses_over(incident(*losses), ends, NOW))


def _over() -> Iterator[tuple[str, Content]]:
    for kind in EndKind:
        one = over(loss(), kind)
        yield f"incident-over-{kind.value}", scene(one, of=losses_over(incident(loss()), [one], NOW))
    closed = incident(loss(), state=IncidentState.RESOLVED, resolved_at=NOW, acknowledged_by="U0BOB")
    yield "incident-closed", scene(loss(), of=closed)


def _notes() -> Iterator[tuple[str, Content]]:
    for kind in NoteKind:
        note = Note(at=NOW, kind=kind, by="U0BOB", loss_id="l1", text="S0ONCALL U0NEXT")
        told = incident_notes.Entry(
            incident=incident(loss()), number=2, note=note, loss=loss(), on_call=ON_CALL, now=NOW, tz=TZ
        )
        yield f"incident-note-{kind.value}", incident_notes.entry(told)
    taken = acknowledged(incident(loss()), "U0BOB", ago(minutes=1))
    yield "incident-taken", incident_answers.taken(taken, now=NOW, tz=TZ)


def _signs() -> Iterator[tuple[str, Content]]:
    window = Maintenance(pod_id="abc123", starts_at=NOW + timedelta(hours=6), note="NVMe replacement")
    signs = (
        Sign(kind=SignKind.MEMORY, since=ago(minutes=10), percent=97),
        Sign(kind=SignKind.PORT, since=ago(minutes=6), port=8888),
        Sign(kind=SignKind.MAINTENANCE, since=window.starts_at, window=window),
    )
    for sign in signs:
        yield f"sign-{sign.kind.value}", early_signs.sign(sign, pod(), now=NOW, tz=TZ, key=f"sign.{sign.kind.value}")


def _balance() -> Iterator[tuple[str, Content]]:
    funds = Funds(amount=Decimal(500), at=ago(hours=2), by="U0ADMIN", spent=Decimal(40), counted_at=NOW)
    pods = (pod(), stopped())
    for name, balance, of in (("hours", "31.20", None), ("empty", "0", None), ("own-count", "460", funds)):
        seen = runway(Decimal(balance), Decimal("12.40"), NOW)
        told = runways.Told(runway=seen, pods=pods, funds=of, now=NOW, tz=TZ)
        level = Level.EMPTY if balance == "0" else Level.URGENT
        yield f"runway-{name}", runways.short(told, level, ON_CALL, again=False, key=f"runway.{name}")
        yield f"runway-{name}-shown", runways.shown(told)
    yield "runway-well-again", runways.well_again(told, key="runway.well")
    unknown = runways.Told(runway=runway(None, None, NOW), pods=pods, funds=None, now=NOW, tz=TZ)
    yield "runway-unknown", runways.shown(unknown)


def _notices() -> Iterator[tuple[str, Content]]:
    outage = Outage(id="out1234567", since=ago(minutes=54), trouble="RunPod's API failed.")
    changes = (
        Change(pod_id="abc123", name="nlp-train", was=PodStatus.RUNNING, now=PodStatus.EXITED),
        Change(pod_id="def456", name="old", was=PodStatus.EXITED, now=None),
        Change(pod_id="ghi789", name="new", was=None, now=PodStatus.RUNNING),
    )
    done = outage.model_copy(update={"ended_at": NOW, "changes": changes})
    yield "outage", notices.outage(outage, now=NOW, tz=TZ)
    yield "outage-over", notices.outage(done, now=NOW, tz=TZ)
    yield "outage-end", notices.outage_end(done, now=NOW, tz=TZ)
    unchanged = done.model_copy(update={"changes": ()})
    yield "outage-end-unchanged", notices.outage_end(unchanged, now=NOW, tz=TZ)
    yield "api-notice", notices.notice("RunPod has switched its GraphQL API off.", "notice.x")
    for part in Part:
        silent = Silence(part=part, since=ago(minutes=20))
        yield f"silence-{part.value}", notices.silence(silent, now=NOW, tz=TZ)
        yield f"silence-{part.value}-over", notices.silence(silent.model_copy(update={"ended_at": NOW}), now=NOW, tz=TZ)


def _reads() -> Iterator[tuple[str, Content]]:
    rule = OnCallRule(group="S0ONCALL", users=("U0CALLED",), escalate=(STEP,))
    told = (incident(loss()), acknowledged(incident(loss()), "U0BOB", NOW))
    losses = {"l1": loss()}
    yield "oncall-open", oncall.who(ON_CALL, rule, told, losses, now=NOW, tz=TZ)
    yield "oncall-nobody", oncall.who(OnCall(), OnCallRule(), (), {}, now=NOW, tz=TZ)
    yield "incidents", oncall.history(told, losses, now=NOW, tz=TZ)
    yield "incidents-none", oncall.history((), {}, now=NOW, tz=TZ)
    yield "training-marked", oncall.marked([pod()], [], marks=True, by="U0BOB", now=NOW)
    yield "training-unmarked-by-name", oncall.marked([pod()], [pod()], marks=False, by="U0BOB", now=NOW)
    yield "training-not-yours", oncall.not_yours(pod())


KINDS: Final = (_cards, _lists, _over, _notes, _signs, _balance, _notices, _reads)
