"""Where no GPU is free: wait for one, stop waiting, or have another one. Answers the buttons of such messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bot import creating, verbs
from bot.face import Answer, Ask, Click, Face
from bot.views import acks, answers, elsewhere
from bot.views import creating as views
from pods.access import Refusal
from pods.audit import Event
from pods.candidates import Alternative, alternatives, offer_of
from pods.catalog import Catalog
from pods.fleet import owners
from pods.model import Cloud, GpuRequest, PersistentMount, Pod, Verb
from pods.operations import Operation
from pods.orders import Candidate, CreateOrder, name_of
from pods.policy import Role
from pods.presets import may_create

#: Whoever waits for a free GPU is told by then that none came.
KEEP_FOR: Final = timedelta(hours=12)


def run(face: Face, click: Click) -> Answer:
    operation = face.store.walk.operation(click.subject)
    if operation is None:
        return Answer(content=acks.forgotten())
    return _ANSWERS[click.what](face, click, operation)


def _keep(face: Face, click: Click, operation: Operation) -> Answer:
    until = face.clock.now() + KEEP_FOR
    if operation.verb is not Verb.CREATE:
        return verbs.run(face, click.ask, operation.verb, (operation.pod_id,), keep_until=until)
    order = _own(face, click.ask, operation)
    if isinstance(order, Answer):
        return order
    return creating.accept(face, click.ask, order, face.clock.now(), keep_until=until)


def _own(face: Face, ask: Ask, operation: Operation) -> CreateOrder | Answer:
    """The order as this person's own, if they may have its preset here."""
    order = operation.order
    if order is None:
        raise AssertionError("a create is only ever written with its order")
    decision = face.decide(ask, Role.OPERATOR, face.clock.now())
    if isinstance(decision, Refusal):
        return _refused(face, ask, decision)
    preset = next((each for each in face.store.people.policy().preset if each.name == order.preset), None)
    here = min(face.person(ask, face.clock.now()).role, face.store.people.policy().ceiling(ask.channel))
    if preset is not None and not may_create(preset, ask.user, here):
        return Answer(content=views.not_your_preset(preset, here))
    return order.model_copy(update={"owner": ask.user})


def _refused(face: Face, ask: Ask, refusal: Refusal) -> Answer:
    face.audit(ask, Event.REFUSED, face.clock.now(), result=refusal.why.value)
    return Answer(content=answers.refused(refusal, Verb.CREATE.value, ask.channel))


def _give_up(face: Face, click: Click, operation: Operation) -> Answer:
    now, ask = face.clock.now(), click.ask
    if operation.by != ask.user and face.person(ask, now).role is not Role.ADMIN:
        face.audit(ask, Event.REFUSED, now, result="another's waiting", pod_id=operation.pod_id)
        return Answer(content=elsewhere.not_yours(operation.by))
    entry = face.entry(ask, Event.ENDED, now, result="given_up", request_id=operation.request_id)
    ended = face.store.walk.give_up(operation.id, now=now, audit=entry)
    return Answer(content=elsewhere.not_waiting() if ended is None else elsewhere.keeps_trying_no_more(ended))


def _options(face: Face, click: Click, operation: Operation) -> Answer:
    now, tz, catalog = face.clock.now(), face.zone(click.ask.user), face.store.catalog.load()
    if operation.verb is Verb.CREATE:
        offers = _instead(operation, catalog)
        content = elsewhere.instead_of_create(operation, offers, read_at=catalog.read_at(), now=now, tz=tz)
        return Answer(content=content)
    pod = _movable(face, click.ask, operation)
    if isinstance(pod, Answer):
        return pod
    offers = _for_pod(pod, catalog)
    return Answer(content=elsewhere.instead_of_start(operation, pod, offers, read_at=catalog.read_at(), now=now, tz=tz))


def _take(face: Face, click: Click, operation: Operation) -> Answer:
    """Ask for the option chosen, as the catalog has it now; its price is shown and confirmed like any other."""
    _, gpu, cloud, *center = click.value.split(":")
    catalog = face.store.catalog.load()
    order = _own(face, click.ask, operation) if operation.verb is Verb.CREATE else _copy(face, click.ask, operation)
    if isinstance(order, Answer):
        return order
    count = next((each.gpu.count for each in order.candidates if each.gpu), 1)
    chosen = offer_of(catalog, GpuRequest(id=gpu, count=count), Cloud(cloud), center[0] if center else None)
    if chosen is None:
        return Answer(content=elsewhere.taken_meanwhile(catalog.gpu_name(gpu)))
    # What was chosen by name and price is no longer bound by the preset's own limit; budgets and approvals hold.
    changes = {"candidates": (chosen.candidate,), "price_cap": None}
    return creating.accept(face, click.ask, order.model_copy(update=changes), face.clock.now())


def _copy(face: Face, ask: Ask, operation: Operation) -> CreateOrder | Answer:
    """A new pod of what this one is made of. Its disk on the old host stays there, and the new one begins empty."""
    pod = _movable(face, ask, operation)
    if isinstance(pod, Answer):
        return pod
    facts, protection = face.store.fleet.facts_of(pod.id), face.store.protections.get(pod.id)
    disk = pod.persistent
    return CreateOrder(
        name=name_of(pod),
        preset=facts.preset,
        candidates=(_like(pod),),
        disk_gb=pod.disk_gb,
        persistent=PersistentMount(size_gb=disk.size_gb, path=disk.path) if disk else None,
        network=pod.network,
        copy_of=pod.id,
        owner=facts.owner.user if facts.owner and facts.owner.user else ask.user,
        training=protection is not None and protection.training,
    )


def _movable(face: Face, ask: Ask, operation: Operation) -> Pod | Answer:
    """The pod as read last, if this person may have a copy of it and it is known what that would lose."""
    pod = operation.seen or face.store.fleet.load().get(operation.pod_id)
    if pod is None:
        return Answer(content=acks.forgotten())
    owner = owners(face.store.fleet.facts(), pod.id)
    decision = face.decide(ask, Role.OPERATOR, face.clock.now(), owner=owner, changes_pod=True)
    if isinstance(decision, Refusal):
        return _refused(face, ask, decision)
    if decision.consent_of is not None:
        return Answer(content=elsewhere.others(pod, decision.consent_of))
    return pod if pod.mounts_known and pod.gpu is not None else Answer(content=elsewhere.immovable(pod))


def _instead(operation: Operation, catalog: Catalog) -> tuple[Alternative, ...]:
    order = operation.order
    if order is None:
        raise AssertionError("a create is only ever written with its order")
    volume = catalog.volume(order.network.volume_id) if order.network else None
    center = volume.data_center if volume else None
    clouds = (Cloud.SECURE,) if order.network else tuple(Cloud)
    return alternatives(order.candidates, catalog, clouds=clouds, center=center)


def _for_pod(pod: Pod, catalog: Catalog) -> tuple[Alternative, ...]:
    """The same GPU on another host first, then others."""
    center = pod.data_center if pod.network else None
    like = _like(pod)
    gpu = like.gpu
    if gpu is None:
        return ()
    clouds = (Cloud.SECURE,) if pod.network else tuple(Cloud)
    same = [each for cloud in clouds if (each := offer_of(catalog, gpu, cloud, center, before=like.price)) is not None]
    asked = (like, *(each.candidate for each in same))
    return (*same, *alternatives(asked, catalog, clouds=clouds, center=center))[:5]


def _like(pod: Pod) -> Candidate:
    gpu = pod.gpu
    if gpu is None:
        raise AssertionError("only pods with a GPU wait for one")
    # A count of 0 is what a full host left it with.
    price = pod.cost_per_hour if pod.cost_known and pod.cost_per_hour else None
    cloud = Cloud.SECURE if pod.network else pod.cloud or Cloud.SECURE
    return Candidate(gpu=GpuRequest(id=gpu.id, count=max(1, gpu.count)), cloud=cloud, price=price)


_ANSWERS: Final[dict[str, Callable[[Face, Click, Operation], Answer]]] = {
    "keep": _keep,
    "stop": _give_up,
    "options": _options,
    "take": _take,
}
