"""Keeps, leases, schedules, pods without owners, stopped disks and heartbeat addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from bot.views import heartbeats, holds, leftovers, schedules, strays
from bot.views import pods as pod_views
from bot.views.followed import followed
from bot.views.lease_card import LeaseScene, lease_card
from bot.views.leftovers import LeftoverScene
from bot.views.schedule_card import ScheduleScene, schedule_card
from bot.views.strays import StrayScene
from pods.heartbeats import issue
from pods.hold_cards import LeaseSubject, ScheduleSubject
from pods.holds import Hold, HoldKind, Holds, Lease, LeaseEnd, Passed, PassedBy, Schedule
from pods.leftovers import Leftover
from pods.messages import Content
from pods.model import Pod, Verb
from pods.operations import Code
from pods.schedules import skip_next
from pods.strays import Claim, Stray
from tests.unit.views.samples import (
    ADMIN,
    ASKER,
    NOW,
    OWNER,
    TZ,
    ago,
    bare,
    ended,
    fleet,
    operation,
    owned,
    pod,
    request,
    stopped,
    unsaid,
)

#: 03:04 on a Tuesday in Berlin.
SAID: Final = ago(hours=3)


def ahead(**length: float) -> datetime:
    return NOW + timedelta(**length)


def word(kind: HoldKind = HoldKind.KEEP, **changes: Any) -> Hold:
    return Hold(**{"kind": kind, "until": ahead(hours=4), "by": ASKER, "at": NOW, **changes})


def lease(**changes: Any) -> Lease:
    return Lease(**{"until": ahead(minutes=30), "by": ASKER, "at": SAID, "channel": "C0PODS", **changes})


WARNED: Final = lease(warnings=1, warned_at=NOW, delivered_at=NOW)
PLAN: Final = Schedule(stop=time(3, 15), start=time(9), days=(0, 1, 2, 3, 4), zone="Europe/Berlin", by=ASKER, at=SAID)


def held(**changes: Any) -> Holds:
    return Holds(**{"pod_id": "abc123", "version": 4, **changes})


def _said() -> Iterator[tuple[str, Content]]:
    here: dict[str, Any] = {"now": NOW, "tz": TZ}
    keep = word(reason="paper deadline")
    yield "hold-kept", holds.kept(pod(), held(holds=(keep,)), keep, **here)
    yield "hold-kept-clash", holds.kept(pod(), held(holds=(keep,), lease=lease(), schedule=PLAN), keep, **here)
    snooze = word(HoldKind.SNOOZE)
    yield "hold-snoozed", holds.kept(pod(), held(holds=(snooze,)), snooze, **here)
    yield "hold-snoozed-clash", holds.kept(pod(), held(holds=(snooze,), lease=lease(), schedule=PLAN), snooze, **here)
    yield "hold-kept-cost-unknown", holds.kept(unsaid(), held(holds=(keep,)), keep, **here)
    yield "hold-kept-stopped", holds.kept(stopped(), held(holds=(keep,)), keep, **here)
    long = lease(until=ahead(hours=4), at=NOW)
    yield "hold-leased", holds.leased(pod(), held(lease=long), **here)
    yield "hold-leased-losing", holds.leased(bare(), held(lease=long), **here)
    yield "hold-leased-clash", holds.leased(pod(), held(lease=long, schedule=PLAN), **here)
    yield (
        "hold-leased-kept",
        holds.leased(pod(), held(lease=long.model_copy(update={"until": ahead(hours=1)}), holds=(keep,)), **here),
    )
    before = [keep, word(HoldKind.LEASE)]
    yield "hold-released", holds.released(pod(), before, held(schedule=PLAN), by=OWNER, **here)
    yield "hold-nothing", holds.nothing_held(pod())
    yield "hold-faster", holds.already_changed(pod(), held(lease=long), **here)
    yield "hold-how-long", holds.how_long(pod(), HoldKind.LEASE, "lease")
    yield "hold-two-times", holds.two_times("keep")
    yield "hold-too-long", holds.too_long(pod(), timedelta(days=31))
    yield "hold-too-short", holds.too_short(pod(), timedelta(minutes=10))
    yield "hold-not-running", holds.not_running(stopped())
    yield "hold-not-yours", holds.not_yours(pod(), OWNER)


def _plans() -> Iterator[tuple[str, Content]]:
    here: dict[str, Any] = {"now": NOW, "tz": TZ}
    plan = held(schedule=PLAN)
    yield "schedule-said", schedules.scheduled(pod(), plan, **here)
    only_stop = PLAN.model_copy(update={"start": None, "days": (5,)})
    yield "schedule-said-losing", schedules.scheduled(bare(), plan, **here)
    yield "schedule-said-stop", schedules.scheduled(pod(), held(schedule=only_stop, holds=(word(),)), **here)
    passed = held(schedule=skip_next(PLAN, Verb.STOP, NOW, by=ASKER))
    yield "schedule-skipped", schedules.skipped(pod(), passed, by=ASKER, **here)
    yield "schedule-off", schedules.switched_off(pod(), PLAN, by=ASKER)
    yield "schedule-nothing-to-skip", schedules.nothing_to_skip(pod())
    yield "schedule-none", schedules.no_times(pod(), days_alone=False)
    yield "schedule-days-alone", schedules.no_times(pod(), days_alone=True)
    yield "schedule-same-time", schedules.same_time(pod())


def _on_card() -> Iterator[tuple[str, Content]]:
    everything = held(holds=(word(), word(HoldKind.SNOOZE)), lease=lease(until=ahead(hours=9)), schedule=PLAN)
    shown: dict[str, Any] = {"holder": None, "fleet": fleet(pod()), "may": frozenset(), "now": NOW, "tz": TZ}
    yield "card-kept", pod_views.card(pod(), facts=owned("abc123", ASKER), held=everything, **shown)
    rows = fleet(pod(), stopped(id="old888", name="old"))
    notes = {"abc123": holds.brief(everything, NOW, TZ)}
    yield (
        "list-kept",
        pod_views.listing(rows.entries, facts={}, fleet=rows, filters=[], viewer=ASKER, now=NOW, tz=TZ, notes=notes),
    )


def _lease_scene(now: Lease | None, *, warning: int = 1, seen: Pod | None = None, **changes: Any) -> LeaseScene:
    record = held(lease=now, holds=changes.pop("holds", ()))
    made: dict[str, Any] = {"subject": LeaseSubject("abc123", SAID, warning), "holds": record, "pod": seen or pod()}
    made |= {"name": "nlp-train", "owner": OWNER, "stop": None, "now": NOW, "tz": TZ}
    return LeaseScene(**{**made, **changes})


def _lease_cards() -> Iterator[tuple[str, Content]]:
    yield "lease-warning", lease_card(_lease_scene(WARNED))
    yield "lease-warning-own", lease_card(_lease_scene(WARNED, owner=ASKER, seen=unsaid(id="abc123")))
    yield "lease-warning-losing", lease_card(_lease_scene(WARNED, seen=bare(id="abc123")))
    yield "lease-postponed", lease_card(_lease_scene(lease(warnings=1), holds=(word(),)))
    yield "lease-passed-without-me", lease_card(_lease_scene(lease(warnings=1, until=ago(minutes=50))))
    yield "lease-extended", lease_card(_lease_scene(lease(at=NOW, until=ahead(hours=5), by=OWNER)))
    yield "lease-none", lease_card(_lease_scene(None))
    over = WARNED.model_copy(update={"ended_at": NOW, "until": NOW, "end": LeaseEnd.STOP})
    yield "lease-about-to-stop", lease_card(_lease_scene(over))
    by_rule = request(by="rule:lease")
    for name, step in (
        ("stopping", operation(before=pod(), seen=pod())),
        ("stopped", ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1)),
        ("stop-not-confirmed", ended(Verb.STOP, Code.NOT_CONFIRMED, before=pod(), seen=pod(), calls=1)),
        ("stop-vetoed", ended(Verb.STOP, Code.VETOED, before=pod(), seen=pod(), sentence="It was kept.")),
    ):
        told = followed(by_rule, step.model_copy(update={"by": "rule:lease"}), now=NOW, tz=TZ)
        yield f"lease-{name}", lease_card(_lease_scene(over, stop=told))
    for end in (LeaseEnd.RELEASED, LeaseEnd.OVER, LeaseEnd.GONE):
        ending = over.model_copy(update={"end": end, "ended_by": OWNER})
        yield f"lease-{end.value}", lease_card(_lease_scene(ending, seen=stopped()))
    cannot = over.model_copy(update={"end": LeaseEnd.CANNOT})
    yield "lease-cannot-locked", lease_card(_lease_scene(cannot, seen=pod(locked=True)))
    yield "lease-cannot-cluster", lease_card(_lease_scene(cannot, seen=pod(cluster_id="cl1")))


TODAY: Final = date(2026, 11, 24)


def _schedule_scene(plan: Schedule | None, verb: Verb = Verb.STOP, **changes: Any) -> ScheduleScene:
    made: dict[str, Any] = {"subject": ScheduleSubject("abc123", SAID, verb, TODAY), "holds": held(schedule=plan)}
    made |= {"pod": pod(), "name": "nlp-train", "owner": OWNER, "done": None, "now": NOW, "tz": TZ}
    return ScheduleScene(**{**made, **changes})


def _passed(how: PassedBy, verb: Verb = Verb.STOP, by: str = "") -> Schedule:
    told = Passed(verb=verb, day=TODAY, due_at=ahead(minutes=11), how=how, at=NOW, by=by)
    return PLAN.model_copy(update={"passed": (told,), "stopped_on": TODAY})


def _schedule_cards() -> Iterator[tuple[str, Content]]:
    yield "schedule-announced", schedule_card(_schedule_scene(PLAN.model_copy(update={"delivered_at": ago(minutes=4)})))
    no_start = PLAN.model_copy(update={"start": None})
    yield "schedule-announced-no-start", schedule_card(_schedule_scene(no_start, owner=None))
    yield "schedule-changed", schedule_card(_schedule_scene(PLAN.model_copy(update={"at": NOW, "by": OWNER})))
    yield "schedule-gone", schedule_card(_schedule_scene(None))
    yield "schedule-about-to-stop", schedule_card(_schedule_scene(_passed(PassedBy.ORDERED)))
    done = ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1, by="rule:schedule")
    told = followed(request(by="rule:schedule"), done, now=NOW, tz=TZ)
    yield "schedule-stopped", schedule_card(_schedule_scene(_passed(PassedBy.ORDERED), done=told, pod=stopped()))
    up = ended(Verb.START, Code.DONE, before=stopped(), seen=pod(), calls=1, by="rule:schedule")
    told = followed(request(Verb.START, by="rule:schedule"), up, now=NOW, tz=TZ)
    yield (
        "schedule-started",
        schedule_card(_schedule_scene(_passed(PassedBy.ORDERED, Verb.START), Verb.START, done=told)),
    )
    yield "schedule-late", schedule_card(_schedule_scene(_passed(PassedBy.LATE)))
    yield (
        "schedule-late-start",
        schedule_card(_schedule_scene(_passed(PassedBy.LATE, Verb.START), Verb.START, pod=stopped())),
    )
    yield "schedule-manual", schedule_card(_schedule_scene(_passed(PassedBy.MANUAL, by=OWNER)))
    yield "schedule-manual-elsewhere", schedule_card(_schedule_scene(_passed(PassedBy.MANUAL)))
    yield "schedule-kept", schedule_card(_schedule_scene(_passed(PassedBy.KEPT, by=OWNER)))
    yield "schedule-let-pass", schedule_card(_schedule_scene(_passed(PassedBy.SKIPPED, by=OWNER)))
    yield "schedule-cannot", schedule_card(_schedule_scene(_passed(PassedBy.CANNOT), pod=pod(locked=True)))
    yield "schedule-already", schedule_card(_schedule_scene(_passed(PassedBy.ALREADY), pod=stopped()))


def _stray(**changes: Any) -> StrayScene:
    asked = {"pod_id": "abc123", "name": "nlp-train", "first_seen_at": ago(minutes=12), "asked_at": NOW}
    stray = Stray(**{**asked, **changes.pop("stray", {})})
    made: dict[str, Any] = {"stray": stray, "pod": pod(created_at=ago(minutes=12)), "owner": None, "ours": False}
    made |= {"last": None, "louder_at": ahead(hours=24), "admins": (ADMIN, OWNER), "now": NOW, "tz": TZ}
    return StrayScene(**{**made, **changes})


def _strays() -> Iterator[tuple[str, Content]]:
    yield "stray-question", strays.question(_stray())
    hint = operation(Verb.START, before=pod(), by=OWNER, created_at=ago(hours=2))
    yield "stray-question-hint", strays.question(_stray(last=hint, pod=unsaid(id="abc123", created_at=None)))
    escalated = {"escalated_at": NOW, "asked_at": ago(hours=25)}
    yield "stray-question-louder", strays.question(_stray(stray=escalated))
    yield "stray-louder", strays.louder(_stray(stray=escalated))
    yield "stray-louder-no-admins", strays.louder(_stray(stray=escalated, admins=()))
    yield "stray-louder-settled", strays.louder(_stray(pod=None))
    for claim in Claim:
        answer = {"claim": claim, "claimed_by": ASKER, "claimed_at": NOW}
        yield f"stray-{claim.value}", strays.question(_stray(stray=answer))
    yield "stray-owned", strays.question(_stray(owner=owned("abc123", OWNER).owner))
    yield "stray-gone", strays.question(_stray(pod=None))
    yield "stray-faster", strays.answer_kept(_stray(owner=owned("abc123", OWNER).owner))


def _disk(**changes: Any) -> LeftoverScene:
    told = {"pod_id": "abc123", "name": "nlp-train", "user": OWNER, "since": ago(days=21), "nudged_at": NOW}
    leftover = Leftover(**{**told, **changes.pop("leftover", {})})
    made: dict[str, Any] = {"leftover": leftover, "pod": stopped(), "current": True, "kept_until": None}
    return LeftoverScene(**{**made, "offers_at": ahead(days=11), "keep_days": 30, "now": NOW, "tz": TZ, **changes})


def _disks() -> Iterator[tuple[str, Content]]:
    yield "disk-nudge", leftovers.nudge(_disk())
    offered = {"offered_at": NOW}
    yield "disk-nudge-asked-again", leftovers.nudge(_disk(leftover=offered))
    yield "disk-offer", leftovers.offer(_disk(leftover=offered))
    yield "disk-started", leftovers.nudge(_disk(pod=pod()))
    yield "disk-gone", leftovers.nudge(_disk(pod=None))
    yield "disk-kept", leftovers.nudge(_disk(kept_until=ahead(days=30)))
    yield "disk-kept-answer", leftovers.kept(stopped(), ahead(days=30), now=NOW, tz=TZ)


def _addresses() -> Iterator[tuple[str, Content]]:
    token = issue("abc123", by=ASKER, now=SAID).record
    url = "https://bot.example.com/hb/abcdefghij-0123456789abcdef0123456789abcdef"
    yield "heartbeat-issued", heartbeats.issued(pod(), url, replaced=False)
    yield "heartbeat-replaced", heartbeats.issued(pod(), url, replaced=True)
    yield "heartbeat-shown", heartbeats.shown(pod(), token, now=NOW, tz=TZ)
    heard = token.model_copy(update={"last_beat_at": ago(minutes=4)})
    yield "heartbeat-heard", heartbeats.shown(pod(), heard, now=NOW, tz=TZ)
    yield "heartbeat-revoked", heartbeats.revoked(pod())
    yield "heartbeat-none", heartbeats.none(pod())
    yield "heartbeat-only-by-slash", heartbeats.only_by_slash(pod())
    yield "heartbeat-secret", heartbeats.secret(pod())
    yield "heartbeat-switched-off", heartbeats.switched_off()


KINDS: Final = (_said, _plans, _on_card, _lease_cards, _schedule_cards, _strays, _disks, _addresses)
