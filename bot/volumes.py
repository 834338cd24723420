"""delete-volume, and the buttons that ask for the same: a dangerous act of its own, confirmed by who asks."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bot.face import Answer, Ask, Click, Face
from bot.grammar import Invocation
from bot.views import acks, answers
from bot.views import volumes as views
from pods.access import Refusal, Why
from pods.audit import Event
from pods.ids import derived_id
from pods.jobs import Job
from pods.ledger.rates import rates
from pods.messages import card
from pods.model import Pod
from pods.offers import NetworkVolume
from pods.store.commit import Commit
from pods.volume_deletions import DeletionState, VolumeDeletion, cancelled, confirmed


def delete(face: Face, ask: Ask, read: Invocation) -> Answer:
    return asked(face, ask, str(read.values["volume"]))


def clicked(face: Face, click: Click) -> Answer:
    if click.what == "delete":
        return asked(face, click.ask, click.subject)
    return _answered(face, click, agree=click.what == "yes")


def asked(face: Face, ask: Ask, typed: str) -> Answer:
    """The question, or why it is not asked. The worker looks at everything again before it calls."""
    now = face.clock.now()
    if (no := _refused(face, ask, now)) is not None:
        return no
    volume = _found(face, typed)
    if isinstance(volume, Answer):
        return volume
    if (no := _used(face, volume)) is not None:
        return no
    return _ask(face, ask, volume, now)


def _refused(face: Face, ask: Ask, now: datetime) -> Answer | None:
    role = face.store.people.policy().sweep.delete_volume
    decision = face.decide(ask, role, now)
    if not isinstance(decision, Refusal):
        return None
    face.audit(ask, Event.REFUSED, now, result=decision.why.value)
    if decision.why is Why.ROLE:
        return Answer(content=views.role_needed(role, decision.who))
    return Answer(content=answers.refused(decision, "delete-volume", ask.channel))


def _found(face: Face, typed: str) -> NetworkVolume | Answer:
    known = face.store.catalog.load().network_volumes
    exact = [each for each in known if each.id == typed]
    found = exact or [each for each in known if each.name.casefold() == typed.casefold()]
    if len(found) == 1:
        return found[0]
    return Answer(content=views.which(typed, found) if found else views.no_such(typed, known))


def _used(face: Face, volume: NetworkVolume) -> Answer | None:
    pods: tuple[Pod, ...] = face.store.fleet.load().pods
    users = [pod for pod in pods if pod.network is not None and pod.network.volume_id == volume.id]
    if users:
        return Answer(content=views.in_use(volume, users))
    unsure = [pod for pod in pods if not pod.mounts_known]
    return Answer(content=views.perhaps_in_use(volume, unsure)) if unsure else None


def _ask(face: Face, ask: Ask, volume: NetworkVolume, now: datetime) -> Answer:
    running = [each for each in face.store.deletions.all().values() if each.volume.id == volume.id and each.open]
    if running:
        return Answer(content=views.already(running[0]))
    deletion = VolumeDeletion(
        id=derived_id(face.account, "volume", ask.team, ask.trigger),
        volume=volume,
        by=ask.user,
        team=ask.team,
        channel=ask.channel,
        thread_ts=ask.thread_ts,
        asked_at=now,
    )
    entry = face.entry(ask, Event.ASKED, now, result=f"delete-volume {volume.id}", request_id=deletion.id)

    def also(commit: Commit, _: VolumeDeletion) -> None:
        commit.audit(entry)

    written = face.store.deletions.change(deletion.id, lambda known: known or deletion, now, also)
    return Answer(content=views.ask(written or deletion, _month(face, volume), now=now, tz=face.zone(ask.user)))


def _month(face: Face, volume: NetworkVolume) -> Decimal | None:
    if volume.size_gb is None:
        return None
    return rates(face.store.people.policy().rates).network_per_month(size_gb=volume.size_gb, tier=volume.type)


def _answered(face: Face, click: Click, *, agree: bool) -> Answer:
    now, ask = face.clock.now(), click.ask
    known = face.store.deletions.get(click.subject)
    if known is None:
        return Answer(content=acks.forgotten())
    if ask.user != known.by:
        face.audit(ask, Event.REFUSED, now, result="not_yours")
        return Answer(content=views.not_yours(known))
    if agree and known.state is DeletionState.ASKED and (no := _refused(face, ask, now)) is not None:
        return no
    before = known.state
    after = face.store.deletions.change(
        known.id,
        lambda record: None if record is None else (confirmed if agree else cancelled)(record, now),
        now,
        lambda commit, record: _also(commit, face, ask, record, now),
    )
    if after is None:
        return Answer(content=acks.forgotten())
    if before is DeletionState.ASKED and after.state is DeletionState.ACCEPTED:
        face.wake(Job.VOLUMES, after.id)
    return Answer(content=views.answered(after, now=now, tz=face.zone(ask.user)))


def _also(commit: Commit, face: Face, ask: Ask, record: VolumeDeletion, now: datetime) -> None:
    event = Event.CONFIRMED if record.state is DeletionState.ACCEPTED else Event.DECLINED
    result = f"{record.state.value}: delete-volume {record.volume.id}"
    commit.audit(face.entry(ask, event, now, result=result, request_id=record.id))
    if record.state is DeletionState.ACCEPTED:
        message = card("volume", record.id, user=record.by, now=now, channel=record.channel)
        target = message.target.model_copy(update={"thread_ts": record.thread_ts})
        commit.tell(message.model_copy(update={"target": target}))
